"""The Crowd contract §2 as a table: metric, type, labels, buckets - written from its page."""

from typing import NamedTuple


class Row(NamedTuple):
    """One documented metric."""

    name: str
    kind: str
    labels: str
    bounds: str = ""


TOLD = (
    Row(
        "application_errors_total", "counter",
        "error_type error_category component severity user_type endpoint",
    ),
    Row(
        "application_error_details_total", "counter",
        "error_type component function message_hash user_type",
    ),
    Row("auth_errors_total", "counter", "auth_provider error_type endpoint user_type"),
    Row("database_errors_total", "counter", "db_type operation error_type component"),
    Row("external_service_errors_total", "counter", "service operation error_code retry_count"),
    Row("ai_system_errors_total", "counter", "component error_type model user_type"),
    Row("session_errors_total", "counter", "session_type operation error_type user_type"),
    Row(
        "chat_processing_duration_seconds", "histogram",
        "endpoint user_type rag_used cache_hit model", "0.1 0.5 1 2 5 10 30",
    ),
    Row(
        "vector_search_duration_seconds", "histogram", "operation collection result_count",
        "0.01 0.05 0.1 0.25 0.5 1 2",
    ),
    Row(
        "database_query_duration_seconds", "histogram", "query_type table result_size",
        "0.001 0.01 0.05 0.1 0.25 0.5 1",
    ),
    Row(
        "external_api_duration_seconds", "histogram", "service endpoint status_code",
        "0.1 0.5 1 2 5 10 30",
    ),
    Row("chat_messages_total", "counter", "user_type message_type cache_hit rag_used"),
    Row("active_sessions_current", "gauge", "session_type user_type"),
    Row("memory_operations_total", "counter", "operation memory_type user_type"),
    Row("document_operations_total", "counter", "operation domain status"),
)  # fmt: skip

HEALTH = Row("component_health_status", "gauge", "component component_health_status")

_SECONDS = "0.005 0.01 0.025 0.05 0.075 0.1 0.25 0.5 0.75 1 2.5 5 7.5 10"
_STATUS = "handler method status"

HTTP = (
    *(
        row
        for start in ("crowdfunding_api", "crowdfunding_api_http")
        for row in (
            Row(f"{start}_requests_total", "counter", _STATUS),
            Row(f"{start}_request_duration_seconds", "histogram", _STATUS, _SECONDS),
            Row(f"{start}_request_size_bytes", "summary", _STATUS),
            Row(f"{start}_response_size_bytes", "summary", _STATUS),
        )
    ),
    Row("http_requests_total", "counter", _STATUS),
    Row("http_request_duration_seconds", "histogram", "handler method", "0.1 0.5 1 30"),
    Row(
        "http_request_duration_highr_seconds", "histogram", "",
        "0.01 0.025 0.05 0.075 0.1 0.25 0.5 0.75 1 1.5 2 2.5 3 3.5 4 4.5 5 7.5 10 30 60",
    ),
    Row("http_request_size_bytes", "summary", "handler"),
    Row("http_response_size_bytes", "summary", "handler"),
    Row("http_requests_inprogress", "gauge", "handler method"),
)  # fmt: skip

CLIENTS_OWN = ("process_cpu_seconds_total", "process_resident_memory_bytes", "python_info")
