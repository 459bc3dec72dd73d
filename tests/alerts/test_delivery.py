"""Alerts on their way: in order, again when it failed, bounded, and never in the way."""

import asyncio
import threading

from holdfast.alerts.delivery import Delivery
from holdfast.errors import InvalidRequest, Unavailable
from holdfast.events import AlertChanged, ComponentChanged
from tests.jumping_time import jumping_clock


def alert(number: int) -> AlertChanged:
    """The *number*-th alert."""
    return AlertChanged(
        f"a{number}", "f", 1.0, 1.0, "firing", "latency", "warning", "sun", "slow", 6.0, 5.0
    )


class Reader:
    """A place where people read, which may be closed for a while."""

    name = "reader"

    def __init__(self) -> None:
        self.read: list[str] = []
        self.trouble: Exception | None = None

    async def tell(self, alert: AlertChanged) -> None:
        """Read it, or have trouble."""
        if self.trouble is not None:
            raise self.trouble
        self.read.append(alert.alert_id)


async def test_what_comes_is_delivered_in_order_from_any_thread() -> None:
    """Other facts are not alerts."""
    reader = Reader()
    delivery = Delivery(reader, clock=jumping_clock())
    delivery(alert(1))
    running = asyncio.create_task(delivery.run())
    await asyncio.sleep(1)
    delivery(ComponentChanged("cache", 1.0, "healthy", "degraded", None))
    thread = threading.Thread(target=delivery, args=(alert(2),))
    thread.start()
    thread.join()
    await asyncio.sleep(1)
    running.cancel()
    assert (reader.read, delivery.delivered, delivery.dropped) == (["a1", "a2"], 2, {})


async def test_while_nobody_can_be_told_they_wait() -> None:
    """Down for ten minutes: everything arrives afterwards, and nothing overtakes."""
    reader = Reader()
    reader.trouble = Unavailable("closed")
    delivery = Delivery(reader, clock=jumping_clock())
    running = asyncio.create_task(delivery.run())
    for number in range(3):
        delivery(alert(number))
    await asyncio.sleep(600)
    assert (reader.read, delivery.last_error is None) == ([], False)
    reader.trouble = None
    await asyncio.sleep(1_200)
    running.cancel()
    assert reader.read == ["a0", "a1", "a2"]


async def test_the_oldest_go_when_too_many_wait_and_what_is_refused_for_good_too() -> None:
    """Each with its reason."""
    reader = Reader()
    delivery = Delivery(reader, most_waiting=2, clock=jumping_clock())
    for number in range(3):
        delivery(alert(number))
    reader.trouble = InvalidRequest("no such place")
    running = asyncio.create_task(delivery.run())
    await asyncio.sleep(60)
    running.cancel()
    assert delivery.dropped == {"alerts_waiting": 1, "alert_rejected": 2}
