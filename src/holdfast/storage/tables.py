"""The tables of calls, requests and sessions. Names are a contract: people write queries on them.

Times end in `_at` or are called `at`: timezone-aware UTC. Durations are milliseconds and say so,
except `response_time`, which older dashboards know by that name. Event tables have no foreign
keys: a late row must land. Their key starts with the time: on PostgreSQL it is cut into days.
"""

from sqlalchemy import BigInteger, Column, Double, Index, Integer, Table, Text

from holdfast.storage.columns import JSON_VALUE, Stamp, by_day, event_key, metadata

sessions = Table(
    "monitoring_sessions",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("user_id", Text),
    Column("service_type", Text),
    Column("status", Text, nullable=False),
    Column("overall_status", Text, nullable=False),
    Column("started_at", Stamp, nullable=False),
    Column("last_seen_at", Stamp, nullable=False, index=True),
    Column("completed_at", Stamp),
    Column("duration_ms", Double),
    Column("step_count", Integer, nullable=False),
    Column("issues_found", Integer, nullable=False),
    Column("auto_fixes_applied", Integer, nullable=False, server_default="0"),
    Column("user_context", JSON_VALUE),
    Column("validation_results", JSON_VALUE),
    Column("performance_score", Double),
    Column("quality_score", Double),
    Column("cost", Double),
    Index(None, "user_id", "started_at"),
    Index(None, "started_at", "session_id"),
    Index(None, "status", "started_at", "session_id"),
)

api_calls = Table(
    "monitoring_api_calls",
    metadata,
    *event_key(),
    Column("endpoint", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("status_code", Integer, nullable=False),
    Column("response_time", Double, nullable=False),
    Column("first_byte_ms", Double),
    Column("request_bytes", BigInteger, nullable=False),
    Column("response_bytes", BigInteger, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("error", Text),
    Column("user_id", Text),
    Column("user_type", Text),
    Column("session_id", Text),
    Column("request_id", Text),
    Column("trace_id", Text),
    Column("request_body", Text),
    Column("instance", Text, nullable=False),
    Index(None, "endpoint", "at"),
    Index(None, "session_id", "at"),
    **by_day(),
)

integration_calls = Table(
    "monitoring_integration_calls",
    metadata,
    *event_key(),
    Column("integration", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("error_type", Text),
    Column("reason", Text),
    Column("latency_ms", Double),
    Column("first_byte_ms", Double),
    Column("waited_ms", Double, nullable=False),
    Column("total_ms", Double, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("served_from", Text, nullable=False),
    Column("stale_age_s", Double),
    Column("verdict", Text),
    Column("score", Double),
    Column("method", Text),
    Column("usage", JSON_VALUE),
    Column("cost", Double),
    Column("session_id", Text),
    Column("user_id", Text),
    Column("step", Text, nullable=False),
    Column("request_id", Text),
    Column("trace_id", Text),
    Column("instance", Text, nullable=False),
    Index(None, "session_id", "at"),
    Index(None, "integration", "operation", "at"),
    **by_day(),
)

integration_health = Table(
    "monitoring_integration_health",
    metadata,
    *event_key(),
    Column("integration", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("status", Text),
    Column("since", Stamp),
    Column("success_rate", Double),
    Column("meaning_rate", Double),
    Column("p95_ms", Double),
    Column("breaker_state", Text),
    Column("detail", JSON_VALUE, nullable=False),
    Column("instance", Text, nullable=False),
    Index(None, "integration", "operation", "at"),
)

audit = Table(
    "holdfast_audit",
    metadata,
    *event_key(),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("integration", Text),
    Column("operation", Text),
    Column("session_id", Text),
    Column("detail", JSON_VALUE),
    Column("instance", Text, nullable=False),
)
