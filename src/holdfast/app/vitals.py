"""What watches the figures: the component checks, and the alerts."""

from collections.abc import Awaitable, Callable, Iterable

from holdfast.alerts.alert_log import AlertLog
from holdfast.alerts.hourly import Hourly
from holdfast.alerts.rules import Reading
from holdfast.api.services import Services
from holdfast.api.shapes.voice import rate_limit_hits, trips
from holdfast.app.alerting import Alerting
from holdfast.app.network import network_check
from holdfast.clock import Clock
from holdfast.events import Sink
from holdfast.health.components import Components
from holdfast.settings.settings import Settings
from holdfast.telemetry.calls import CallMetrics
from holdfast.telemetry.deployment.deployment import Deployment


class Vitals:
    """The components and the alerts of one process; *view* is what routes see, too."""

    def __init__(
        self, settings: Settings, calls: CallMetrics, sink: Sink, clock: Clock,
        view: Callable[[], Services],
        *, deployment: Callable[[], Deployment],
        alert_log: Callable[[], AlertLog | None] = lambda: None,
        secure: Callable[[], Awaitable[bool]],
    ) -> None:  # fmt: skip
        self._settings, self._view = settings, view
        self.components = Components(sink, clock)
        base_urls = {name: one.base_url for name, one in settings.services.items()}
        self.components.register(network_check(calls, base_urls, clock.wall))
        self.alerting = Alerting(
            settings, sink, clock, self._readings, deployment=deployment, log=alert_log,
            secure=secure,
        )  # fmt: skip

    async def check_components(self) -> None:
        """Ask them at the set interval, for ever."""
        await self.components.run(self._settings.health_check_interval)

    def _readings(self, hourly: Hourly) -> Iterable[Reading]:
        view = self._view()
        names = view.integrations()
        lifetimes = {name: view.calls.lifetime(name) for name in names}
        counts = {
            name: (trips(view, name), rate_limit_hits(view, name, lifetimes[name]))
            for name in names
        }
        grown = hourly.grown(view.clock.monotonic(), counts)
        excuse = view.excuse()
        return [
            Reading(name, view.calls.window(name), trips=opened, rate_limits=limited, excuse=excuse)
            for name, (opened, limited) in grown.items()
        ]
