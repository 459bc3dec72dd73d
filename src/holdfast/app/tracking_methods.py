"""What an application tells of itself: methods of `Monitoring`, by the Crowd contract §3.

None of them raises into the application. A name nobody knows, a label too many or a value that is
no number is counted in `holdfast_tracking_misused_total`, and said in the log once; a label that is
not given is "unknown".
"""

from abc import ABC
from collections.abc import Mapping
from math import isfinite
from typing import Any, get_args

import structlog

from holdfast.app.begun_work import begin, ending
from holdfast.app.timed_work import TimedWork, is_cancelled, status_of
from holdfast.app.vitals import Vitals
from holdfast.clock import Clock
from holdfast.events import ComponentState, MetricTracked, Sink, discard
from holdfast.health.state import Health
from holdfast.telemetry.application_metrics import (
    APPLICATION_METRICS,
    BUSINESS,
    FAILED,
    MISUSE,
    PERFORMANCE,
)
from holdfast.telemetry.error_kinds import category, severity
from holdfast.telemetry.label_values import label_values, message_kind

_MOST_SAID = 100
_COMPONENT_STATES: tuple[str, ...] = get_args(ComponentState)


class TrackingMethods(ABC):
    """Safe from any thread, with ``with`` and ``async with``."""

    clock: Clock
    emit: Sink
    vitals: Vitals
    _said: set[tuple[str, str]]

    def track(self, metric: str, value: float = 1.0, /, **labels: Any) -> None:
        """Tell *value* for one of the metrics by its key in `APPLICATION_METRICS`."""
        if self.emit is discard:
            return
        try:
            self._tell(metric, value, labels)
        except Exception:  # noqa: BLE001 - it has no text, no hash, or is beyond a float
            self._misused(metric, "unreadable")

    def _tell(self, metric: str, value: float, labels: dict[str, Any]) -> None:
        family = APPLICATION_METRICS.get(metric)
        if family is None:
            self._misused(metric, "unknown_metric")
            return
        for name in labels.keys() - set(family.labels):
            self._misused(family.name, f"unknown_label_{name}"[:60])
        if not _is_number(value) or (value < 0 and family.kind != "gauge"):
            self._misused(family.name, "bad_value")
            return
        values = label_values(family.labels, labels)
        self.emit(MetricTracked(metric, values, float(value), self.clock.wall()))

    def track_error(
        self, error_type: str, component: str, error: BaseException,
        user_type: str = "anonymous", endpoint: str = "unknown", **extra_labels: Any,
    ) -> None:  # fmt: skip
        """Count *error*, by kind and by what it says; *function* may be among *extra_labels*."""
        if self.emit is discard:
            return
        self.track(
            "error_counter", error_type=error_type, error_category=category(error),
            component=component, severity=severity(error), user_type=user_type, endpoint=endpoint,
        )  # fmt: skip
        self.track(
            "error_details", error_type=error_type, component=component,
            function=extra_labels.get("function"), message_hash=message_kind(_words(error)),
            user_type=user_type,
        )  # fmt: skip

    def track_application_error(
        self, error_type: str, component: str, error: BaseException,
        user_type: str = "anonymous", endpoint: str = "unknown", function: str = "unknown",
    ) -> None:  # fmt: skip
        """The same, with the *function* it happened in."""
        self.track_error(error_type, component, error, user_type, endpoint, function=function)

    def track_auth_error(
        self, provider: str, error_type: str, endpoint: str, user_type: str = "anonymous"
    ) -> None:
        """Count an authentication that failed."""
        self.track(
            "auth_errors", auth_provider=provider, error_type=error_type, endpoint=endpoint,
            user_type=user_type,
        )  # fmt: skip

    def track_database_error(
        self, db_type: str, operation: str, error: BaseException, component: str
    ) -> None:
        """Count a database operation that failed; the error's class is its type."""
        self.track(
            "database_errors", db_type=db_type, operation=operation,
            error_type=type(error).__name__, component=component,
        )  # fmt: skip

    def track_external_service_error(
        self, service: str, operation: str, error_code: str, retry_count: int = 0
    ) -> None:
        """Count a failure of somebody else's service."""
        self.track(
            "external_service_errors", service=service, operation=operation,
            error_code=error_code, retry_count=retry_count,
        )  # fmt: skip

    def track_ai_system_error(
        self, component: str, error_type: str, model: str = "unknown", user_type: str = "anonymous"
    ) -> None:
        """Count a failure of a model."""
        self.track(
            "ai_system_errors", component=component, error_type=error_type, model=model,
            user_type=user_type,
        )  # fmt: skip

    def track_session_error(
        self, session_type: str, operation: str, error_type: str, user_type: str = "anonymous"
    ) -> None:
        """Count a session operation that failed."""
        self.track(
            "session_errors", session_type=session_type, operation=operation,
            error_type=error_type, user_type=user_type,
        )  # fmt: skip

    def track_performance_metric(self, metric_name: str, duration: float, **labels: Any) -> None:
        """*duration* seconds of "chat_processing", "vector_search", "database_query" or
        "external_api".
        """  # noqa: D205  # one sentence, too long for one line
        self._track_named(PERFORMANCE, metric_name, duration, labels)

    def track_business_metric(self, metric_type: str, **labels: Any) -> None:
        """Count one "message", "memory_operation" or "document_operation"."""
        self._track_named(BUSINESS, metric_type, 1.0, labels)

    def increment_business_metric(self, metric_type: str, **labels: Any) -> None:
        """The same, by the name that the contract's fallback had."""
        self.track_business_metric(metric_type, **labels)

    def track_chat_message(
        self, user_type: str = "anonymous", message_type: str = "user", cache_hit: bool = False,
        rag_used: bool = False,
    ) -> None:  # fmt: skip
        """Count a chat message."""
        self.track(
            "message_count", user_type=user_type, message_type=message_type, cache_hit=cache_hit,
            rag_used=rag_used,
        )  # fmt: skip

    def track_memory_operation(
        self, operation: str, memory_type: str, user_type: str = "anonymous"
    ) -> None:
        """Count an operation of the conversation memory."""
        self.track(
            "memory_operations", operation=operation, memory_type=memory_type, user_type=user_type
        )

    def track_document_operation(
        self, operation: str, domain: str, status: str = "success"
    ) -> None:
        """Count an operation on documents."""
        self.track("document_operations", operation=operation, domain=domain, status=status)

    def update_active_sessions(self, session_type: str, user_type: str, count: float) -> None:
        """Say how many sessions are active."""
        self.track("active_sessions", count, session_type=session_type, user_type=user_type)

    def update_session_count(self, session_type: str, user_type: str, count: float) -> None:
        """The same, by its other name."""
        self.update_active_sessions(session_type, user_type, count)

    def update_component_health(self, component: str, status: str) -> None:
        """Say how *component* is: healthy, degraded, unhealthy or unknown."""
        for state in get_args(ComponentState):
            if state == status:
                self.vitals.components.set(component, Health(state, "the application says so"))
                return
        self._misused("component_health_status", "unknown_state")

    def track_request_performance(
        self, endpoint: str, user_type: str = "anonymous", **labels: Any
    ) -> TimedWork:
        """Time a chat; ``as work`` offers `label` for what is known later (model, cache_hit …).

        Only what was answered is in the histogram: failures are counted apart.
        """
        given = {"endpoint": endpoint, "user_type": user_type, **labels}
        return TimedWork(self.clock, self._request_ended, given)

    def track_request_start(
        self, endpoint: str = "unknown", user_type: str = "anonymous", **labels: Any
    ) -> TimedWork:
        """Time a chat from here to `track_request_end`, where no block can hold it."""
        return begin(self.track_request_performance(endpoint, user_type, **labels))

    def track_request_end(
        self, work: Any = None, error: BaseException | None = None, **labels: Any
    ) -> None:
        """End *work*, or else what this context began last; with *error* it is a failure.

        *labels* are what is known now. Where nothing was begun, that is counted as misuse.
        """
        found = ending(work)
        if found is None:
            self._misused("track_request_end", "nothing_begun")
            return
        found.label(**labels)
        found.__exit__(type(error) if error else None, error, None)

    def track_external_api_call(self, service: str, endpoint: str, **labels: Any) -> TimedWork:
        """Time a call to another service; `label(status_code=…)` says how it was answered.

        Without it the status is the error's own, or a word: success, error, cancelled.
        """
        given = {"service": service, "endpoint": endpoint, **labels}
        return TimedWork(self.clock, self._external_ended, given)

    def track_database_operation(
        self, db_type: str, operation: str, component: str, **labels: Any
    ) -> TimedWork:
        """Time a database operation; `label(table=…, result_size=…)` says of what and how much."""
        given = {"db_type": db_type, "operation": operation, "component": component, **labels}
        return TimedWork(self.clock, self._database_ended, given)

    def _request_ended(self, work: TimedWork, seconds: float, error: BaseException | None) -> None:
        if error is None:
            self.track("chat_processing_time", seconds, **work.labels)
        elif not is_cancelled(error):
            self._failed("chat_processing_time", seconds)

    def _external_ended(self, work: TimedWork, seconds: float, error: BaseException | None) -> None:
        labels = {"status_code": status_of(error), **work.labels}
        self.track("external_api_time", seconds, **labels)
        if error is not None and not is_cancelled(error):
            name, endpoint = type(error).__name__, str(labels["endpoint"])
            self.track_external_service_error(str(labels["service"]), endpoint, name)

    def _database_ended(self, work: TimedWork, seconds: float, error: BaseException | None) -> None:
        given = dict(work.labels)
        db_type, component = given.pop("db_type"), given.pop("component")
        operation = given.pop("operation")
        if error is None:
            self.track("database_query_time", seconds, query_type=operation, **given)
        elif not is_cancelled(error) and isinstance(error, Exception):
            self.track_database_error(db_type, operation, error, component)
            self._failed("database_query_time", seconds)

    def _failed(self, metric: str, seconds: float) -> None:
        self.track(FAILED, seconds, metric=APPLICATION_METRICS[metric].name)

    def _track_named(
        self, names: Mapping[str, str], name: str, value: float, labels: Mapping[str, Any]
    ) -> None:
        if isinstance(name, str) and name in names:
            self.track(names[name], value, **labels)
        else:
            self._misused(name, "unknown_metric")

    def _misused(self, metric: str, reason: str) -> None:
        if self.emit is discard:
            return
        named = (metric[:60] if isinstance(metric, str) else type(metric).__name__, reason)
        self.emit(MetricTracked(MISUSE, named, 1.0, self.clock.wall()))
        if named not in self._said and len(self._said) < _MOST_SAID:
            self._said.add(named)
            structlog.get_logger("holdfast").warning(
                "tracking_misused", metric=named[0], reason=reason,
                known=sorted((*PERFORMANCE, *BUSINESS)),
            )  # fmt: skip


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and isfinite(value)


def _words(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001  # an error that cannot say what it is is still one
        return type(error).__name__
