"""``monitoring.prometheus_instrumentation`` of the Crowd system, over the current instance."""

from typing import Any

from fastapi import FastAPI

from holdfast.app.setup import setup_monitoring as _setup_monitoring
from holdfast.app.timed_work import TimedWork, untimed
from holdfast.compat import prometheus_metrics as metrics
from holdfast.compat.prometheus_metrics import watching

COMPONENTS = (
    "web_api", "rag_system", "vector_database", "memory_manager", "domain_manager", "auth0",
    "stripe", "qa_cache", "session_manager",
)  # fmt: skip
"""Unknown until somebody says how they are, or a check is registered for them."""


class PrometheusInstrumentation:
    """Holds nothing: it may be made before anything is mounted, and as often as one likes."""

    def setup_fastapi_instrumentation(self, app: FastAPI) -> None:
        """Mount everything on *app*, unless it is mounted already."""
        if getattr(app.state, "holdfast", None) is None:
            _setup_monitoring(app)
        for component in COMPONENTS:
            metrics.update_component_health(component, "unknown")

    def track_request_performance(
        self, endpoint: str, user_type: str = "anonymous", **labels: Any
    ) -> TimedWork:
        """Time a chat."""
        monitoring = watching()
        if monitoring is None:
            return untimed()
        return monitoring.track_request_performance(endpoint, user_type, **labels)

    def track_external_api_call(self, service: str, endpoint: str) -> TimedWork:
        """Time a call to another service."""
        monitoring = watching()
        if monitoring is None:
            return untimed()
        return monitoring.track_external_api_call(service, endpoint)

    def track_database_operation(self, db_type: str, operation: str, component: str) -> TimedWork:
        """Time a database operation."""
        monitoring = watching()
        if monitoring is None:
            return untimed()
        return monitoring.track_database_operation(db_type, operation, component)

    def track_chat_message(
        self, user_type: str = "anonymous", message_type: str = "user", cache_hit: bool = False,
        rag_used: bool = False,
    ) -> None:  # fmt: skip
        """Count a chat message."""
        metrics.track_business_metric(
            "message", user_type=user_type, message_type=message_type, cache_hit=cache_hit,
            rag_used=rag_used,
        )  # fmt: skip

    def track_memory_operation(
        self, operation: str, memory_type: str, user_type: str = "anonymous"
    ) -> None:
        """Count an operation of the conversation memory."""
        metrics.track_business_metric(
            "memory_operation", operation=operation, memory_type=memory_type, user_type=user_type
        )

    def track_document_operation(
        self, operation: str, domain: str, status: str = "success"
    ) -> None:
        """Count an operation on documents."""
        metrics.track_business_metric(
            "document_operation", operation=operation, domain=domain, status=status
        )

    def update_session_count(self, session_type: str, user_type: str, count: float) -> None:
        """Say how many sessions are active."""
        metrics.update_active_sessions(session_type, user_type, count)

    def increment_business_metric(self, metric_type: str, **labels: Any) -> None:
        """Count one, by the name that the fallback had."""
        metrics.track_business_metric(metric_type, **labels)

    def set_component_healthy(self, component: str) -> None:
        """It works."""
        metrics.update_component_health(component, "healthy")

    def set_component_degraded(self, component: str) -> None:
        """It works, and not as it should."""
        metrics.update_component_health(component, "degraded")

    def set_component_unhealthy(self, component: str) -> None:
        """It does not work."""
        metrics.update_component_health(component, "unhealthy")

    def track_application_error(
        self, error_type: str, component: str, error: BaseException,
        user_type: str = "anonymous", endpoint: str = "unknown", function: str = "unknown",
    ) -> None:  # fmt: skip
        """Count *error* and the *function* it happened in."""
        metrics.track_error(error_type, component, error, user_type, endpoint, function=function)


prometheus_instrumentation = PrometheusInstrumentation()


def setup_monitoring(app: FastAPI) -> PrometheusInstrumentation:
    """Mount everything on *app*."""
    prometheus_instrumentation.setup_fastapi_instrumentation(app)
    return prometheus_instrumentation
