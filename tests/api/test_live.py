"""The broadcast: one delta a beat for everyone, and nobody waits for who is slow."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from holdfast.api.live import BEAT_SECONDS, Broadcast
from holdfast.app.monitoring import Monitoring
from holdfast.events import SessionStarted
from holdfast.integrations import CATALOG
from tests.api.host import call, development
from tests.jumping_time import jumping_clock


@asynccontextmanager
async def beating(folder: Path) -> AsyncIterator[tuple[Broadcast, Monitoring]]:
    """A broadcast that beats on the jumping clock."""
    monitoring = Monitoring(development(folder), clock=jumping_clock())
    broadcast = Broadcast(monitoring.http_services())
    task = asyncio.create_task(broadcast.run())
    try:
        yield broadcast, monitoring
    finally:
        task.cancel()
        await asyncio.wait({task})


async def _next(queue: asyncio.Queue[str | None]) -> dict[str, Any]:
    frame = await queue.get()
    assert frame is not None
    document: dict[str, Any] = json.loads(frame)
    return document


async def test_a_change_is_told_with_the_next_number(tmp_path: Path) -> None:
    """At the next beat: what changed, and only that; a gap in the numbers shows a loss."""
    async with beating(tmp_path) as (broadcast, monitoring):
        with broadcast.watching() as queue:
            before = json.loads(await broadcast.fresh_snapshot())
            monitoring.emit(SessionStarted("s", monitoring.clock.wall(), "maria", None))
            call(monitoring, session_id="s")
            delta = await _next(queue)
    assert (before["type"], delta["type"], delta["seq"]) == ("snapshot", "delta", before["seq"] + 1)
    assert [card["integration"] for card in delta["data"]["integrations"]] == ["openai"]
    assert [one["session_id"] for one in delta["data"]["sessions"]] == ["s"]
    assert delta["data"].keys() == {
        "uptime_seconds", "requests", "record", "shared_state", "deployment", "dropped",
        "integrations", "sessions",
    }  # fmt: skip
    assert delta["data"]["uptime_seconds"] == round(BEAT_SECONDS, 1)


async def test_at_most_four_deltas_a_second(tmp_path: Path) -> None:
    """However much happens, it is one delta a beat."""
    async with beating(tmp_path) as (broadcast, monitoring):
        with broadcast.watching() as queue:
            for _ in range(100):
                call(monitoring)
                await asyncio.sleep(0.01)
            assert queue.qsize() == 4


async def test_quiet_is_quiet(tmp_path: Path) -> None:
    """Without changes only windows expire: every two seconds, all cards once more."""
    async with beating(tmp_path) as (broadcast, _), asyncio.timeout(100):
        with broadcast.watching() as queue:
            await asyncio.sleep(4.1)
            frames = [await _next(queue) for _ in range(queue.qsize())]
    assert [(one["type"], one["seq"]) for one in frames] == [("delta", 1), ("delta", 2)]
    assert [len(one["data"]["integrations"]) for one in frames] == [len(CATALOG)] * 2


async def test_a_heart_beats_every_fifteen_seconds(tmp_path: Path) -> None:
    """It has the number of the last delta, so that a quiet connection can be told from a dead."""
    async with beating(tmp_path) as (broadcast, monitoring):
        with broadcast.watching() as queue:
            frames = [await _next(queue) for _ in range(20)]
    hearts = [one for one in frames if one["type"] == "heartbeat"]
    assert [(sorted(one), one["seq"]) for one in hearts] == [
        (["at", "seq", "type"], 7), (["at", "seq", "type"], 15)
    ]  # fmt: skip
    assert monitoring.clock.monotonic() == 36.0


async def test_nobody_watching_costs_nothing(tmp_path: Path) -> None:
    """No delta is made; what changed meanwhile is in the next one's snapshot."""
    async with beating(tmp_path) as (broadcast, monitoring):
        call(monitoring)
        await asyncio.sleep(10.0)
        snapshot = json.loads(await broadcast.fresh_snapshot())
    assert snapshot["seq"] == 0
    assert snapshot["data"]["metrics"]["integrations"][0]["window"]["total"] == 1


async def test_who_is_too_slow_is_closed_and_counted(tmp_path: Path) -> None:
    """The others go on; what he did not read is not kept for him."""
    async with beating(tmp_path) as (broadcast, _):
        with broadcast.watching() as slow, broadcast.watching() as quick:
            for _ in range(40):
                await _next(quick)
            assert (broadcast.slow_clients, slow.qsize(), slow.get_nowait()) == (1, 1, None)
            await _next(quick)
            assert slow.empty()


async def test_who_has_left_is_told_nothing(tmp_path: Path) -> None:
    """And does not become slow."""
    async with beating(tmp_path) as (broadcast, _):
        with broadcast.watching() as queue:
            pass
        await asyncio.sleep(60.0)
    assert (queue.empty(), broadcast.slow_clients) == (True, 0)


async def test_frames_hold_the_last_steps_of_a_session(tmp_path: Path) -> None:
    """Twelve at most, in snapshots and deltas; the count tells the truth."""
    async with beating(tmp_path) as (broadcast, monitoring):
        with broadcast.watching() as queue:
            for number in range(30):
                call(monitoring, session_id="s", operation=f"op{number}")
            [told] = (await _next(queue))["data"]["sessions"]
            [shown] = json.loads(await broadcast.fresh_snapshot())["data"]["sessions"]
    assert told == shown
    assert (len(told["steps"]), told["step_count"]) == (12, 30)
    assert told["steps"][-1]["operation"] == "op29"
