"""The tables of what calls meant: verdicts, issues, context and business facts.

`integration_validations`, `business_logic_issues` and `social_media_validation_log` have the
columns that JyotiFlow's queries name, and more. Their `id` is the event's, a text.
"""

from sqlalchemy import Boolean, Column, Double, Index, Integer, Table, Text, false

from holdfast.storage.columns import JSON_VALUE, Stamp, by_day, event_key, metadata

context = Table(
    "monitoring_context",
    metadata,
    *event_key(),
    Column("session_id", Text, nullable=False),
    Column("integration_point", Text, nullable=False),
    Column("context_data", JSON_VALUE, nullable=False),
    Column("context_hash", Text, nullable=False),
    Column("lost", JSON_VALUE),
    Column("changed", JSON_VALUE),
    Column("size_bytes", Integer, nullable=False),
    Column("outcome", Text),
    Column("duration_ms", Double),
    Column("error_type", Text),
    Column("verdict", Text),
    Column("score", Double),
    Column("reason", Text),
    Column("method", Text),
    Column("instance", Text, nullable=False),
    Index(None, "session_id", "at"),
    **by_day(),
)
"""What a step was given, as the difference to the step before; *lost* and *changed* by field.

*verdict*, *score*, *reason* and *method* are the application's own word on the step's result.
"""

business_metrics = Table(
    "monitoring_business_metrics",
    metadata,
    *event_key(),
    Column("resolution_s", Integer, nullable=False, server_default="0"),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("value", Double, nullable=False),
    Column("unit", Text),
    Column("fact_count", Integer, nullable=False, server_default="1"),
    Column("dimensions", JSON_VALUE),
    Column("user_id", Text),
    Column("session_id", Text),
    Column("instance", Text, nullable=False),
    Index(None, "name", "resolution_s", "at"),
    Index(None, "session_id"),
)
"""Facts have *resolution_s* 0; a roll-up of a day 86400, its sum as *value*, and *fact_count*."""

validations = Table(
    "integration_validations",
    metadata,
    Column("validation_time", Stamp, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("session_id", Text),
    Column("integration_name", Text, nullable=False),
    Column("operation", Text),
    Column("step", Text),
    Column("validation_type", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("expected_value", JSON_VALUE),
    Column("actual_value", JSON_VALUE),
    Column("error_message", Text),
    Column("auto_fixed", Boolean, nullable=False, server_default=false()),
    Column("score", Double),
    Column("threshold", Double),
    Column("method", Text),
    Column("duration_ms", Double),
    Column("trace_id", Text),
    Column("instance", Text, nullable=False),
    Index(None, "session_id", "validation_time"),
    Index(None, "integration_name", "validation_time"),
    Index(None, "status", "validation_time"),
    **by_day("validation_time"),
)

issues = Table(
    "business_logic_issues",
    metadata,
    Column("created_at", Stamp, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("session_id", Text),
    Column("issue_type", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("description", Text),
    Column("auto_fixable", Boolean, nullable=False, server_default=false()),
    Column("fixed", Boolean, nullable=False, server_default=false()),
    Column("user_impact", Text),
    Column("context", JSON_VALUE),
    Column("instance", Text, nullable=False),
    Index(None, "session_id", "created_at"),
    Index(None, "severity", "created_at"),
)

social_log = Table(
    "social_media_validation_log",
    metadata,
    Column("created_at", Stamp, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("validation_type", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("details", JSON_VALUE),
    Column("session_id", Text),
    Column("instance", Text, nullable=False),
    Index(None, "platform", "created_at"),
)
