"""Rows into SQLite: one statement prepared once, for all rows of a table."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from holdfast.storage.rows import Row
from holdfast.storage.values import SQLITE, in_order

_MOST_KEYS = 400
"""In one question; SQLite bounds the parameters of a statement."""


async def write(
    connection: AsyncConnection, table: Table, columns: Sequence[str], rows: list[Row],
    *, again: bool,
) -> set[str] | None:  # fmt: skip
    """The ids of the rows that are new; None when, not *again*, some were there already."""
    key = [column.name for column in table.primary_key.columns]
    kept = await _kept(connection, table, key, rows) if again else set()
    new = [row for row in rows if tuple(row[name] for name in key) not in kept] if kept else rows
    places = ", ".join("?" * len(columns))
    statement = (
        f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({places}) "  # noqa: S608 - ours
        "ON CONFLICT DO NOTHING"
    )
    driver: Any = (await connection.get_raw_connection()).driver_connection
    cursor = await driver.executemany(statement, in_order(table, columns, new, SQLITE))
    landed = cursor.rowcount  # it has no rows: closing it would only ask the thread once more
    if landed != len(new) and not again:
        return None
    return {row[key[-1]] for row in new}


async def _kept(
    connection: AsyncConnection, table: Table, key: list[str], rows: list[Row]
) -> set[tuple[Any, ...]]:
    columns = [table.c[name] for name in key]
    asked = [tuple(row[name] for name in key) for row in rows]
    found: set[tuple[Any, ...]] = set()
    for start in range(0, len(asked), _MOST_KEYS):
        some = tuple_(*columns).in_(asked[start : start + _MOST_KEYS])
        found.update(tuple(row) for row in await connection.execute(select(*columns).where(some)))
    return found
