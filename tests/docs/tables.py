"""The reference page of the record's tables, made from their definitions."""

from collections.abc import Iterator

from sqlalchemy import Column
from sqlalchemy.dialects import postgresql

from holdfast.storage.all_tables import BY_DAY, TABLES

TABLES_INTRODUCTION = """What [the record](../how-to/keep-the-record.md) keeps. Names are a
contract: write queries on them. Types are PostgreSQL's; SQLite keeps moments as text in UTC and
JSON as text. Durations are milliseconds. Event tables have no foreign keys: late rows must land.
Ids, such as `session_id` and `user_id`, are text of at most 200 characters.

The views `validation_sessions`, `context_snapshots`, `validation_summary` (30 days),
`integration_health` and `integration_metrics_24h` (24 hours) have the columns that JyotiFlow's
queries name; rates there are percent of what ended, NULL when nothing did.
"""


def tables() -> Iterator[str]:
    """Each table, its columns and its indexes."""
    for table in TABLES:
        by_day = "; one partition a day on PostgreSQL" if table in BY_DAY else ""
        key = ", ".join(f"`{column.name}`" for column in table.primary_key.columns)
        yield f"## {table.name}\n\nKey: {key}{by_day}."
        if indexes := sorted(_names(index.columns) for index in table.indexes):
            yield f"Indexes: {'; '.join(indexes)}."
        yield "\n| column | type | |\n|---|---|---|"
        yield from (_row(column) for column in table.columns)
        yield ""


def _row(column: Column[object]) -> str:
    kind = str(column.type.compile(dialect=postgresql.dialect())).lower()  # type: ignore[no-untyped-call]
    return f"| `{column.name}` | {kind} | {'' if column.nullable else 'not null'} |"


def _names(columns: object) -> str:
    return ", ".join(f"`{column.name}`" for column in columns)  # type: ignore[attr-defined]
