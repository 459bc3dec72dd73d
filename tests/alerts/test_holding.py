"""Who says in the record that an alert still fires."""

from collections.abc import Sequence

import pytest

from holdfast.alerts.alert_log import AlertState
from holdfast.alerts.holding import Holding
from holdfast.alerts.watch import Watch
from holdfast.events import AlertChanged
from holdfast.health.integration import Thresholds
from holdfast.trends.history import Page

FIRING = AlertChanged(
    "a1", "latency:sun", 9.0, 3.0, "firing", "latency", "warning", "sun", "High latency", 9.0, 5.0
)
OVER = AlertChanged(
    "a2", "latency:moon", 9.0, 3.0, "firing", "latency", "warning", "moon", "High latency", 9.0, 5.0
)


class Log:
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.held: list[list[AlertChanged]] = []
        self.asked_to_end = 0

    async def page(
        self, state: AlertState | None = None, *, limit: int, cursor: str | None = None
    ) -> Page[AlertChanged]:
        """What fires: another's, which is over by now."""
        return Page((OVER,), None)

    async def count(self, state: AlertState | None = None) -> int:
        """Nobody counts here."""
        raise NotImplementedError

    async def hold(self, alerts: Sequence[AlertChanged], now: float) -> None:
        """Remember them."""
        self.held.append(list(alerts))

    async def end_unheld(self, held_since: float, now: float, reason: str) -> list[AlertChanged]:
        """Remember that it was asked."""
        self.asked_to_end += 1
        return []


@pytest.mark.parametrize("are_ours", [True, False])
async def test_only_who_watches_holds(are_ours: bool) -> None:
    """A follower, a second behind, would bring back what is over; it ends what all left."""
    watch, log = Watch(Thresholds(), lambda: "id"), Log()
    watch.follow([FIRING], [])
    await Holding(watch).settle(log, 10.0, are_ours=are_ours)
    assert log.held == ([[FIRING]] if are_ours else [])
    assert log.asked_to_end == 1
    assert watch.others() == [OVER]


def test_what_another_knows_is_no_strangers_alert() -> None:
    """A follower neither lists it twice, nor lets it go on once it is over."""
    watch = Watch(Thresholds(), lambda: "new")
    watch.see_others([FIRING, OVER], inherit=True)
    watch.follow([FIRING], [OVER])
    assert watch.others() == []
    assert watch._heirless == {}
