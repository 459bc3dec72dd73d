"""Opening a database, with what each kind needs to be quick and never in the way."""

import sqlite3

from sqlalchemy import URL, Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from holdfast.storage.opening import connector

_CONNECT_SECONDS = 5.0
_COMMAND_SECONDS = 10.0
_MIGRATION_SECONDS = 3600.0
_BROKEN = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
_PRAGMAS = (
    "busy_timeout=1000",  # longer waits are the buffer's: they need no thread
    "journal_mode=WAL",  # who reads does not wait for who writes
    "synchronous=NORMAL",  # with WAL: a power cut can cost the last moment, not the file
)


def open_engine(url: URL) -> AsyncEngine:
    """An engine for *url* (from `address`), connected at its first use. The caller disposes it."""
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, _PRAGMAS)
    return _postgres(url, _COMMAND_SECONDS)


def open_schema_engine(url: URL, *, read_only: bool = False) -> AsyncEngine:
    """An engine for changing the schema: a transaction holds all of a change or none of it."""
    if url.get_backend_name() != "sqlite":
        return _postgres(url, _MIGRATION_SECONDS)
    if read_only:
        return _sqlite(url, ("query_only=ON", "busy_timeout=10000"))
    # auto_vacuum counts only before the first page is written: retention can give pages back.
    pragmas = ("auto_vacuum=INCREMENTAL", *_PRAGMAS, "busy_timeout=10000")
    engine = _sqlite(url, pragmas, own_transactions=True)
    event.listen(engine.sync_engine, "begin", _begin_immediately)
    return engine


async def close_engine(engine: AsyncEngine) -> None:
    """Close all connections of *engine*: those in use when they are given back.

    SQLAlchemy leaves what comes back to a disposed pool to the collector.
    """
    event.listen(engine.sync_engine.pool, "checkin", _close)
    await engine.dispose()


def in_schema(engine: AsyncEngine, schema: str | None) -> AsyncEngine:
    """*engine* (the same pool), with our tables in PostgreSQL's *schema*; None: where it looks."""
    if schema is None or engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(schema_translate_map={None: schema})


def schema_of(connection: AsyncConnection | AsyncEngine) -> str | None:
    """What `in_schema` was told."""
    engine = connection if isinstance(connection, AsyncEngine) else connection.engine
    options = engine.sync_engine.get_execution_options()
    schema: str | None = options.get("schema_translate_map", {}).get(None)
    return schema


def _sqlite(url: URL, pragmas: tuple[str, ...], *, own_transactions: bool = False) -> AsyncEngine:
    engine = create_async_engine(
        url, hide_parameters=True, pool_size=4, max_overflow=0,
        pool_reset_on_return=None,  # a Connection ends its transaction: no need to ask once more
        async_creator=connector(url, pragmas, own_transactions=own_transactions),
    )  # fmt: skip
    event.listen(engine.sync_engine, "handle_error", _with_the_way_out)
    return engine


def _with_the_way_out(context: ExceptionContext) -> None:
    error = context.original_exception
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest says more of the same
    if code in _BROKEN and context.engine is not None:
        file = context.engine.url.database
        raise sqlite3.DatabaseError(
            f"{error}: move {file} away, and a new one is made in its place"
        ) from error


def _close(connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
    driver = record.driver_connection if connection is not None else None
    if driver is not None:
        # At once, waiting for nothing: a loop that ends cancels who waits for a close, and two
        # who close the same connection of aiosqlite can wait for each other for ever.
        driver.stop() if hasattr(driver, "stop") else driver.terminate()


def _begin_immediately(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _postgres(url: URL, command_seconds: float) -> AsyncEngine:
    name = url.query.get("application_name", "holdfast")
    # hide_parameters, here as above: else an error's text would hold the row it is about.
    return create_async_engine(
        url.difference_update_query(["application_name"]), hide_parameters=True,
        pool_pre_ping=True, pool_size=4, max_overflow=0, pool_timeout=_CONNECT_SECONDS,
        connect_args={
            "timeout": _CONNECT_SECONDS,
            "command_timeout": command_seconds,
            "server_settings": {"application_name": name},
        },
    )  # fmt: skip
