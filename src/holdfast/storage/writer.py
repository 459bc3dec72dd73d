"""The record as an `EventLog`: one transaction a batch."""

import os
import secrets
import socket

from sqlalchemy import Table
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from holdfast.storage.dialects import insert_into
from holdfast.storage.rows import Row, Rows, rows_of
from holdfast.storage.session_rows import ends, merged, write_sessions
from holdfast.storage.tables import api_calls, audit, integration_calls, integration_health
from holdfast.telemetry.event_log import Batch, EventsRefused
from holdfast.telemetry.redact import one_line

_ABOUT_ROWS = ("22", "23", "54")
"""SQLSTATE classes that speak of the data: wrong value, broken constraint, too large."""


def instance_name() -> str:
    """A name for this life of this process: a restarted or forked one must take a new one."""
    return f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(4)}"


class SqlEventLog:
    """Keeps events in the tables of `storage.tables`, recognising those it has kept before.

    *instance* must be new in each life of a process (`instance_name`), since numbers start anew.
    """

    def __init__(self, engine: AsyncEngine, instance: str) -> None:
        self._engine, self._instance = engine, instance

    async def append(self, batch: Batch) -> None:
        """As `EventLog.append` asks."""
        try:
            rows = rows_of(batch, self._instance)
        except (ValueError, TypeError, OverflowError, OSError) as error:
            raise EventsRefused(one_line(error)) from error
        try:
            async with self._engine.begin() as connection:
                await _write(connection, rows)
        except Exception as error:
            if _is_about_rows(error):
                raise EventsRefused(one_line(error)) from error
            raise


async def _write(connection: AsyncConnection, rows: Rows) -> None:
    landed = await _insert_calls(connection, rows.calls)
    for table, new in (
        (api_calls, rows.requests),
        (integration_health, rows.health),
        (audit, rows.audit),
    ):
        await _insert(connection, table, new)
    await write_sessions(connection, merged(rows.seen, landed), ends(rows.ended))


async def _insert(connection: AsyncConnection, table: Table, rows: list[Row]) -> None:
    if rows:
        await connection.execute(insert_into(connection, table).on_conflict_do_nothing(), rows)


async def _insert_calls(connection: AsyncConnection, rows: list[Row]) -> set[str]:
    """The ids of the rows that were not there before."""
    if not rows:
        return set()
    insert = insert_into(connection, integration_calls).on_conflict_do_nothing()
    landed = await connection.scalars(insert.returning(integration_calls.c.event_id), rows)
    return set(landed)


def _is_about_rows(error: Exception) -> bool:
    """Would the same rows fail again, though the database is well? If in doubt: no."""
    cause = error.orig if isinstance(error, StatementError) else error
    if isinstance(cause, ValueError | TypeError | OverflowError):
        return True
    if isinstance(error, DBAPIError):
        state = getattr(cause, "sqlstate", None)
        by_state = isinstance(state, str) and state.startswith(_ABOUT_ROWS)
        kinds = {kind.__name__ for kind in type(error).__mro__}
        return by_state or bool(kinds & {"IntegrityError", "DataError"})
    return False
