"""What the database holds, for whoever looks after it."""

from datetime import datetime

from sqlalchemy import Table, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from holdfast.events import fact
from holdfast.storage.address import shown
from holdfast.storage.all_tables import BY_DAY, TABLES, time_of
from holdfast.storage.engine import schema_of
from holdfast.storage.partitions import days_of
from holdfast.storage.tables_of_watch import upkeep


@fact
class TableReport:
    """*rows* is PostgreSQL's own estimate there; *days* are its partitions, None without."""

    name: str
    rows: int
    size_bytes: int | None
    oldest: datetime | None
    days: int | None


@fact
class Report:
    """Each table, and one line for each task of upkeep: when it ran last, and how it went."""

    place: str
    tables: tuple[TableReport, ...]
    upkeep: tuple[str, ...]


async def report(engine: AsyncEngine) -> Report:
    """Ask the database of *engine*; cheap on PostgreSQL, a count of every row on SQLite."""
    async with engine.connect() as connection:
        tables = [await _table(connection, table) for table in TABLES]
        found = (await connection.execute(select(upkeep).order_by(upkeep.c.task))).mappings()
        tasks = tuple(_line(dict(row)) for row in found)
    return Report(shown(engine.url), tuple(tables), tasks or ("upkeep: not run yet",))


async def _table(connection: AsyncConnection, table: Table) -> TableReport:
    oldest = await connection.scalar(select(func.min(time_of(table))))
    if connection.dialect.name == "sqlite":
        rows = await connection.scalar(select(func.count()).select_from(table)) or 0
        return TableReport(table.name, rows, None, oldest, None)
    schema = schema_of(connection)
    name = f'"{schema}".{table.name}' if schema else table.name
    found = (await connection.execute(_SIZE, {"name": name})).one()
    days = len(await days_of(connection, table)) if table in BY_DAY else None
    return TableReport(table.name, max(int(found.rows), 0), int(found.size), oldest, days)


_SIZE = text("""
    SELECT coalesce(sum(greatest(reltuples, 0)), 0) AS rows,
        coalesce(sum(pg_total_relation_size(part.relid)), 0) AS size
    FROM pg_partition_tree(CAST(:name AS regclass)) AS part
    JOIN pg_class ON pg_class.oid = part.relid WHERE part.isleaf
""")


def _line(row: dict[str, object]) -> str:
    started, finished = row["started_at"], row["finished_at"]
    if finished is not None:
        how = f"done {_shown(finished)}: {row['result']}"
    else:
        how = f"failed: {row['error']}" if row["error"] else "running"
    return f"{row['task']}: begun {_shown(started)} by {row['holder']}, {how}"


def _shown(at: object) -> str:
    return at.isoformat(" ", "seconds") if isinstance(at, datetime) else "never"
