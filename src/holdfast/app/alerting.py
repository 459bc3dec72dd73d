"""Looks at the figures every few seconds, and tells what began or ended to be wrong."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable

from holdfast.alerts.delivery import Delivery
from holdfast.alerts.hourly import Hourly
from holdfast.alerts.notifiers.webhook import Webhook
from holdfast.alerts.rules import Reading
from holdfast.alerts.watch import Watch
from holdfast.clock import Clock
from holdfast.events import AlertChanged, Sink
from holdfast.settings.settings import Settings

_LOOK_SECONDS = 5.0
_BEATS = 5
"""How often between two looks it is asked whose turn it is."""

Lead = Callable[[], Awaitable[bool]]
"""Whether this worker decides; asked every second."""


class Alerting:
    """The watch of one process and the ways its alerts are delivered."""

    def __init__(
        self, settings: Settings, sink: Sink, clock: Clock,
        readings: Callable[[Hourly], Iterable[Reading]],
    ) -> None:  # fmt: skip
        self._lead: Lead | None = None
        self.watch = Watch(settings.thresholds, lambda: secrets.token_hex(8))
        self._sink, self._clock, self._readings = sink, clock, readings
        self._hourly = Hourly()
        url = settings.alert_webhook
        self.deliveries = [Delivery(Webhook(url.get_secret_value()), clock=clock)] if url else []

    def look(self) -> list[AlertChanged]:
        """Look once; what changed was told to everybody."""
        changed = self.watch.look(self._clock.wall(), self._readings(self._hourly))
        for alert in changed:
            self._sink(alert)
        return changed

    def among(self, lead: "Lead") -> None:
        """Look only while *lead* says that it is this worker's turn."""
        self._lead = lead

    async def run(self) -> None:
        """Look and deliver, for ever."""
        async with asyncio.TaskGroup() as tasks:
            for delivery in self.deliveries:
                tasks.create_task(delivery.run())
            looks = 0
            while True:
                if self._lead is None or await self._lead():
                    if looks % _BEATS == 0:
                        self.look()
                    looks += 1
                await asyncio.sleep(_LOOK_SECONDS / _BEATS)

    def dropped(self) -> dict[str, int]:
        """What was not told, by reason."""
        found = {"alerts_overflow": self.watch.overflowed}
        for delivery in self.deliveries:
            found |= delivery.dropped
        return found
