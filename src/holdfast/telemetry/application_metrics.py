"""The figures that are told one by one: an application's own, and what outbound requests take.

Of the sixteen of the Crowd contract §2 the last, `component_health_status`, is not told:
it is what `health/components.py` knows.
"""

from types import MappingProxyType

from holdfast.telemetry.family import SECONDS, Family

_UP_TO_30 = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
_UP_TO_2 = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0)
_UP_TO_1 = (0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0)

MISUSE = "tracking_misused"
FAILED = "failed_duration"
SENT = "client_request_duration"

NOT_THE_APPLICATIONS = frozenset((MISUSE, FAILED, SENT))
"""Keys of what Holdfast itself tells."""

APPLICATION_METRICS = MappingProxyType(
    {
        "error_counter": Family(
            "application_errors_total", "counter", "Errors of the application.",
            ("error_type", "error_category", "component", "severity", "user_type", "endpoint"),
        ),
        "error_details": Family(
            "application_error_details_total", "counter",
            "Errors of the application by function and kind of message.",
            ("error_type", "component", "function", "message_hash", "user_type"),
        ),
        "auth_errors": Family(
            "auth_errors_total", "counter", "Failed authentications.",
            ("auth_provider", "error_type", "endpoint", "user_type"),
        ),
        "database_errors": Family(
            "database_errors_total", "counter", "Failed database operations.",
            ("db_type", "operation", "error_type", "component"),
        ),
        "external_service_errors": Family(
            "external_service_errors_total", "counter", "Failures of other people's services.",
            ("service", "operation", "error_code", "retry_count"),
        ),
        "ai_system_errors": Family(
            "ai_system_errors_total", "counter", "Failures of models.",
            ("component", "error_type", "model", "user_type"),
        ),
        "session_errors": Family(
            "session_errors_total", "counter", "Failed session operations.",
            ("session_type", "operation", "error_type", "user_type"),
        ),
        "chat_processing_time": Family(
            "chat_processing_duration_seconds", "histogram",
            "Duration of chats that were answered.",
            ("endpoint", "user_type", "rag_used", "cache_hit", "model"), _UP_TO_30,
        ),
        "vector_search_time": Family(
            "vector_search_duration_seconds", "histogram", "Duration of vector searches.",
            ("operation", "collection", "result_count"), _UP_TO_2,
        ),
        "database_query_time": Family(
            "database_query_duration_seconds", "histogram",
            "Duration of database operations that succeeded.",
            ("query_type", "table", "result_size"), _UP_TO_1,
        ),
        "external_api_time": Family(
            "external_api_duration_seconds", "histogram", "Duration of calls to other services.",
            ("service", "endpoint", "status_code"), _UP_TO_30,
        ),
        "message_count": Family(
            "chat_messages_total", "counter", "Chat messages.",
            ("user_type", "message_type", "cache_hit", "rag_used"),
        ),
        "active_sessions": Family(
            "active_sessions_current", "gauge", "Sessions that the application says are active.",
            ("session_type", "user_type"),
        ),
        "memory_operations": Family(
            "memory_operations_total", "counter", "Operations of the conversation memory.",
            ("operation", "memory_type", "user_type"),
        ),
        "document_operations": Family(
            "document_operations_total", "counter", "Operations on documents.",
            ("operation", "domain", "status"),
        ),
        FAILED: Family(
            "holdfast_failed_duration_seconds", "histogram",
            "Duration of tracked work that failed, by the metric that it is kept out of.",
            ("metric",), _UP_TO_30,
        ),
        MISUSE: Family(
            "holdfast_tracking_misused_total", "counter",
            "Figures that could not be told as they were meant, by metric and what was wrong.",
            ("metric", "reason"),
        ),
        SENT: Family(
            "http_client_request_duration_seconds", "histogram",
            "Duration of outbound HTTP requests to the head of their answer, each attempt.",
            (
                "http_request_method", "server_address", "server_port",
                "http_response_status_code", "error_type",
            ),
            SECONDS,
        ),
    }
)  # fmt: skip
"""By the key of `get_all_metrics()`."""

PERFORMANCE = MappingProxyType(
    {
        "chat_processing": "chat_processing_time",
        "vector_search": "vector_search_time",
        "database_query": "database_query_time",
        "external_api": "external_api_time",
    }
)
"""The names that `track_performance_metric` takes."""

BUSINESS = MappingProxyType(
    {
        "message": "message_count",
        "memory_operation": "memory_operations",
        "document_operation": "document_operations",
    }
)
"""The names that `track_business_metric` takes."""
