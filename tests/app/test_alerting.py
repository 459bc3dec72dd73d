"""The watch of a process: what fires is told to the webhook, and held in the record."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from holdfast.alerts.alert_log import AlertState
from holdfast.alerts.holding import HOLD_SECONDS, UNHELD_SECONDS, Holding
from holdfast.alerts.rules import Reading
from holdfast.events import AlertChanged
from holdfast.trends.history import Page
from tests.alerts.test_watch import LOW, watch
from tests.api.host import asking, call, mounted, until
from tests.integrations.loopback import Received, Reply, loopback


@pytest.mark.real_time
async def test_what_fires_reaches_the_webhook(tmp_path: Path) -> None:
    """In the background, without anybody asking."""

    async def answer(_asked: Received, reply: Reply) -> None:
        await reply.whole(204, b"")

    async with loopback(answer) as (url, received):
        app, monitoring = mounted(tmp_path, HOLDFAST_ALERT_WEBHOOK=f"{url}/hook")
        for _ in range(10):
            call(monitoring, "failed")
        async with asking(app):
            await until(lambda: bool(received))
    told = json.loads(received[0].body)
    assert (told["rule"], told["state"]) == ("success_rate", "firing")


async def test_the_workers_are_put_together_only_for_a_look(tmp_path: Path) -> None:
    """Whose turn it is, is asked every second; the figures are needed every five."""
    _, monitoring = mounted(tmp_path)
    alerting, deployment = monitoring.vitals.alerting, monitoring.cluster.deployment
    refreshed, looked = [], []
    deployment.refresh_now = lambda: refreshed.append(asyncio.get_running_loop().time())  # type: ignore[method-assign]
    alerting.watch.look = lambda *_: looked.append(len(refreshed)) or []  # type: ignore[method-assign,func-returns-value]
    running = asyncio.create_task(alerting.run())
    await asyncio.sleep(14.5)
    running.cancel()
    await asyncio.wait({running})
    assert (refreshed, looked) == ([0.0, 5.0, 10.0], [1, 2, 3])


class _Log:
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.held: list[tuple[list[str], float]] = []
        self.ended: list[tuple[float, float]] = []

    async def hold(self, alerts: Sequence[AlertChanged], now: float) -> None:
        self.held.append(([one.alert_id for one in alerts], now))

    async def end_unheld(self, held_since: float, now: float, reason: str) -> list[AlertChanged]:
        assert reason
        self.ended.append((held_since, now))
        return []

    async def page(
        self, state: AlertState | None = None, *, limit: int, cursor: str | None = None
    ) -> Page[AlertChanged]:
        assert (state, cursor) == ("firing", None)
        return Page((), None)

    async def count(self, state: AlertState | None = None) -> int:
        raise AssertionError("nobody asked")


async def test_ours_are_held_and_others_ended_at_the_first_look() -> None:
    """Then every half minute; nothing is held when nothing fires."""
    seen, log = watch(), _Log()
    holding = Holding(seen)
    assert holding.is_due(0.0)
    assert await holding.settle(log, 0.0) == []
    assert not holding.is_due(HOLD_SECONDS - 1)
    assert holding.is_due(HOLD_SECONDS)
    seen.look(30.0, [Reading("sun", LOW)])
    await holding.settle(log, 30.0)
    assert log.held == [(["a1"], 30.0)]
    assert log.ended == [(-UNHELD_SECONDS, 0.0), (30.0 - UNHELD_SECONDS, 30.0)]


async def test_after_a_failure_others_get_time_to_hold_theirs() -> None:
    """The database was away for them too: nobody is taken for dead at once."""
    holding, log = Holding(watch()), _Log()
    holding.failed(100.0)
    await holding.settle(log, 130.0)
    assert log.ended == []
    await holding.settle(log, 100.0 + UNHELD_SECONDS)
    assert len(log.ended) == 1
