"""`Monitoring`: what an application holds in its hand after `setup_monitoring`."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from holdfast.api.services import Services
from holdfast.api.shapes.overview import overview
from holdfast.app.cluster import Cluster
from holdfast.app.config import Config
from holdfast.app.faults import faults_for
from holdfast.app.figures import Figures
from holdfast.app.following import Following
from holdfast.app.health_checks import HealthChecks
from holdfast.app.health_methods import HealthMethods
from holdfast.app.joining import cluster_of
from holdfast.app.record import Record
from holdfast.app.services import ServiceDirectory
from holdfast.app.sharing import AppSharing
from holdfast.app.tracing import Tracing
from holdfast.app.tracking_methods import TrackingMethods
from holdfast.app.vitals import Vitals
from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.errors import ConfigurationError
from holdfast.events import Sink, discard
from holdfast.guard.controls import Controls
from holdfast.guard.guard import Guard
from holdfast.guard.open_guard import OpenGuard
from holdfast.guard.options import GuardOptions, build
from holdfast.integrations import CATALOG
from holdfast.integrations.client import http_client
from holdfast.integrations.guards import guards_of
from holdfast.integrations.price_file import read_prices
from holdfast.integrations.prices import Prices
from holdfast.integrations.websocket import GuardedSocket, websocket
from holdfast.integrations.websocket_request import SocketRequest
from holdfast.middleware.report import Connections
from holdfast.resilience.input_check import Check
from holdfast.sessions.boundary import Boundaries
from holdfast.sessions.snapshot import Privacy
from holdfast.sessions.tracker import Sessions
from holdfast.settings.settings import Settings
from holdfast.storage.writer import instance_name
from holdfast.telemetry.calls import CallMetrics
from holdfast.telemetry.deployment.aligned import aligned
from holdfast.telemetry.fanout import Fanout
from holdfast.telemetry.live import Changes
from holdfast.telemetry.log import Log
from holdfast.telemetry.requests import RequestMetrics
from holdfast.trends.rollup import RollUp
from holdfast.validation.validator import Validator


class Monitoring(HealthMethods, TrackingMethods, Following):
    """Guards, sessions and figures of one process. Made by `setup_monitoring`, not by hand.

    With *settings.enabled* off, everything works as if nobody watched: guards let every call
    straight through and nothing is counted, kept or answered. *prices* say what usage costs:
    without them the built-in table, under the file that *settings.prices* names.
    """

    def __init__(
        self, settings: Settings, *, prices: Prices | None = None, clock: Clock = SYSTEM_CLOCK,
        engine: AsyncEngine | None = None, privacy: Privacy | None = None,
        tracing: Tracing | None = None,
    ) -> None:  # fmt: skip
        self.settings = settings
        self.clock = clock
        self.cluster: Cluster
        self.tracing = tracing
        folding = aligned(clock)
        self.calls, self.requests = CallMetrics(folding), RequestMetrics(folding)
        self.sessions, self.changes = Sessions(), Changes()
        self.boundaries, self.rollup = Boundaries(), RollUp(self.calls, instance_name())
        self.connections = Connections()
        self.record = Record(
            settings, self.rollup, clock, engine, is_ours=lambda: self.cluster.keeps_record
        )
        self._log = Log(clock=clock)
        self.figures, self._said = Figures(self), set()
        sinks = (
            self.calls, self.requests, self.sessions, self.boundaries, self.changes, self._log,
            self.record, self.figures.application, self.figures.sessions,
        )  # fmt: skip
        self._fanout = Fanout(sinks, clock=folding)
        self.emit: Sink = self._fanout if settings.enabled else discard
        self.shared = AppSharing(settings, self.emit, clock)
        faults = faults_for(settings)
        self.controls = Controls(sink=self.emit, clock=clock, faults=faults)
        super().__init__(self.emit, clock, privacy)
        self._new_id = itertools.count(1).__next__
        self._guards: dict[str, Mapping[str, Guard]] = {}
        self._started_at, self._started_monotonic = clock.wall(), clock.monotonic()
        self._slow_clients: Callable[[], int] = int
        self.vitals = Vitals(
            settings, self.calls, self.emit, clock, self.http_services,
            deployment=lambda: self.cluster.deployment, alert_log=lambda: self.record.alerts,
            secure=self.kept,
        )  # fmt: skip
        self.cluster = cluster_of(self, folding)
        self.vitals.alerting.among(self.cluster.decides)
        self._prices = prices or _prices_of(settings)
        self.config = Config(settings)
        self.services = ServiceDirectory(self, CATALOG, HealthChecks(self.up_to_date))

    def guard(
        self,
        integration: str,
        operation: str = "call",
        options: GuardOptions | None = None,
        *,
        checks: Sequence[Check] = (),
        validators: Sequence[Validator] = (),
    ) -> Guard:
        """The guard of one operation: the catalog's, or one of the application's own making.

        A first call for a name makes it, later ones return it. *options* default to the
        integration's settings, or to `GuardOptions()` for one we do not know.
        """
        if not self.settings.enabled:
            return OpenGuard(integration, operation)
        if integration in CATALOG and operation in (known := self._catalog_guards(integration)):
            return known[operation]
        existing = self.controls.get((integration, operation))
        if existing is not None:
            return existing
        return self.controls.add(
            build(
                integration, operation, self._options(integration, options), checks=checks,
                validators=validators, faults=self.controls.faults, sharing=self.shared.sharing,
                sink=self.emit, clock=self.clock, new_id=self._new_id, trace=self.tracing,
            )
        )  # fmt: skip

    def http_client(
        self, integration: str, *, library: str = "httpx2", raise_provider_errors: bool = False
    ) -> Any:
        """An ``AsyncClient`` of *library* (httpx2 or httpx) whose every request is guarded.

        For an official SDK: ``AsyncOpenAI(http_client=monitoring.http_client("openai"),
        max_retries=0)``. Raises `ConfigurationError` for an integration we do not know.
        """
        if integration not in CATALOG:
            known = ", ".join(sorted(CATALOG))
            raise ConfigurationError(f"no integration named {integration!r}; known: {known}")
        service = self.settings.services[integration]
        return http_client(
            CATALOG[integration],
            lambda operation: self.guard(integration, operation),
            base_url=service.base_url or None,
            library=library,
            raise_provider_errors=raise_provider_errors,
            timeout_seconds=service.timeout,
            clock=self.clock,
            wire=self.tracing,
            sink=self.emit,
        )

    def websocket(
        self,
        integration: str,
        url: str,
        operation: str = "socket",
        request: SocketRequest | None = None,
        *,
        base_url: str | None = None,
    ) -> AbstractAsyncContextManager[GuardedSocket]:
        """A socket whose conversation is one call: ``async with monitoring.websocket(…) as s``.

        *url* is ws(s)://… at the integration's own host, or a path below its base URL.
        *base_url* says where an integration is that we do not know; without it
        `ConfigurationError` is raised. Its guard is ``monitoring.guard(integration, operation)``.
        """
        request = request or SocketRequest()
        if integration in CATALOG:
            known = CATALOG[integration]
            base_url = self.settings.services[integration].base_url or known.base_url
            request = replace(request, read_error=request.read_error or known.read_error)
        if base_url is None:
            raise ConfigurationError(f"where is {integration!r}? Say it with base_url=")
        guard = self.guard(integration, operation)
        return websocket(guard, base_url, url, request, clock=self.clock, wire=self.tracing)

    def metrics(self) -> dict[str, Any]:
        """The document of GET /monitoring/api/metrics."""
        return overview(self.up_to_date())

    @property
    def instance(self) -> str:
        """This worker among the others."""
        return self.cluster.deployment.instance

    def up_to_date(self) -> Services:
        """What the HTTP surface stands on, refreshed where that needs no network."""
        self.cluster.deployment.refresh_now()
        return self.http_services()

    async def kept(self, timeout_seconds: float = 2.0) -> bool:
        """Wait until all that was emitted is on a disk; False when it is not by then.

        For what must not be lost with the process: an operator's action, an alert, an end.
        """
        return await self.record.kept(timeout_seconds)

    def listen(self, sink: Sink) -> None:
        """Have *sink* told every event too. It must not block; what it raises is counted."""
        self._fanout.add(sink)

    def catch_up(self, *, at_end: bool = False) -> None:
        """Tell what was kept back: facts that nobody read yet, refusals that were only counted."""
        self._fanout.flush()
        self._log.sum_up(at_once=at_end)

    def watch_slow_clients(self, count: Callable[[], int]) -> None:
        """Have *count*, the live clients closed for being slow, among what was dropped."""
        self._slow_clients = count

    def http_services(self) -> Services:
        """What the HTTP surface stands on."""
        deployment, together = self.cluster.deployment, self.cluster.together
        return Services(
            settings=self.settings,
            clock=self.clock,
            started_at=self._started_at,
            started_monotonic=self._started_monotonic,
            instance=self.instance,
            catalog=CATALOG,
            controls=self.controls,
            calls=deployment.calls,
            requests=deployment.requests,
            sessions=self.cluster.sessions,
            session_log=lambda: self.record.sessions,
            history=lambda: self.record.history,
            alert_log=lambda: self.record.alerts,
            changes=self.changes,
            told=self.emit,
            components=self.vitals.components,
            known_components=together.components,
            watch=self.cluster.alerts,
            breakers=together.breakers,
            limits=together.limits,
            deployment=deployment.status,
            refresh=deployment.refresh,
            reset=deployment.reset,
            requests_in_flight=together.requests_in_flight,
            open_websockets=together.open_websockets,
            record=together.record,
            kept=self.kept,
            dropped=together.dropped,
            prometheus=self.figures.exposition.slices,
            shared_state=self.shared.status,
        )

    def dropped(self) -> dict[str, int]:
        """What this worker dropped, or put together with others, by reason."""
        self._fanout.flush()
        found = {
            "calls_overflow": self.calls.overflowed,
            "requests_overflow": self.requests.overflowed,
            "sessions_evicted": self.sessions.evicted,
            "boundaries_unjudged": self.boundaries.unjudged,
            "rollups": self.rollup.dropped,
            "live_client_slow": self._slow_clients(),
            "components_overflow": self.vitals.components.overflowed,
            **self.vitals.alerting.dropped(),
            **self.figures.dropped(),
            **{f"sink_{name}": count for name, count in self._fanout.failures.items()},
        }
        return {reason: count for reason, count in found.items() if count}

    def _catalog_guards(self, integration: str) -> Mapping[str, Guard]:
        if integration not in self._guards:
            service = self.settings.services[integration]
            self._guards[integration] = guards_of(
                CATALOG[integration], self._options(integration, None), controls=self.controls,
                sink=self.emit, clock=self.clock, new_id=self._new_id,
                max_text_length=service.max_text_length,
                max_audio_size_mb=service.max_audio_size_mb,
                max_audio_duration_sec=service.max_audio_duration_sec, prices=self._prices,
                faults=self.controls.faults,
                sharing=self.shared.sharing, trace=self.tracing,
            )  # fmt: skip
        return self._guards[integration]

    def _options(self, integration: str, options: GuardOptions | None) -> GuardOptions:
        settings = self.settings
        if options is None and integration in settings.services:
            options = settings.services[integration].guard_options(
                limit=settings.enable_rate_limiting, breaker=settings.enable_circuit_breaker
            )
        return options or GuardOptions()


def _prices_of(settings: Settings) -> Prices:
    return Prices(read_prices(Path(settings.prices)) if settings.prices else ())
