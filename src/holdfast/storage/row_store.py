"""Rows into tables: one transaction, each row once, whichever database it is."""

from typing import NamedTuple

from sqlalchemy import Table
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from holdfast.storage import copying, inserting, rollups
from holdfast.storage.alert_rows import write_alerts
from holdfast.storage.all_tables import RECORD
from holdfast.storage.rows import Row, Rows
from holdfast.storage.session_rows import ends, merged, write_sessions
from holdfast.storage.tables import integration_calls
from holdfast.storage.tables_of_meaning import context, issues
from holdfast.storage.tables_of_watch import alerts, integration_metrics
from holdfast.telemetry.event_log import EventsRefused
from holdfast.telemetry.redact import one_line

_ABOUT_ROWS = ("22", "23", "54")
"""SQLSTATE classes that speak of the data: wrong value, broken constraint, too large."""

_KINDS = {"IntegrityError", "DataError", "InterfaceError", "ProgrammingError"}
"""Errors of SQLite's driver that speak of the data, raised while values are bound."""


class Piece(NamedTuple):
    """Rows of one table, all with the same columns."""

    table: Table
    columns: tuple[str, ...]
    rows: list[Row]


class RowStore:
    """Writes to the tables of *engine*."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def write(self, rows: Rows, *, again: bool) -> None:
        """Keep all of *rows* or, raising, none; *again*: some of them may be kept already.

        Raises `EventsRefused` when a row is what is wrong, and the driver's errors otherwise.
        """
        pieces = [
            piece for name, found in rows.tables.items()
            for piece in _pieces(name, found, are_alike=not again)
        ]  # fmt: skip
        try:
            if not again and await self._wrote_new(pieces, rows):
                return
            await self._write(pieces, rows, again=True)
        except Exception as error:
            if is_about_rows(error):
                raise EventsRefused(one_line(error)) from error
            raise

    async def _wrote_new(self, pieces: list[Piece], rows: Rows) -> bool:
        """False, and nothing written, when some were there already."""
        try:
            await self._write(pieces, rows, again=False)
        except AlreadyKept:
            return False
        except Exception as error:
            if getattr(error, "sqlstate", None) == copying.UNIQUE_VIOLATION:
                return False
            raise
        return True

    async def _write(self, pieces: list[Piece], rows: Rows, *, again: bool) -> None:
        async with self._engine.begin() as connection:
            try:
                landed = await _write_pieces(connection, pieces, again=again)
            except Exception as error:
                if not (isinstance(error, AlreadyKept) or is_about_rows(error)):
                    # The driver was used directly: the pool has not seen what happened.
                    await connection.invalidate()
                raise
            await write_sessions(connection, merged(rows.seen, landed), ends(rows.ended))


class AlreadyKept(Exception):
    """New rows were not all new."""


def _pieces(name: str, rows: list[Row], *, are_alike: bool) -> list[Piece]:
    table = RECORD.tables.get(name)
    if table is None:
        raise EventsRefused(f"there is no table {name!r}: was this written by a later release?")
    by_columns: dict[tuple[str, ...], list[Row]] = {tuple(rows[0]): rows} if are_alike else {}
    if not are_alike:  # some may have been written by an earlier release
        for row in rows:
            by_columns.setdefault(tuple(row), []).append(row)
    for columns in by_columns:
        if unknown := set(columns) - set(table.c.keys()):
            raise EventsRefused(f"{name} has no column {', '.join(sorted(unknown))}")
    return [Piece(table, columns, found) for columns, found in by_columns.items()]


async def _write_pieces(
    connection: AsyncConnection, pieces: list[Piece], *, again: bool
) -> set[str]:
    """Write, and return the ids of the calls, steps and issues that were not there before."""
    landed: set[str] = set()
    write = inserting.write if connection.dialect.name == "sqlite" else copying.write
    for table, columns, rows in pieces:
        if table is alerts:
            await write_alerts(connection, rows)
            continue
        if table is integration_metrics:
            await rollups.write_rows(connection, rows)
            continue
        new = await write(connection, table, columns, rows, again=again)
        if new is None:
            raise AlreadyKept
        if table in (integration_calls, context, issues):
            landed |= new
    return landed


def is_about_rows(error: Exception) -> bool:
    """Would the same rows fail again, though the database is well? If in doubt: no."""
    cause = error.orig if isinstance(error, StatementError) else error
    if isinstance(cause, ValueError | TypeError | OverflowError):
        return True
    state = getattr(cause, "sqlstate", None)
    if isinstance(state, str):
        return state.startswith(_ABOUT_ROWS)
    module = type(cause).__module__
    if module == "sqlite3":
        return type(cause).__name__ in _KINDS
    return isinstance(error, DBAPIError) and type(error).__name__ in ("IntegrityError", "DataError")
