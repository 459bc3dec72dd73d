"""Bringing a database up to date, once, however many processes start at the same time."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, func, inspect, select
from sqlalchemy.ext.asyncio import AsyncEngine

from holdfast.errors import HoldfastError
from holdfast.events import fact
from holdfast.storage.address import shown
from holdfast.storage.all_tables import RECORD
from holdfast.storage.columns import VERSION_TABLE
from holdfast.storage.engine import open_schema_engine
from holdfast.storage.file_lock import file_lock

_PATIENCE_SECONDS = 60.0
_ADVISORY_LOCK = 0x686F6C64
"""PostgreSQL's lock has a number instead of a name: "hold" in ASCII."""


class SchemaError(HoldfastError):
    """The database cannot be brought up to date; the message says why and what to do."""


@fact
class SchemaState:
    """What a database holds: its *version* (None: none of ours), ours, and tables in our way."""

    version: str | None
    newest: str
    foreign: tuple[str, ...] = ()
    known: bool = True

    @property
    def status(self) -> Literal["current", "empty", "old", "newer", "foreign"]:
        """*newer*: written by a later release. *foreign*: tables of our names that are not ours."""
        if self.foreign:
            return "foreign"
        if self.version is None:
            return "empty"
        if not self.known:
            return "newer"
        return "current" if self.version == self.newest else "old"


async def upgrade(url: URL) -> SchemaState:
    """Bring the database at *url* to our version; one that has it is not touched.

    Works in a thread of its own: migrations and locks block. Raises `SchemaError` for a database
    that is not ours or newer than we are, and what the driver raises when it is away.
    """
    return await asyncio.to_thread(_upgraded, url)


async def check(url: URL) -> SchemaState:
    """What the database at *url* holds; changes nothing and makes no file."""
    return await asyncio.to_thread(_checked, url)


def _upgraded(url: URL) -> SchemaState:
    with _process_lock(url):
        state = _accepted(_checked(url), url)
        if state.status == "current":
            return state
        return asyncio.run(_on_connection(open_schema_engine(url), lambda c: _upgrade(c, url)))


def _checked(url: URL) -> SchemaState:
    if _is_sqlite(url) and not Path(url.database or "").exists():
        return SchemaState(None, _newest())
    return asyncio.run(_on_connection(open_schema_engine(url, read_only=True), _state))


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


@contextmanager
def _process_lock(url: URL) -> Iterator[None]:
    if not _is_sqlite(url):
        yield  # PostgreSQL has a lock of its own
        return
    try:
        with file_lock(Path(f"{url.database}.upgrade.lock"), _PATIENCE_SECONDS):
            yield
    except TimeoutError as error:
        raise SchemaError(f"{error}: is it still upgrading {shown(url)}?") from None


async def _on_connection(
    engine: AsyncEngine, work: Callable[[Connection], SchemaState]
) -> SchemaState:
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(work)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, url: URL) -> SchemaState:
    if not _is_sqlite(url):
        # Held until the transaction ends: who comes second finds the work done.
        connection.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
    if _accepted(_state(connection), url).status != "current":
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return _state(connection)


def _accepted(state: SchemaState, url: URL) -> SchemaState:
    if state.status == "foreign":
        raise SchemaError(
            f"{shown(url)} already has tables that are not ours: {', '.join(state.foreign)}. "
            "Rename them, or give the record a database of its own"
        )
    if state.status == "newer":
        raise SchemaError(
            f"{shown(url)} was written by a later release (its version is {state.version}, ours "
            f"{state.newest}): install that release, or give the record another database"
        )
    return state


def _state(connection: Connection) -> SchemaState:
    tables = set(inspect(connection).get_table_names())
    if VERSION_TABLE not in tables:
        return SchemaState(None, _newest(), tuple(sorted(tables & set(RECORD.tables))))
    migrations = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    version = migrations.get_current_revision()
    ours = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    return SchemaState(version, _newest(), known=version in ours)


def _newest() -> str:
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    return config
