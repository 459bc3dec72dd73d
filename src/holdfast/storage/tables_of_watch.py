"""The tables of those who watch: roll-ups, alerts, silences, and what we did ourselves, when."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    false,
)

from holdfast.storage.columns import JSON_VALUE, Stamp, metadata

api_use = Table(
    "monitoring_api_use",
    metadata,
    Column("day", Stamp, primary_key=True),
    Column("endpoint", Text, primary_key=True),
    Column("user_type", Text, primary_key=True),
    Column("requests", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    Column("users", BigInteger, nullable=False),
    Column("total_ms", Double, nullable=False),
)
"""One row a day (UTC, when it began), endpoint and type of user, once the day is over; kept 400 d.

*users* are those of that day whom the application named; *total_ms* is the sum of all durations.
"""

integration_metrics = Table(
    "monitoring_integration_metrics",
    metadata,
    Column("resolution_s", Integer, primary_key=True),
    Column("bucket_start", Stamp, primary_key=True),
    Column("integration", Text, primary_key=True),
    Column("operation", Text, primary_key=True),
    Column("instance", Text, primary_key=True),
    Column("succeeded", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
    Column("cancelled", BigInteger, nullable=False),
    Column("attempts", BigInteger, nullable=False),
    Column("retries", BigInteger, nullable=False),
    Column("rate_limited", BigInteger, nullable=False),
    Column("passes", BigInteger, nullable=False),
    Column("warns", BigInteger, nullable=False),
    Column("fails", BigInteger, nullable=False),
    Column("not_judged", BigInteger, nullable=False),
    Column("latency", LargeBinary, nullable=False),
    Column("errors", JSON_VALUE),
    Column("usage", JSON_VALUE),
    Column("cost", Double),
    Index("ix_integration_metrics_buckets", "integration", "resolution_s", "bucket_start"),
)
"""Counts of one instance in one bucket, absolute: writing a row again changes nothing.

*latency* is `Histogram.to_bytes` of the attempts' milliseconds. Rows of several instances are
added up by who reads. *failed* counts the calls that a fallback rescued, too; *usage* lists
amounts by unit and model, *cost* is theirs in US dollars, as far as they have a price, and NULL
when none has. *resolution_s*: 10, 60, 3600 or 86400, kept 1 h, 24 h, 30 d, 400 d.
"""

alerts = Table(
    "monitoring_alerts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("alert_type", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text),
    Column("message", Text, nullable=False),
    Column("details", JSON_VALUE),
    Column("integration_name", Text),
    Column("fingerprint", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("acknowledged", Boolean, nullable=False, server_default=false()),
    Column("acknowledged_by", Text),
    Column("acknowledged_at", Stamp),
    Column("resolved", Boolean, nullable=False, server_default=false()),
    Column("resolved_at", Stamp),
    Column("created_at", Stamp, nullable=False, index=True),
    Column("updated_at", Stamp, nullable=False),
    Index(None, "resolved", "created_at"),
    Index(None, "fingerprint", "created_at"),
)
"""One row an alert, changed as it moves; *severity* is critical, warning or info."""

silences = Table(
    "holdfast_silences",
    metadata,
    Column("id", Text, primary_key=True),
    Column("created_at", Stamp, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("starts_at", Stamp, nullable=False),
    Column("ends_at", Stamp, nullable=False, index=True),
    Column("matchers", JSON_VALUE, nullable=False),
    Column("reason", Text),
)

upkeep = Table(
    "holdfast_upkeep",
    metadata,
    Column("task", Text, primary_key=True),
    Column("day", Text, nullable=False),
    Column("holder", Text, nullable=False),
    Column("started_at", Stamp, nullable=False),
    Column("finished_at", Stamp),
    Column("result", JSON_VALUE),
    Column("error", Text),
)
"""Who ran retention for which day, last; taking a day's run is changing this row."""
