"""``monitoring.prometheus_instrumentation`` of the Crowd system, over the current instance."""

from fastapi import FastAPI

from holdfast.app.setup import setup_monitoring as _setup_monitoring
from holdfast.compat.mounted import NOBODY, of_the_mounted
from holdfast.compat.prometheus_metrics import update_component_health

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
            update_component_health(component, "unknown")

    track_request_performance = staticmethod(of_the_mounted(NOBODY.track_request_performance))
    track_request_start = staticmethod(of_the_mounted(NOBODY.track_request_start))
    track_request_end = staticmethod(of_the_mounted(NOBODY.track_request_end))
    track_external_api_call = staticmethod(of_the_mounted(NOBODY.track_external_api_call))
    track_database_operation = staticmethod(of_the_mounted(NOBODY.track_database_operation))
    track_chat_message = staticmethod(of_the_mounted(NOBODY.track_chat_message))
    track_memory_operation = staticmethod(of_the_mounted(NOBODY.track_memory_operation))
    track_document_operation = staticmethod(of_the_mounted(NOBODY.track_document_operation))
    update_session_count = staticmethod(of_the_mounted(NOBODY.update_session_count))
    increment_business_metric = staticmethod(of_the_mounted(NOBODY.increment_business_metric))
    track_application_error = staticmethod(of_the_mounted(NOBODY.track_application_error))

    def set_component_healthy(self, component: str) -> None:
        """It works."""
        update_component_health(component, "healthy")

    def set_component_degraded(self, component: str) -> None:
        """It works, and not as it should."""
        update_component_health(component, "degraded")

    def set_component_unhealthy(self, component: str) -> None:
        """It does not work."""
        update_component_health(component, "unhealthy")


prometheus_instrumentation = PrometheusInstrumentation()


def setup_monitoring(app: FastAPI) -> PrometheusInstrumentation:
    """Mount everything on *app*."""
    prometheus_instrumentation.setup_fastapi_instrumentation(app)
    return prometheus_instrumentation
