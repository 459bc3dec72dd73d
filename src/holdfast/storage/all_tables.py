"""Every table of the record, and what is forgotten of each when."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Table

from holdfast.storage.columns import metadata
from holdfast.storage.tables import (
    api_calls,
    audit,
    integration_calls,
    integration_health,
    sessions,
)
from holdfast.storage.tables_of_meaning import (
    business_metrics,
    context,
    issues,
    social_log,
    validations,
)
from holdfast.storage.tables_of_watch import alerts, api_use, integration_metrics, silences, upkeep

BY_DAY = (integration_calls, api_calls, validations, context)
"""On PostgreSQL one partition a day; forgetting a day drops it."""

EVENT_TABLES = (
    *BY_DAY, integration_health, business_metrics, issues, social_log, audit,
)  # fmt: skip
"""One row an event, keyed by its time and its id."""

TABLES = (sessions, *EVENT_TABLES, integration_metrics, api_use, alerts, silences, upkeep)
"""All of them."""

VIEWS = (
    "validation_sessions", "context_snapshots", "validation_summary", "integration_health",
    "integration_metrics_24h",
)  # fmt: skip
"""What JyotiFlow's queries read, made of the tables (`migrations.views`)."""

RECORD = metadata
"""The same, as SQLAlchemy and Alembic take them."""

assert set(TABLES) == set(metadata.tables.values())  # noqa: S101 - else one would not be made


def time_of(table: Table) -> Column[Any]:
    """The column that says how old a row of *table* is."""
    known = _TIMES.get(table.name)
    return next(iter(table.primary_key.columns)) if known is None else known


_TIMES: Mapping[str, Column[Any]] = {
    sessions.name: sessions.c.last_seen_at,
    alerts.name: alerts.c.updated_at,
    silences.name: silences.c.ends_at,
    integration_metrics.name: integration_metrics.c.bucket_start,
    upkeep.name: upkeep.c.started_at,
}
