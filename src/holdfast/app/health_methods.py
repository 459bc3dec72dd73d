"""What the voice backend's monitoring offered in Python, with its names and an honest meaning."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Literal

from holdfast import context
from holdfast.api.services import Services
from holdfast.api.shapes import alerts, voice
from holdfast.api.trends import MOST_HOURS, performance_trends
from holdfast.app.vitals import Vitals
from holdfast.clock import Clock
from holdfast.errors import ConfigurationError
from holdfast.events import AttemptFailed, BreakerMoved, CallFinished, Origin, Outcome, Sink
from holdfast.health.check import Check, Probe
from holdfast.health.state import Health, State

_TOLD = "told by record_request"

_OWN_CALL = 0
"""The id of calls that went through no guard of ours."""


class HealthMethods(ABC):
    """Methods of `Monitoring` about calls made elsewhere, health, alerts and components."""

    clock: Clock
    emit: Sink
    vitals: Vitals

    @abstractmethod
    def up_to_date(self) -> Services:
        """What the HTTP surface stands on, refreshed where that needs no network."""

    def record_request(
        self, service: str, success: bool, latency_ms: float, error_type: str | None = None,
        circuit_breaker_trip: bool = False, rate_limit_hit: bool = False,
        additional_data: Mapping[str, Any] | None = None, *, operation: str = "call",
    ) -> None:  # fmt: skip
        """Count a call that no guard of ours made.

        With *rate_limit_hit* it did not go out: it is refused, and enters no rate and no latency.
        A *circuit_breaker_trip* counts once as such, beside the call. *additional_data* is the
        contract's and is not kept. Raises ValueError for a negative *latency_ms*.
        """
        del additional_data  # whatever it holds was never redacted (contract fault 26)
        if not latency_ms >= 0:
            raise ValueError(f"latency_ms must be a number of at least 0, got {latency_ms!r}")
        at = self.clock.wall()
        outcome: Outcome = "succeeded" if success else "failed"
        if rate_limit_hit and not success:
            outcome, error_type = "refused", error_type or "LimitReached"
        out = outcome != "refused"
        origin = Origin(service, operation, _OWN_CALL, context.scope.get())
        if rate_limit_hit:
            self.emit(AttemptFailed(origin, at, 0, "RateLimited", _TOLD, 0.0, None))
        self.emit(
            CallFinished(
                origin, at, outcome, latency_ms if out else None, 0.0, latency_ms, int(out),
                None if success else error_type or "unknown",
            )
        )  # fmt: skip
        if circuit_breaker_trip:
            self.emit(BreakerMoved(service, operation, at, "closed", "open", _TOLD))

    def get_health_status(self) -> dict[str, Any]:
        """``overall_status``, ``services``, the last 20 ``alerts`` and the ``summary``."""
        view = self.up_to_date()
        reports = [voice.report(view, name) for name in view.integrations()]
        return {
            "overall_status": voice.overall_status(reports),
            "services": {one.name: voice.service_health(view, one) for one in reports},
            "alerts": self.get_alerts(limit=20),
            "summary": voice.summary(reports),
        }

    def get_metrics(self, service: str | None = None) -> dict[str, Any]:
        """ServiceMetricsDict of *service*, or of each by name. ConfigurationError: no such one."""
        view = self.up_to_date()
        if service is not None:
            self._known(view, service)
            return voice.service_metrics(view, voice.report(view, service))
        names = view.integrations()
        return {name: voice.service_metrics(view, voice.report(view, name)) for name in names}

    def get_alerts(
        self, alert_type: Literal["critical", "warning"] | None = None, limit: int = 50
    ) -> list[dict[str, Any]]:
        """The latest *limit* alerts of the asked type, the oldest first."""
        if limit < 1:
            raise ValueError(f"limit must be at least 1, got {limit}")
        known = alerts.shown(self.up_to_date().watch)
        asked = [one for one in known if alert_type in (None, one.severity)]
        return [alerts.contract_alert(one) for one in asked[-limit:]]

    async def get_performance_trends(self, service: str, hours: int = 24) -> dict[str, Any]:
        """Whether *service* gets better or worse over *hours* (1-720): T of the contract.

        From the record's roll-ups, so it is awaited. ConfigurationError: no such service;
        `LifecycleError` while no record is open.
        """
        if not 1 <= hours <= MOST_HOURS:
            raise ValueError(f"hours must be 1 to {MOST_HOURS}, got {hours}")
        view = self.up_to_date()
        self._known(view, service)
        return await performance_trends(view, service, hours)

    def reset_metrics(self, service: str | None = None) -> None:
        """Count anew; without *service* all, and alerts are forgotten. The start time stays."""
        view = self.up_to_date()
        if service is not None:
            self._known(view, service)
        view.count_anew(service)

    def health_check(
        self, name: str, probe: Probe, *, timeout_seconds: float = 5.0,
        on_failure: State = "unhealthy", at_most: State = "unhealthy", required: bool = False,
        tags: frozenset[str] = frozenset(),
    ) -> None:  # fmt: skip
        """Ask *probe* in the background how the component *name* is; see `Check`."""
        self.vitals.components.register(
            Check(
                name=name, probe=probe, timeout_seconds=timeout_seconds, on_failure=on_failure,
                at_most=at_most, required=required, tags=tags,
            )
        )  # fmt: skip

    def set_component_healthy(self, component: str) -> None:
        """The application knows its *component* works. Safe from any thread."""
        self.vitals.components.set(component, Health("healthy"))

    def set_component_degraded(self, component: str, reason: str | None = None) -> None:
        """It works, and not as it should."""
        self.vitals.components.set(component, Health("degraded", reason))

    def set_component_unhealthy(self, component: str, reason: str | None = None) -> None:
        """It does not work."""
        self.vitals.components.set(component, Health("unhealthy", reason))

    def _known(self, view: Services, service: str) -> None:
        names = view.integrations()
        if service not in names:
            raise ConfigurationError(
                f"no service named {service[:80]!r}; known: {', '.join(sorted(names))}"
            )
