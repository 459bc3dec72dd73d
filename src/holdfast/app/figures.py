"""What an application tells of itself, and the text of all that is counted."""

from functools import cached_property
from importlib.metadata import version
from typing import Protocol

from holdfast.api.elsewhere import worst
from holdfast.api.services import Services
from holdfast.api.shapes.card import health_of
from holdfast.app.cluster import Cluster
from holdfast.clock import Clock
from holdfast.events import BreakerName, ComponentState
from holdfast.settings.settings import Settings
from holdfast.telemetry.application import ApplicationMetrics
from holdfast.telemetry.exposition.own import Standing
from holdfast.telemetry.journeys import SessionCounts
from holdfast.telemetry.loop_lag import LoopLag
from holdfast.telemetry.prometheus import Exposition, Read


class Watched(Protocol):
    """What of a `Monitoring` is read here."""

    settings: Settings
    clock: Clock
    cluster: Cluster

    def http_services(self) -> Services:
        """What the HTTP surface stands on."""


class Figures:
    """The folds behind `/metrics` that nothing else reads, and its exposition: of all workers."""

    def __init__(self, monitoring: Watched) -> None:
        self._monitoring = monitoring
        self.application = ApplicationMetrics()
        self.sessions = SessionCounts(monitoring.settings.session_idle_seconds)
        self.lag = LoopLag(monitoring.clock.monotonic)

    @cached_property
    def exposition(self) -> Exposition:
        """One for each process: it keeps the text around the numbers."""
        cluster, settings = self._monitoring.cluster, self._monitoring.settings
        folds, together = cluster.deployment.folds, cluster.together
        return Exposition(
            Read(
                calls=folds.calls,
                requests=folds.requests,
                application=folds.application,
                sessions=folds.sessions,
                lag=folds.lag,
                in_flight=together.requests_by_route,
                breakers=self._breakers,
                standing=self._standing(),
                process=folds.process,
                processes=together.processes,
                deployment=together.figures,
                prefix=settings.metrics_prefix,
                aliases=settings.metrics_aliases,
                created_at=(lambda: folds.calls.since) if settings.metrics_created else None,
            )
        )

    def dropped(self) -> dict[str, int]:
        """What had to be put together with others, by reason."""
        return {"labels_overflow": self.application.overflowed.total()}

    def _standing(self) -> Standing:
        cluster, together = self._monitoring.cluster, self._monitoring.cluster.together
        return Standing(
            version=version("holdfast"),
            in_flight=together.requests_in_flight,
            open_websockets=together.open_websockets,
            sessions_active=together.sessions_active,
            components=self._components,
            integrations=self._integrations,
            alerts=cluster.alerts.firing,
            record=together.record,
            dropped=together.dropped,
            shared_state=together.shared_state,
            executor=together.executor,
        )

    def _components(self) -> dict[str, ComponentState]:
        components = self._monitoring.cluster.together.components()
        return {one.name: one.health.state for one in components}

    def _integrations(self) -> dict[str, ComponentState]:
        view = self._monitoring.http_services()
        return {name: health_of(view, name).state for name in view.integrations()}

    def _breakers(self) -> list[tuple[str, str, BreakerName]]:
        breakers = self._monitoring.cluster.together.breakers()
        return [(*key, worst(seen).state) for key, seen in breakers.items()]
