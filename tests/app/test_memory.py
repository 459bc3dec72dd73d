"""An hour of traffic with the database away: what is held stays what it is."""

import asyncio
import gc
import itertools
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from holdfast.api.live import Broadcast
from holdfast.app.lifecycle import Lifecycle
from holdfast.app.monitoring import Monitoring
from holdfast.app.prepared_store import PreparedStore
from holdfast.app.setup import load_settings
from tests.api.host import call
from tests.jumping_time import jumping_clock

AWAY = "postgresql://me@127.0.0.1:1/away"
SPOOL_BYTES = 1024 * 1024
MINUTE = 60
CALLS = 4


def _blocks() -> int:
    gc.collect()
    return sys.getallocatedblocks()


async def _minute(monitoring: Monitoring, numbers: "itertools.count[int]") -> None:
    """A few calls a second, each second of a session that nobody ever ends."""
    for _ in range(MINUTE):
        session_id = f"abandoned-{next(numbers)}"
        for step in range(CALLS):
            call(monitoring, session_id=session_id, operation=f"op-{step}")
        await asyncio.sleep(1.0)


async def _at_once(work: Callable[..., Any], *arguments: Any) -> Any:
    """Threads do not jump in time."""
    return work(*arguments)


async def _away(_: PreparedStore) -> None:
    raise ConnectionError("the database is away")


async def test_an_hour_of_abandoned_sessions_without_a_database_is_flat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sessions, buffer, windows and disk are bounded; every event is accounted for by reason."""
    monkeypatch.setattr(asyncio, "to_thread", _at_once)
    monkeypatch.setattr(PreparedStore, "prepared", _away)
    settings = load_settings(
        {
            "DATABASE_URL": AWAY, "HOLDFAST_DATA_DIR": str(tmp_path), "HOLDFAST_SPOOL_MB": "1",
            "HOLDFAST_SESSION_IDLE_SECONDS": "300", "HEALTH_CHECK_INTERVAL": "86400",
        },
        None,
    )  # fmt: skip
    monitoring = Monitoring(settings, clock=jumping_clock())
    lifecycle = Lifecycle(monitoring, Broadcast(monitoring.http_services()))
    told: Counter[str] = Counter()
    monitoring.listen(lambda event: told.update((type(event).__name__,)))
    numbers = itertools.count()
    await lifecycle.start()
    blocks = []
    for minute in range(60):
        await _minute(monitoring, numbers)
        if minute % 20 == 19:
            blocks.append(_blocks())
    await asyncio.sleep(0.5)  # what is on its way to the disk arrives
    status, told_by_then = monitoring.record.status(), sum(told.values())
    await lifecycle.stop()
    assert told["CallFinished"] == 60 * MINUTE * CALLS
    assert told["SessionEnded"] > 3_000, "who was abandoned has timed out, once"
    assert next(numbers) - told["SessionEnded"] < 400
    assert status.status == "failing"
    assert 0 < status.spool_bytes <= SPOOL_BYTES
    accounted = status.waiting + status.spooled + status.written + sum(status.dropped.values())
    assert accounted == told_by_then
    assert set(status.dropped) == {"spool_full"}
    assert blocks[2] < blocks[1] * 1.02, blocks
    assert len(monitoring.sessions.latest(10_000)) <= 1_000
