"""PostgreSQL's tables by day: partitions made ahead, and dropped when their day is over."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from holdfast.clock import stamp
from holdfast.storage.all_tables import BY_DAY, time_of
from holdfast.storage.engine import schema_of

DAYS_AHEAD = 3
_LOCK = 0x68667061
"""Makers of partitions take turns: "hfpa" in ASCII."""


async def make_ahead(engine: AsyncEngine, now: float) -> None:
    """Make the partitions of yesterday to three days ahead, and of every day with late rows."""
    today = stamp(now).replace(hour=0, minute=0, second=0, microsecond=0)
    near = {today + timedelta(days=n) for n in range(-1, DAYS_AHEAD + 1)}
    for table in BY_DAY:
        async with engine.begin() as connection:
            await _take_turn(connection)
            wanted = near | await _late_days(connection, table)
            for day in sorted(wanted - set(await days_of(connection, table))):
                await make_day(connection, table, day)


async def days_of(connection: AsyncConnection, table: Table) -> dict[datetime, str]:
    """The partitions of *table* by their day (its start, UTC), the oldest first."""
    asked = text(
        "SELECT part.relname FROM pg_inherits JOIN pg_class AS part ON part.oid = inhrelid "
        "WHERE inhparent = CAST(:whole AS regclass) ORDER BY part.relname"
    )
    names = await connection.scalars(asked, {"whole": _name(connection, table.name)})
    return dict(_dated(list(names)))


async def drop_before(engine: AsyncEngine, table: Table, before: float) -> list[str]:
    """Drop the partitions of *table* whose days ended by *before* (Unix time); their names."""
    dropped = []
    async with engine.connect() as connection:
        days = await days_of(connection, table)
    for day, name in days.items():
        if (day + timedelta(days=1)).timestamp() <= before:
            async with engine.begin() as connection:
                await _take_turn(connection)
                await connection.execute(text(f"DROP TABLE IF EXISTS {_name(connection, name)}"))
            dropped.append(name)
    return dropped


async def _take_turn(connection: AsyncConnection) -> None:
    # Who waits for a table makes others wait behind: rather later than long.
    await connection.execute(text("SET LOCAL lock_timeout = '2s'"))
    await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


async def make_day(connection: AsyncConnection, table: Table, day: datetime) -> None:
    """The partition of *day*: made aside, given the day's late rows, and only then a part."""
    whole, rest = (_name(connection, n) for n in (table.name, f"{table.name}_rest"))
    part = _name(connection, f"{table.name}_{day:%Y%m%d}")
    time, start, end = time_of(table).name, day.isoformat(), (day + timedelta(days=1)).isoformat()
    within = f"{time} >= '{start}' AND {time} < '{end}'"
    bounds = f"FROM ('{start}') TO ('{end}')"
    late = f"DELETE FROM {rest} WHERE {within} RETURNING *"  # noqa: S608 - ours
    for statement in (
        f"CREATE TABLE {part} (LIKE {whole} INCLUDING ALL)",
        f"WITH late AS ({late}) INSERT INTO {part} SELECT * FROM late",  # noqa: S608 - ours
        f"ALTER TABLE {whole} ATTACH PARTITION {part} FOR VALUES {bounds}",
    ):
        await connection.exec_driver_sql(statement)


async def _late_days(connection: AsyncConnection, table: Table) -> set[datetime]:
    rest, time = _name(connection, f"{table.name}_rest"), time_of(table).name
    asked = f"SELECT DISTINCT date_trunc('day', {time} AT TIME ZONE 'UTC') FROM {rest}"  # noqa: S608
    return {day.replace(tzinfo=UTC) for day in await connection.scalars(text(asked))}


def _dated(names: list[str]) -> Iterator[tuple[datetime, str]]:
    for name in names:
        if found := re.search(r"_(\d{8})$", name):
            yield datetime.strptime(found[1], "%Y%m%d").replace(tzinfo=UTC), name


def _name(connection: AsyncConnection, name: str) -> str:
    schema = schema_of(connection)
    return f'"{schema}"."{name}"' if schema else f'"{name}"'
