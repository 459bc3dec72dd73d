"""Looks at the figures every few seconds, and tells what began or ended to be wrong."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable

from holdfast.alerts.alert_log import AlertLog
from holdfast.alerts.delivery import Delivery
from holdfast.alerts.holding import Holding
from holdfast.alerts.hourly import Hourly
from holdfast.alerts.notifiers.webhook import Webhook
from holdfast.alerts.rules import Reading
from holdfast.alerts.watch import Watch
from holdfast.clock import Clock
from holdfast.events import AlertChanged, Sink
from holdfast.settings.settings import Settings
from holdfast.telemetry.deployment.deployment import Deployment
from holdfast.telemetry.fault import log_fault

_LOOK_SECONDS = 5.0
_BEATS = 5
"""How often between two looks it is asked whose turn it is."""
_PATIENCE_SECONDS = 5.0
_LAST_SECONDS = 0.4

Lead = Callable[[], Awaitable[bool]]
"""Whether this worker decides; asked every second."""


async def _always() -> bool:
    return True


async def _unsecured() -> bool:
    return False


class Alerting:
    """The watch of one process and the ways its alerts are delivered.

    *readings* are of the figures that *deployment* was refreshed to. *log* answers where alerts are
    kept, None while there is no such place. *secure* returns when what was told is on a disk: an
    alert shall not be lost with its process.
    """

    def __init__(
        self, settings: Settings, sink: Sink, clock: Clock,
        readings: Callable[[Hourly], Iterable[Reading]],
        *, deployment: Callable[[], Deployment],
        log: Callable[[], AlertLog | None] = lambda: None,
        secure: Callable[[], Awaitable[bool]] = _unsecured,
    ) -> None:  # fmt: skip
        self._lead: Lead = _always
        self._deployment = deployment
        self._leads = False
        self.watch = Watch(settings.thresholds, lambda: secrets.token_hex(8))
        self._sink, self._clock, self._readings = sink, clock, readings
        self._secure, self._hourly = secure, Hourly()
        self._log, self._holding = log, Holding(self.watch)
        url = settings.alert_webhook
        self.deliveries = [Delivery(Webhook(url.get_secret_value()), clock=clock)] if url else []

    def look(self) -> list[AlertChanged]:
        """Look at the figures as of now; what changed was told to everybody."""
        self._deployment().refresh_now()
        return self._look()

    def among(self, lead: Lead) -> None:
        """Look only while *lead* says that it is this worker's turn."""
        self._lead = lead

    async def run(self) -> None:
        """Look, keep and deliver, for ever."""
        async with asyncio.TaskGroup() as tasks:
            for delivery in self.deliveries:
                tasks.create_task(delivery.run())
            tasks.create_task(self._hold())
            looks = 0
            while True:
                self._leads = await self._lead()
                if self._leads:
                    if looks % _BEATS == 0:
                        await self._deployment().refresh()
                        if self._look():
                            await self._secure()
                    looks += 1
                await asyncio.sleep(_LOOK_SECONDS / _BEATS)

    def dropped(self) -> dict[str, int]:
        """What was not told, by reason."""
        found = {"alerts_overflow": self.watch.overflowed}
        for delivery in self.deliveries:
            found |= delivery.dropped
        return found

    def _look(self) -> list[AlertChanged]:
        changed = self.watch.look(self._clock.wall(), self._readings(self._hourly))
        self._tell(changed)
        return changed

    async def _hold(self) -> None:
        """Say in the record that ours still fire; end those that nobody says so of any more."""
        while True:
            log, now = self._log(), self._clock.wall()
            if log is not None and self._holding.is_due(now):
                try:
                    self._tell(await self._settled(log, now))
                except Exception as error:  # noqa: BLE001 - away in any way: the next time
                    self._holding.failed(now)
                    log_fault("alerts_not_held", error)
            await asyncio.sleep(_LOOK_SECONDS)

    async def _settled(self, log: AlertLog, now: float) -> list[AlertChanged]:
        settling = asyncio.create_task(self._holding.settle(log, now, are_ours=self._leads))
        try:
            await asyncio.wait({settling}, timeout=_PATIENCE_SECONDS)
        except asyncio.CancelledError:  # half a question would leave its connection behind
            await asyncio.wait({settling}, timeout=_LAST_SECONDS)
            raise
        finally:
            settling.cancel()
        if not settling.done():
            raise TimeoutError(f"no answer within {_PATIENCE_SECONDS:g} s")
        return settling.result()

    def _tell(self, changed: Iterable[AlertChanged]) -> None:
        for alert in changed:
            self._sink(alert)
            for delivery in self.deliveries:
                delivery(alert)
