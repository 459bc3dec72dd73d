"""The first record: sessions, requests, calls, breaker moves and the audit trail."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

_STAMP = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    _sessions()
    _api_calls()
    _integration_calls()
    _integration_health()
    _audit()


def _sessions() -> None:
    op.create_table(
        "monitoring_sessions",
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text),
        sa.Column("service_type", sa.Text),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("overall_status", sa.Text, nullable=False),
        sa.Column("started_at", _STAMP, nullable=False),
        sa.Column("last_seen_at", _STAMP, nullable=False),
        sa.Column("completed_at", _STAMP),
        sa.Column("duration_ms", sa.Double),
        sa.Column("step_count", sa.Integer, nullable=False),
        sa.Column("issues_found", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("session_id", name="pk_monitoring_sessions"),
    )
    _index("monitoring_sessions", "last_seen_at")
    _index("monitoring_sessions", "started_at", "session_id")
    _index("monitoring_sessions", "status", "started_at", "session_id")


def _api_calls() -> None:
    _event_table(
        "monitoring_api_calls",
        sa.Column("endpoint", sa.Text, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("status_code", sa.Integer, nullable=False),
        sa.Column("response_time", sa.Double, nullable=False),
        sa.Column("first_byte_ms", sa.Double),
        sa.Column("request_bytes", sa.BigInteger, nullable=False),
        sa.Column("response_bytes", sa.BigInteger, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("user_id", sa.Text),
        sa.Column("session_id", sa.Text),
        sa.Column("request_id", sa.Text),
        sa.Column("trace_id", sa.Text),
    )
    _index("monitoring_api_calls", "endpoint", "at")
    _index("monitoring_api_calls", "session_id", "at")


def _integration_calls() -> None:
    _event_table(
        "monitoring_integration_calls",
        sa.Column("integration", sa.Text, nullable=False),
        sa.Column("operation", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("error_type", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("latency_ms", sa.Double),
        sa.Column("first_byte_ms", sa.Double),
        sa.Column("waited_ms", sa.Double, nullable=False),
        sa.Column("total_ms", sa.Double, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("served_from", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text),
        sa.Column("score", sa.Double),
        sa.Column("method", sa.Text),
        sa.Column("usage", _JSON),
        sa.Column("session_id", sa.Text),
        sa.Column("user_id", sa.Text),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("request_id", sa.Text),
        sa.Column("trace_id", sa.Text),
    )
    _index("monitoring_integration_calls", "session_id", "at")
    _index("monitoring_integration_calls", "integration", "operation", "at")


def _integration_health() -> None:
    _event_table(
        "monitoring_integration_health",
        sa.Column("integration", sa.Text, nullable=False),
        sa.Column("operation", sa.Text, nullable=False),
        sa.Column("breaker_state", sa.Text, nullable=False),
        sa.Column("detail", _JSON, nullable=False),
    )
    _index("monitoring_integration_health", "integration", "operation", "at")


def _audit() -> None:
    _event_table(
        "holdfast_audit",
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("integration", sa.Text, nullable=False),
        sa.Column("operation", sa.Text),
    )


def _event_table(name: str, *columns: sa.Column[object]) -> None:
    op.create_table(
        name,
        sa.Column("at", _STAMP, nullable=False),
        sa.Column("event_id", sa.Text, nullable=False),
        *columns,
        sa.Column("instance", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("at", "event_id", name=f"pk_{name}"),
    )


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))
