"""The tables of the record. Names are a contract: people write queries against them.

Times end in `_at` or are called `at`: timezone-aware UTC. Durations are milliseconds and say so,
except `response_time`, which older dashboards know by that name. Event tables have no foreign
keys: a late row must land. Their key starts with the time, so that they can be cut into days.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Double,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import JSON, TypeDecorator

VERSION_TABLE = "holdfast_version"


class Stamp(TypeDecorator[datetime]):
    """A moment: timezone-aware UTC in Python, whether or not the database knows zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> datetime | None:
        """Raises ValueError for a time without zone: it could mean anything."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone: use holdfast.clock.stamp")
        return value.astimezone(UTC)

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> datetime | None:
        """SQLite gives naive times back: they were UTC when they went in."""
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)


JSON_VALUE = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

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
    Index(None, "started_at", "session_id"),
    Index(None, "status", "started_at", "session_id"),
)

api_calls = Table(
    "monitoring_api_calls",
    metadata,
    Column("at", Stamp, primary_key=True),
    Column("event_id", Text, primary_key=True),
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
    Column("session_id", Text),
    Column("request_id", Text),
    Column("trace_id", Text),
    Column("instance", Text, nullable=False),
    Index(None, "endpoint", "at"),
    Index(None, "session_id", "at"),
)

integration_calls = Table(
    "monitoring_integration_calls",
    metadata,
    Column("at", Stamp, primary_key=True),
    Column("event_id", Text, primary_key=True),
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
    Column("verdict", Text),
    Column("score", Double),
    Column("method", Text),
    Column("usage", JSON_VALUE),
    Column("session_id", Text),
    Column("user_id", Text),
    Column("step", Text, nullable=False),
    Column("request_id", Text),
    Column("trace_id", Text),
    Column("instance", Text, nullable=False),
    Index(None, "session_id", "at"),
    Index(None, "integration", "operation", "at"),
)

integration_health = Table(
    "monitoring_integration_health",
    metadata,
    Column("at", Stamp, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("integration", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("breaker_state", Text, nullable=False),
    Column("detail", JSON_VALUE, nullable=False),
    Column("instance", Text, nullable=False),
    Index(None, "integration", "operation", "at"),
)

audit = Table(
    "holdfast_audit",
    metadata,
    Column("at", Stamp, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("integration", Text, nullable=False),
    Column("operation", Text),
    Column("instance", Text, nullable=False),
)

EVENT_TABLES = (integration_calls, api_calls, integration_health, audit)
"""One row an event, keyed by (`at`, `event_id`)."""
