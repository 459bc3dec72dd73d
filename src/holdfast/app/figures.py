"""What an application tells of itself, and the text of all that is counted."""

from functools import cached_property
from importlib.metadata import version
from typing import Protocol

from holdfast.api.services import Services
from holdfast.api.shapes.card import health_of
from holdfast.app.record import Record
from holdfast.app.sharing import AppSharing
from holdfast.app.vitals import Vitals
from holdfast.clock import Clock
from holdfast.events import BreakerName, ComponentState
from holdfast.guard.controls import Controls, circuit_of
from holdfast.middleware.report import Connections
from holdfast.sessions.tracker import Sessions
from holdfast.settings.settings import Settings
from holdfast.telemetry.application import ApplicationMetrics
from holdfast.telemetry.calls import CallMetrics
from holdfast.telemetry.exposition.own import Standing
from holdfast.telemetry.journeys import SessionCounts
from holdfast.telemetry.loop_lag import LoopLag
from holdfast.telemetry.prometheus import Exposition, Read
from holdfast.telemetry.requests import RequestMetrics


class Watched(Protocol):
    """What of a `Monitoring` is read here."""

    settings: Settings
    clock: Clock
    calls: CallMetrics
    requests: RequestMetrics
    sessions: Sessions
    connections: Connections
    record: Record
    shared: AppSharing
    controls: Controls
    vitals: Vitals

    def dropped(self) -> dict[str, int]:
        """By reason."""

    def http_services(self) -> Services:
        """What the HTTP surface stands on."""


class Figures:
    """The folds behind `/metrics` that nothing else reads, and its exposition."""

    def __init__(self, monitoring: Watched) -> None:
        self._monitoring = monitoring
        self.application = ApplicationMetrics()
        self.sessions, self.lag = SessionCounts(), LoopLag(monitoring.clock.monotonic)

    @cached_property
    def exposition(self) -> Exposition:
        """One for each process: it keeps the text around the numbers."""
        monitoring, settings = self._monitoring, self._monitoring.settings
        return Exposition(
            Read(
                calls=monitoring.calls,
                requests=monitoring.requests,
                application=self.application,
                sessions=self.sessions,
                lag=self.lag,
                in_flight=monitoring.connections.by_route,
                breakers=self._breakers,
                standing=self._standing(),
                prefix=settings.metrics_prefix,
                aliases=settings.metrics_aliases,
                created_at=monitoring.calls.since if settings.metrics_created else None,
            )
        )

    def dropped(self) -> dict[str, int]:
        """What had to be put together with others, by reason."""
        return {"labels_overflow": self.application.overflowed.total()}

    def _standing(self) -> Standing:
        monitoring = self._monitoring
        return Standing(
            version=version("holdfast"),
            in_flight=lambda: monitoring.connections.requests,
            open_websockets=lambda: monitoring.connections.websockets,
            sessions_active=monitoring.sessions.active,
            components=self._components,
            integrations=self._integrations,
            alerts=monitoring.vitals.alerting.watch.firing,
            record=monitoring.record.status,
            dropped=monitoring.dropped,
            shared_state=monitoring.shared.figures,
        )

    def _components(self) -> dict[str, ComponentState]:
        return {one.name: one.health.state for one in self._monitoring.vitals.components.all()}

    def _integrations(self) -> dict[str, ComponentState]:
        view = self._monitoring.http_services()
        return {name: health_of(view, name).state for name in view.integrations()}

    def _breakers(self) -> list[tuple[str, str, BreakerName]]:
        guards = self._monitoring.controls.items()
        circuits = ((key, circuit_of(guard)) for key, guard in guards)
        return [(*key, circuit.name) for key, circuit in circuits if circuit is not None]
