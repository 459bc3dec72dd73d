"""What is old is archived and forgotten by one process, and everybody can see when."""

import asyncio
import gzip
import json
from pathlib import Path

import pytest
from sqlalchemy import URL, insert
from sqlalchemy.ext.asyncio import AsyncEngine

from holdfast.clock import Clock, stamp
from holdfast.storage.report import report
from holdfast.storage.retention import DAY_SECONDS, forget_rollups
from holdfast.storage.schema import upgrade
from holdfast.storage.tables import api_calls
from holdfast.storage.tables_of_watch import integration_metrics, upkeep
from holdfast.storage.upkeep import TASKS, UpkeepPlan, keep_up, run_if_due
from holdfast.storage.writer import SqlEventLog
from holdfast.telemetry.histogram import Histogram
from tests.conformance.record import NOW, batch, count, opened, request, rows

pytestmark = pytest.mark.real_time

HOURLY, DAILY = TASKS
PLAN = UpkeepPlan(keep_days=30, max_bytes=10**9, hour=3)
OLD = NOW - 40 * DAY_SECONDS


async def _write(engine: AsyncEngine, *times: float) -> None:
    await SqlEventLog(engine, "host-1").append(batch(*(request(at) for at in times)))


async def test_each_day_is_archived_before_it_is_forgotten(database: URL, tmp_path: Path) -> None:
    """One file a table and day, every row a line of JSON; what is kept is not archived."""
    plan = PLAN._replace(archive_to=tmp_path / "archive")
    async with opened(database) as engine:
        await _write(engine, OLD, OLD + 1, OLD + DAY_SECONDS, NOW)
        assert await run_if_due(engine, DAILY, plan, NOW, "host-1")
        assert await count(engine, api_calls) == 1
        [run] = [row for row in await rows(engine, upkeep) if row["task"] == "retention"]
    files = sorted((tmp_path / "archive" / "monitoring_api_calls").iterdir())
    assert [path.name for path in files] == ["2026-12-06.jsonl.gz", "2026-12-07.jsonl.gz"]
    kept = [json.loads(line) for line in gzip.decompress(files[0].read_bytes()).splitlines()]
    assert [row["at"] for row in kept] == [str(stamp(OLD)), str(stamp(OLD + 1))]
    assert kept[0]["endpoint"] == "/chat"
    assert (run["result"]["archived_files"], run["error"]) == (2, None)


async def test_one_of_many_does_it_once_a_day(database: URL) -> None:
    """Whoever comes second, and whoever comes too early, does nothing."""
    midnight = NOW // DAY_SECONDS * DAY_SECONDS
    async with opened(database) as engine:
        early = await run_if_due(engine, DAILY, PLAN, midnight + 2 * 3_600, "a")
        at_once = await asyncio.gather(
            *(run_if_due(engine, DAILY, PLAN, NOW, holder) for holder in "abc")
        )
        later = await run_if_due(engine, DAILY, PLAN, NOW + 3_600, "d")
        tomorrow = await run_if_due(engine, DAILY, PLAN, NOW + DAY_SECONDS, "e")
    assert (early, sorted(at_once), later, tomorrow) == (False, [False, False, True], False, True)


async def test_a_run_that_failed_is_taken_up_an_hour_later(database: URL, tmp_path: Path) -> None:
    """By anybody; until then the reason is shown, and nothing was forgotten unarchived."""
    (tmp_path / "archive").write_text("a file where the folder should be")
    plan = PLAN._replace(archive_to=tmp_path / "archive")
    async with opened(database) as engine:
        await _write(engine, OLD)
        with pytest.raises(OSError, match="archive"):
            await run_if_due(engine, DAILY, plan, NOW, "a")
        assert await count(engine, api_calls) == 1
        [line] = [one for one in (await report(engine)).upkeep if one.startswith("retention")]
        assert "failed: FileExistsError" in line or "failed: NotADirectoryError" in line
        assert not await run_if_due(engine, DAILY, PLAN, NOW + 600, "b")
        assert await run_if_due(engine, DAILY, PLAN, NOW + 3_700, "b")
        assert await count(engine, api_calls) == 0


async def test_rollups_are_kept_by_their_resolution(database: URL) -> None:
    """The finer, the shorter: an hour, a day, a month, and 400 days."""
    ages = {10: 3_600.0, 60: DAY_SECONDS, 3_600: 30 * DAY_SECONDS, 86_400: 400 * DAY_SECONDS}
    names = [column.name for column in integration_metrics.c if not column.nullable]
    empty = dict.fromkeys(names, 0) | {
        "integration": "openai", "operation": "chat", "instance": "host-1",
        "latency": Histogram().to_bytes(),
    }  # fmt: skip
    async with opened(database) as engine:
        async with engine.begin() as connection:
            for resolution_s, age in ages.items():
                for more in (-60, 60):
                    row = {"resolution_s": resolution_s, "bucket_start": stamp(NOW - age - more)}
                    await connection.execute(insert(integration_metrics), empty | row)
        assert await forget_rollups(engine, NOW) == 4
        left = await rows(engine, integration_metrics)
    assert [row["resolution_s"] for row in left] == [10, 60, 3_600, 86_400]
    assert all(row["bucket_start"] >= stamp(NOW - ages[row["resolution_s"]]) for row in left)


async def test_what_is_kept_can_be_told(database: URL) -> None:
    """Each table with its rows and its oldest one; on PostgreSQL sizes and days as well."""
    async with opened(database) as engine:
        await _write(engine, NOW, OLD)
        assert (await report(engine)).upkeep == ("upkeep: not run yet",)
        assert await run_if_due(engine, HOURLY, PLAN, NOW, "a")
        told = await report(engine)
        is_sqlite = engine.dialect.name == "sqlite"
    [calls] = [one for one in told.tables if one.name == "monitoring_api_calls"]
    assert calls.oldest == stamp(OLD)
    assert (
        (calls.rows, calls.days, calls.size_bytes) == (2, None, None)
        if is_sqlite
        else (calls.days is not None and calls.days >= 5 and (calls.size_bytes or 0) > 0)
    )
    assert told.upkeep[0].startswith("hourly: begun 2027-01-15 08:00:00+00:00 by a, done")


async def test_upkeep_goes_on_after_a_failure(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that is away is one line in the log; the next time counts."""
    from holdfast.storage import upkeep as module
    from holdfast.storage.address import address
    from holdfast.storage.engine import open_engine

    monkeypatch.setattr(module, "CHECK_SECONDS", 0.05)
    url = address(None, tmp_path)
    engine = open_engine(url)
    task = asyncio.create_task(keep_up(engine, PLAN, clock=Clock(lambda: 0.0, lambda: NOW)))
    async with asyncio.timeout(10):
        while "upkeep retention failed, tried again later" not in caplog.text:
            await asyncio.sleep(0.01)
        await upgrade(url)
        await _write(engine, OLD)
        while await count(engine, api_calls):
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.wait({task})
    await engine.dispose()
