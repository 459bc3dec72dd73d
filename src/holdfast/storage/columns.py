"""What every table of the record is made of: honest types, one set of names, days as partitions."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, DateTime, Dialect, MetaData, Text
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


def by_day(time: str = "at") -> dict[str, Any]:
    """A table's options: on PostgreSQL one partition a day (`storage.partitions` makes them)."""
    return {"postgresql_partition_by": f"RANGE ({time})"}


def event_key() -> tuple[Column[datetime], Column[str]]:
    """When it was, and the id by which a replay recognises it."""
    return Column("at", Stamp, primary_key=True), Column("event_id", Text, primary_key=True)
