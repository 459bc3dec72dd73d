"""What is old is forgotten, and no more than that."""

from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from holdfast.events import Event
from holdfast.storage.address import address
from holdfast.storage.retention import DAY_SECONDS, Pruned, prune
from holdfast.storage.tables import api_calls, integration_calls, sessions
from holdfast.storage.writer import SqlEventLog
from tests.conformance.record import NOW, batch, call, count, opened, request, rows

pytestmark = pytest.mark.real_time


async def _write_days(engine: AsyncEngine, days: int, each: int) -> None:
    """*each* requests of half a kilobyte on each of the last *days* days."""
    log = SqlEventLog(engine, "host-1")
    for day in range(days):
        at = NOW - day * DAY_SECONDS
        events = [request(at - n, error="x" * 500) for n in range(each)]
        await log.append(batch(*events, first=day * each))


async def test_rows_go_when_their_days_are_over(tmp_path: Path) -> None:
    """Calls, requests and sessions older than the days to keep go; what is younger stays."""
    async with opened(address(None, tmp_path)) as engine:
        old, young = NOW - 31 * DAY_SECONDS, NOW - 29 * DAY_SECONDS
        events: list[Event] = [call(old, "old"), request(old), call(young, "young"), request(young)]
        await SqlEventLog(engine, "host-1").append(batch(*events))
        pruned = await prune(engine, NOW, keep_days=30)
        names = {table.name for table in (integration_calls, api_calls, sessions)}
        assert {name for name, number in pruned.rows.items() if number} == names
        assert set(pruned.rows.values()) == {0, 1}
        assert [row["session_id"] for row in await rows(engine, sessions)] == ["young"]
        assert await count(engine, api_calls) == 1


async def test_a_session_that_still_goes_on_stays(tmp_path: Path) -> None:
    """A session's age is that of the last thing seen of it."""
    async with opened(address(None, tmp_path)) as engine:
        events = [call(NOW - 40 * DAY_SECONDS, "s"), call(NOW, "s")]
        await SqlEventLog(engine, "host-1").append(batch(*events))
        await prune(engine, NOW, keep_days=30)
        assert await count(engine, sessions) == 1


async def test_more_rows_than_one_step_deletes_go_as_well(tmp_path: Path) -> None:
    """Small steps, as many as it takes."""
    async with opened(address(None, tmp_path)) as engine:
        await _write_days(engine, days=1, each=2_500)
        assert (await prune(engine, NOW + 2 * DAY_SECONDS, keep_days=1)).rows[
            "monitoring_api_calls"
        ] == 2_500


async def test_the_oldest_days_go_when_the_file_is_too_large(tmp_path: Path) -> None:
    """The cap holds, the newest days stay, and the file gives its room back."""
    async with opened(address(None, tmp_path)) as engine:
        await _write_days(engine, days=10, each=300)
        before = await prune(engine, NOW, keep_days=30)
        assert before.used_bytes is not None
        cap = before.used_bytes // 2
        pruned = await prune(engine, NOW, keep_days=30, max_bytes=cap)
        assert pruned.used_bytes is not None
        assert cap // 2 < pruned.used_bytes <= cap
        assert pruned.before % DAY_SECONDS == 0
        left = await rows(engine, api_calls)
        assert len(left) > 0
        assert min(row["at"].timestamp() for row in left) >= pruned.before
        await engine.dispose()
        assert (tmp_path / "holdfast.db").stat().st_size <= cap


async def test_a_single_day_that_is_too_large_is_cut_as_well(tmp_path: Path) -> None:
    """The cap holds also when everything is of today."""
    async with opened(address(None, tmp_path)) as engine:
        await _write_days(engine, days=1, each=3_000)
        cap = 400_000
        pruned = await prune(engine, NOW, keep_days=30, max_bytes=cap)
        assert pruned.used_bytes is not None
        assert pruned.used_bytes <= cap
        assert await count(engine, api_calls) > 0


async def test_a_cap_below_the_empty_file_ends(tmp_path: Path) -> None:
    """A cap that cannot be reached deletes everything, once, and comes back."""
    async with opened(address(None, tmp_path)) as engine:
        await _write_days(engine, days=2, each=10)
        pruned = await prune(engine, NOW, keep_days=30, max_bytes=1)
        assert await count(engine, api_calls) == 0
        assert isinstance(pruned, Pruned)
