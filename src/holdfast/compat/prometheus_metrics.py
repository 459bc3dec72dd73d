"""``monitoring.prometheus_metrics`` of the Crowd system: its functions and metric objects.

Everything goes to the application that is mounted. Before one is, nothing is counted, and the log
says so once: business code must not fail because nobody watches it.
"""

from collections.abc import Mapping
from typing import Any

from holdfast.compat.mounted import NOBODY, of_the_mounted, watching
from holdfast.telemetry.application_metrics import APPLICATION_METRICS, NOT_THE_APPLICATIONS
from holdfast.telemetry.error_kinds import category, severity
from holdfast.telemetry.label_values import message_kind


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
        watching().track(self._key, value, **self._labels)


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
    key: TrackedMetric(key) for key in APPLICATION_METRICS if key not in NOT_THE_APPLICATIONS
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


track_error = of_the_mounted(NOBODY.track_error)
track_auth_error = of_the_mounted(NOBODY.track_auth_error)
track_database_error = of_the_mounted(NOBODY.track_database_error)
track_external_service_error = of_the_mounted(NOBODY.track_external_service_error)
track_ai_system_error = of_the_mounted(NOBODY.track_ai_system_error)
track_session_error = of_the_mounted(NOBODY.track_session_error)
track_performance_metric = of_the_mounted(NOBODY.track_performance_metric)
update_component_health = of_the_mounted(NOBODY.update_component_health)
track_business_metric = of_the_mounted(NOBODY.track_business_metric)
update_active_sessions = of_the_mounted(NOBODY.update_active_sessions)
