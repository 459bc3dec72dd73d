"""What the Crowd system's package ``monitoring`` exported."""

from holdfast.compat.prometheus_instrumentation import (
    PrometheusInstrumentation,
    prometheus_instrumentation,
    setup_monitoring,
)
from holdfast.compat.prometheus_metrics import (
    get_all_metrics,
    track_ai_system_error,
    track_auth_error,
    track_business_metric,
    track_database_error,
    track_error,
    track_external_service_error,
    track_performance_metric,
    track_session_error,
    update_active_sessions,
    update_component_health,
)

__all__ = [
    "PrometheusInstrumentation",
    "get_all_metrics",
    "prometheus_instrumentation",
    "setup_monitoring",
    "track_ai_system_error",
    "track_auth_error",
    "track_business_metric",
    "track_database_error",
    "track_error",
    "track_external_service_error",
    "track_performance_metric",
    "track_session_error",
    "update_active_sessions",
    "update_component_health",
]
