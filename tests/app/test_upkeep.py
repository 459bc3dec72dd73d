"""Beside the application: sessions end, boundaries are judged, roll-ups are written."""

import asyncio
import os
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from holdfast.app.monitoring import Monitoring
from holdfast.app.upkeep import Upkeep
from holdfast.events import ContextLost, Scope, SessionEnded, SessionStarted, StepTaken
from holdfast.seen import ContextSeen
from tests.api.host import asking, call, development, mounted, until
from tests.jumping_time import EPOCH, jumping_clock


@pytest.mark.real_time
async def test_the_last_roll_ups_are_written_at_the_end(tmp_path: Path) -> None:
    """A process that stops loses none of its counts."""
    app, monitoring = mounted(tmp_path)
    async with asking(app):
        await until(lambda: monitoring.record.history is not None)
        call(monitoring, "failed")
        call(monitoring)
        await until(lambda: monitoring.record.status().written >= 1)
    async with asking(app) as client:
        await until(lambda: monitoring.record.history is not None)
        told = (await client.get("/monitoring/api/integration/openai/history")).json()
    assert (told["total"]["total_calls"], told["total"]["failed_calls"]) == (2, 1)


async def test_roll_ups_come_every_interval_and_again_when_they_could_not_be_written(
    tmp_path: Path,
) -> None:
    """What is not written stays in line; the log says so."""
    monitoring = Monitoring(development(tmp_path, METRICS_INTERVAL="60"), clock=jumping_clock())
    written: list[Any] = []
    fails = [True]

    async def write(instance: str, buckets: Any) -> None:
        if fails and fails.pop():
            raise OSError("disk full")
        written.append({one.key.resolution_s: one.tally.succeeded for one in buckets})

    monitoring.record.history = cast("Any", object())
    monitoring.record.write_buckets = write  # type: ignore[method-assign]
    task = asyncio.create_task(Upkeep(monitoring).roll_up())
    with capture_logs() as logs:
        for _ in range(20):
            call(monitoring)
            await asyncio.sleep(10)
    task.cancel()
    await asyncio.wait({task})
    assert [log["event"] for log in logs] == ["rollups_not_written"]
    assert written[-1][86_400] == 20


@pytest.mark.parametrize(("workers", "writes"), [(1, 2), (2, 12)])
async def test_roll_ups_come_sooner_when_other_workers_read_them(
    tmp_path: Path, workers: int, writes: int
) -> None:
    """Alone, who reads has them before they are written."""
    monitoring = Monitoring(development(tmp_path, METRICS_INTERVAL="60"), clock=jumping_clock())
    status = replace(monitoring.cluster.deployment.status(), workers=workers)
    monitoring.cluster.deployment.status = lambda: status  # type: ignore[method-assign]
    written: list[str] = []

    async def write(instance: str, buckets: Any) -> None:
        written.append(instance)

    monitoring.record.history = cast("Any", object())
    monitoring.record.write_buckets = write  # type: ignore[method-assign]
    task = asyncio.create_task(Upkeep(monitoring).roll_up())
    await asyncio.sleep(1)
    for _ in range(12):
        call(monitoring)
        await asyncio.sleep(10)
    task.cancel()
    await asyncio.wait({task})
    assert written == [monitoring.rollup.instance] * writes


async def test_a_forked_process_rolls_up_under_its_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And without what it inherited."""
    monitoring = Monitoring(development(tmp_path), clock=jumping_clock())
    upkeep, inherited = Upkeep(monitoring), monitoring.rollup.instance
    call(monitoring)
    with monkeypatch.context() as patched:
        patched.setattr(os, "getpid", lambda: -1)
        task = asyncio.create_task(upkeep.roll_up())
        await asyncio.sleep(1)
        call(monitoring, "failed")
        found = monitoring.rollup.latest("openai", 60, EPOCH)
        task.cancel()
        await asyncio.wait({task})
    assert found.instance != inherited
    assert {(one.tally.succeeded, one.tally.failed) for one in found.buckets} == {(0, 1)}


async def test_days_are_summed_up_once_the_record_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before that there is nothing to sum up, and nothing to complain of."""
    monitoring = Monitoring(development(tmp_path), clock=jumping_clock())
    asked: list[float] = []

    async def sum_up(now: float) -> None:
        asked.append(now - EPOCH)

    monkeypatch.setattr(monitoring.record, "sum_up_days", sum_up)
    opening = True
    monkeypatch.setattr(type(monitoring.record), "is_opening", property(lambda _: opening))
    task = asyncio.create_task(Upkeep(monitoring).roll_up())
    await asyncio.sleep(35)
    assert asked == []
    opening = False
    await asyncio.sleep(3_700)
    task.cancel()
    assert asked == pytest.approx([40, 3_640], abs=1)


async def test_boundaries_are_judged_while_the_record_answers(tmp_path: Path) -> None:
    """What it cannot tell now is asked again; each loss becomes a fact like any other."""
    monitoring = Monitoring(development(tmp_path), clock=jumping_clock())
    told: list[Any] = []
    monitoring.listen(told.append)
    answers: list[Any] = [OSError("locked"), []]

    class Log:
        async def steps(self, session_id: str) -> Any:
            answer = answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

    seen = ContextSeen(True, True, (), {}, {}, (), (), ("chart",), "", 0)
    now = monitoring.clock.wall()
    monitoring.emit(StepTaken(Scope("s", step="voice"), now, "succeeded", 0.0, None, None, seen))
    task = asyncio.create_task(Upkeep(monitoring).judge_boundaries())
    with capture_logs() as logs:
        await asyncio.sleep(2)
        monitoring.record.sessions = cast("Any", Log())
        await asyncio.sleep(8)
    task.cancel()
    assert [log["event"] for log in logs] == ["boundaries_not_judged", "context_missing"]
    assert told[1:] == [ContextLost("s", now, "voice", "chart", "missing", None)]


async def test_memory_ends_idle_sessions_while_the_record_is_away(tmp_path: Path) -> None:
    """With the record in order it is the record that decides, and memory leaves it the session."""
    monitoring = Monitoring(development(tmp_path), clock=jumping_clock())
    idle = monitoring.settings.session_idle_seconds
    answers: list[Any] = [OSError("locked"), [SessionEnded("x", 1.0, "timed_out")], []]
    monitoring.emit(SessionStarted("s", EPOCH, None, None))
    told: list[Any] = []
    monitoring.listen(told.append)

    class Log:
        async def end_idle(self, unseen_since: float) -> Any:
            answer = answers.pop(0) if answers else []
            if isinstance(answer, Exception):
                raise answer
            return answer

    monitoring.record.sessions = cast("Any", Log())
    ok = replace(monitoring.record.status(), status="ok")
    monitoring.record.status = lambda: ok  # type: ignore[method-assign]
    task = asyncio.create_task(Upkeep(monitoring).end_idle_sessions())
    with capture_logs():
        await asyncio.sleep(15)
        assert told == []  # not idle yet, and the record was locked
        await asyncio.sleep(10)
    assert told == [SessionEnded("x", 1.0, "timed_out")]
    await asyncio.sleep(2 * idle + 20)
    assert monitoring.sessions.find("s") is None
    task.cancel()
