"""What calls meant and who watches them: verdicts, context, business facts, roll-ups, alerts.

On PostgreSQL the tables with a row a call are cut into days.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from holdfast.storage.migrations.days import cut_into_days, make_days, on_postgres
from holdfast.storage.migrations.views import make_views

revision = "0002"
down_revision = "0001"

_STAMP = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Change the tables of 0001, make the others, and the views over them."""
    _more_columns()
    _audit()
    if on_postgres():
        calls = (("session_id", "at"), ("integration", "operation", "at"))
        cut_into_days("monitoring_integration_calls", calls)
        cut_into_days("monitoring_api_calls", (("endpoint", "at"), ("session_id", "at")))
    _context()
    _validations()
    _issues()
    _social_log()
    _business_metrics()
    _integration_metrics()
    _alerts()
    _silences()
    _upkeep()
    make_views()


def _more_columns() -> None:
    more = {
        "monitoring_sessions": (
            sa.Column("auto_fixes_applied", sa.Integer, nullable=False, server_default="0"),
            sa.Column("user_context", _JSON),
            sa.Column("validation_results", _JSON),
            sa.Column("performance_score", sa.Double),
            sa.Column("quality_score", sa.Double),
            sa.Column("cost", sa.Double),
        ),
        "monitoring_api_calls": (
            sa.Column("user_type", sa.Text),
            sa.Column("request_body", sa.Text),
        ),
        "monitoring_integration_calls": (
            sa.Column("stale_age_s", sa.Double),
            sa.Column("cost", sa.Double),
        ),
        "monitoring_integration_health": (
            sa.Column("status", sa.Text),
            sa.Column("since", _STAMP),
            sa.Column("success_rate", sa.Double),
            sa.Column("meaning_rate", sa.Double),
            sa.Column("p95_ms", sa.Double),
        ),
    }
    for table, columns in more.items():
        for column in columns:
            op.add_column(table, column)
    _index("monitoring_sessions", "user_id", "started_at")
    with op.batch_alter_table("monitoring_integration_health") as health:
        health.alter_column("breaker_state", existing_type=sa.Text(), nullable=True)


def _audit() -> None:
    with op.batch_alter_table("holdfast_audit") as audit:
        audit.alter_column("integration", existing_type=sa.Text(), nullable=True)
        audit.add_column(sa.Column("session_id", sa.Text))
        audit.add_column(sa.Column("detail", _JSON))


def _context() -> None:
    _table(
        "monitoring_context",
        ("at", "event_id"),
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("integration_point", sa.Text, nullable=False),
        sa.Column("context_data", _JSON, nullable=False),
        sa.Column("context_hash", sa.Text, nullable=False),
        sa.Column("lost", _JSON),
        sa.Column("changed", _JSON),
        sa.Column("size_bytes", sa.Integer, nullable=False),
        by_day=True,
    )
    _index("monitoring_context", "session_id", "at")


def _validations() -> None:
    _table(
        "integration_validations",
        ("validation_time", "id"),
        sa.Column("session_id", sa.Text),
        sa.Column("integration_name", sa.Text, nullable=False),
        sa.Column("operation", sa.Text),
        sa.Column("step", sa.Text),
        sa.Column("validation_type", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("expected_value", _JSON),
        sa.Column("actual_value", _JSON),
        sa.Column("error_message", sa.Text),
        sa.Column("auto_fixed", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("score", sa.Double),
        sa.Column("threshold", sa.Double),
        sa.Column("method", sa.Text),
        sa.Column("duration_ms", sa.Double),
        sa.Column("trace_id", sa.Text),
        by_day=True,
    )
    for column in ("session_id", "integration_name", "status"):
        _index("integration_validations", column, "validation_time")


def _issues() -> None:
    _table(
        "business_logic_issues",
        ("created_at", "id"),
        sa.Column("session_id", sa.Text),
        sa.Column("issue_type", sa.Text, nullable=False),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("auto_fixable", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("fixed", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("user_impact", sa.Text),
        sa.Column("context", _JSON),
    )
    for column in ("session_id", "severity"):
        _index("business_logic_issues", column, "created_at")


def _social_log() -> None:
    _table(
        "social_media_validation_log",
        ("created_at", "id"),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("validation_type", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("details", _JSON),
        sa.Column("session_id", sa.Text),
    )
    _index("social_media_validation_log", "platform", "created_at")


def _business_metrics() -> None:
    _table(
        "monitoring_business_metrics",
        ("at", "event_id"),
        sa.Column("resolution_s", sa.Integer, nullable=False, server_default="0"),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("value", sa.Double, nullable=False),
        sa.Column("unit", sa.Text),
        sa.Column("fact_count", sa.Integer, nullable=False, server_default="1"),
        sa.Column("dimensions", _JSON),
        sa.Column("user_id", sa.Text),
        sa.Column("session_id", sa.Text),
    )
    _index("monitoring_business_metrics", "name", "resolution_s", "at")
    _index("monitoring_business_metrics", "session_id")


def _integration_metrics() -> None:
    key = ("resolution_s", "bucket_start", "integration", "operation", "instance")
    counts = (
        "succeeded", "failed", "refused", "cancelled", "attempts", "retries", "rate_limited",
        "passes", "warns", "fails", "not_judged",
    )  # fmt: skip
    op.create_table(
        "monitoring_integration_metrics",
        sa.Column("resolution_s", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("bucket_start", _STAMP, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in key[2:]),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in counts),
        sa.Column("latency", sa.LargeBinary, nullable=False),
        sa.Column("errors", _JSON),
        sa.Column("usage", _JSON),
        sa.Column("cost", sa.Double),
        sa.PrimaryKeyConstraint(*key, name="pk_monitoring_integration_metrics"),
    )
    op.create_index(
        "ix_integration_metrics_buckets",
        "monitoring_integration_metrics",
        ["integration", "resolution_s", "bucket_start"],
    )


def _alerts() -> None:
    op.create_table(
        "monitoring_alerts",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("alert_type", sa.Text, nullable=False),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("details", _JSON),
        sa.Column("integration_name", sa.Text),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("acknowledged", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("acknowledged_by", sa.Text),
        sa.Column("acknowledged_at", _STAMP),
        sa.Column("resolved", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("resolved_at", _STAMP),
        sa.Column("created_at", _STAMP, nullable=False),
        sa.Column("updated_at", _STAMP, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_monitoring_alerts"),
    )
    _index("monitoring_alerts", "created_at")
    _index("monitoring_alerts", "resolved", "created_at")
    _index("monitoring_alerts", "fingerprint", "created_at")


def _silences() -> None:
    op.create_table(
        "holdfast_silences",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("created_at", _STAMP, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("starts_at", _STAMP, nullable=False),
        sa.Column("ends_at", _STAMP, nullable=False),
        sa.Column("matchers", _JSON, nullable=False),
        sa.Column("reason", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_holdfast_silences"),
    )
    _index("holdfast_silences", "ends_at")


def _upkeep() -> None:
    op.create_table(
        "holdfast_upkeep",
        sa.Column("task", sa.Text, nullable=False),
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("started_at", _STAMP, nullable=False),
        sa.Column("finished_at", _STAMP),
        sa.Column("result", _JSON),
        sa.Column("error", sa.Text),
        sa.PrimaryKeyConstraint("task", name="pk_holdfast_upkeep"),
    )


def _table(
    name: str, key: tuple[str, str], *columns: sa.Column[object], by_day: bool = False
) -> None:
    options: dict[str, Any] = {"postgresql_partition_by": f"RANGE ({key[0]})"} if by_day else {}
    op.create_table(
        name,
        sa.Column(key[0], _STAMP, nullable=False),
        sa.Column(key[1], sa.Text, nullable=False),
        *columns,
        sa.Column("instance", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint(*key, name=f"pk_{name}"),
        **options,
    )
    if by_day and on_postgres():
        make_days(name)


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))
