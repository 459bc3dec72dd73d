"""``monitoring.prometheus_metrics`` of the Crowd system: its functions and metric objects.

Everything goes to the application that is mounted. Before one is, nothing is counted, and the log
says so once: business code must not fail because nobody watches it.
"""

from collections.abc import Mapping
from typing import Any

import structlog

from holdfast.app import current as app_current
from holdfast.app.monitoring import Monitoring
from holdfast.errors import LifecycleError
from holdfast.telemetry.application_metrics import APPLICATION_METRICS, FAILED, MISUSE
from holdfast.telemetry.error_kinds import category, severity
from holdfast.telemetry.label_values import message_kind

_said: list[str] = []


def watching() -> Monitoring | None:
    """The mounted one, or None; the first time that there is none, a line in the log says so."""
    try:
        return app_current.current()
    except LifecycleError as error:
        if not _said:
            _said.append(str(error))
            structlog.get_logger("holdfast").warning("tracking_without_monitoring", why=str(error))
        return None


class TrackedMetric:
    """One metric as client libraries have it: ``.labels(…).inc()``, ``.observe()``, ``.set()``."""

    def __init__(self, key: str, labels: Mapping[str, Any] | None = None) -> None:
        self._key, self._labels = key, dict(labels or {})

    def labels(self, *values: Any, **named: Any) -> "TrackedMetric":
        """The series of these label values, by position or by name."""
        names = APPLICATION_METRICS[self._key].labels
        return TrackedMetric(self._key, {**dict(zip(names, values, strict=False)), **named})

    def inc(self, amount: float = 1.0) -> None:
        """Count *amount* more."""
        self._tell(amount)

    def observe(self, amount: float) -> None:
        """Count one duration in seconds."""
        self._tell(amount)

    def set(self, value: float) -> None:
        """The gauge is *value* now."""
        self._tell(value)

    def _tell(self, value: float) -> None:
        if (monitoring := watching()) is not None:
            monitoring.track(self._key, value, **self._labels)


class ComponentHealth:
    """``component_health``: an Enum no more, with its ``labels(component).state(name)``."""

    def __init__(self, component: str = "unknown") -> None:
        self._component = component

    def labels(self, component: str) -> "ComponentHealth":
        """That of *component*."""
        return ComponentHealth(component)

    def state(self, name: str) -> None:
        """It is *name* now."""
        update_component_health(self._component, name)


_METRICS: dict[str, TrackedMetric] = {
    key: TrackedMetric(key) for key in APPLICATION_METRICS if key not in (FAILED, MISUSE)
}
component_health = ComponentHealth()


def __getattr__(name: str) -> TrackedMetric:
    if name not in _METRICS:
        raise AttributeError(f"no metric {name!r}; there are: {', '.join(_METRICS)}")
    return _METRICS[name]


def get_all_metrics() -> dict[str, TrackedMetric | ComponentHealth]:
    """The sixteen, by key."""
    return {**_METRICS, "component_health": component_health}


def get_error_severity(error: BaseException) -> str:
    """Low, medium or high."""
    return severity(error)


def get_error_category(error: BaseException) -> str:
    """Validation, network, access, system or application."""
    return category(error)


def hash_error_message(message: str) -> str:
    """Eight hex digits that are the same for messages that differ in ids and numbers only."""
    return message_kind(message)


def track_error(
    error_type: str, component: str, error: BaseException, user_type: str = "anonymous",
    endpoint: str = "unknown", **extra_labels: Any,
) -> None:  # fmt: skip
    """Count *error*, by kind and by what it says."""
    if (monitoring := watching()) is not None:
        monitoring.track_error(error_type, component, error, user_type, endpoint, **extra_labels)


def track_auth_error(
    provider: str, error_type: str, endpoint: str, user_type: str = "anonymous"
) -> None:
    """Count an authentication that failed."""
    if (monitoring := watching()) is not None:
        monitoring.track_auth_error(provider, error_type, endpoint, user_type)


def track_database_error(
    db_type: str, operation: str, error: BaseException, component: str
) -> None:
    """Count a database operation that failed."""
    if (monitoring := watching()) is not None:
        monitoring.track_database_error(db_type, operation, error, component)


def track_external_service_error(
    service: str, operation: str, error_code: str, retry_count: int = 0
) -> None:
    """Count a failure of somebody else's service."""
    if (monitoring := watching()) is not None:
        monitoring.track_external_service_error(service, operation, error_code, retry_count)


def track_ai_system_error(
    component: str, error_type: str, model: str = "unknown", user_type: str = "anonymous"
) -> None:
    """Count a failure of a model."""
    if (monitoring := watching()) is not None:
        monitoring.track_ai_system_error(component, error_type, model, user_type)


def track_session_error(
    session_type: str, operation: str, error_type: str, user_type: str = "anonymous"
) -> None:
    """Count a session operation that failed."""
    if (monitoring := watching()) is not None:
        monitoring.track_session_error(session_type, operation, error_type, user_type)


def track_performance_metric(metric_name: str, duration: float, **labels: Any) -> None:
    """Count a duration in seconds."""
    if (monitoring := watching()) is not None:
        monitoring.track_performance_metric(metric_name, duration, **labels)


def update_component_health(component: str, status: str) -> None:
    """Say how *component* is."""
    if (monitoring := watching()) is not None:
        monitoring.update_component_health(component, status)


def track_business_metric(metric_type: str, **labels: Any) -> None:
    """Count one message, memory operation or document operation."""
    if (monitoring := watching()) is not None:
        monitoring.track_business_metric(metric_type, **labels)


def update_active_sessions(session_type: str, user_type: str, count: float) -> None:
    """Say how many sessions are active."""
    if (monitoring := watching()) is not None:
        monitoring.update_active_sessions(session_type, user_type, count)
