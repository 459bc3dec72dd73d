"""Bringing a database up to date, once, however many processes start at the same time."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Literal

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, func, inspect, select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.schema import CreateSchema

from holdfast.errors import HoldfastError
from holdfast.events import fact
from holdfast.storage.address import shown
from holdfast.storage.adopt import set_aside
from holdfast.storage.all_tables import RECORD, VIEWS
from holdfast.storage.columns import VERSION_TABLE
from holdfast.storage.engine import open_schema_engine
from holdfast.storage.file_lock import file_lock

_PATIENCE_SECONDS = 60.0
_ADVISORY_LOCK = 0x686F6C64
"""PostgreSQL's lock has a number instead of a name: "hold" in ASCII."""

_ONE_AT_A_TIME = threading.Lock()
"""Alembic's context is one for the whole process: two upgrades at once would take each other's."""


class SchemaError(HoldfastError):
    """The database cannot be brought up to date; the message says why and what to do."""


@fact
class SchemaState:
    """What a database holds: its *version* (None: none of ours), ours, and tables in our way.

    *moved_from* is what an upgrade found and changed: a version, or "nothing"; None when it had
    nothing to do, as somebody else did it. *adopted* are the tables it renamed.
    """

    version: str | None
    newest: str
    foreign: tuple[str, ...] = ()
    known: bool = True
    moved_from: str | None = None
    adopted: tuple[str, ...] = ()

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


async def upgrade(url: URL, schema: str | None = None, *, adopt: bool = False) -> SchemaState:
    """Bring the database at *url* to our version; one that has it is not touched.

    *schema* is PostgreSQL's, made if missing. With *adopt*, tables of others that have our names
    are renamed to ``…_legacy``. Works in a thread of its own: migrations and locks block. Raises
    `SchemaError` for a database that is not ours or newer than we are, and what the driver
    raises when it is away.
    """
    return await asyncio.to_thread(_upgraded, url, schema, adopt)


async def check(url: URL, schema: str | None = None) -> SchemaState:
    """What the database at *url* holds; changes nothing and makes no file."""
    return await asyncio.to_thread(_checked, url, schema)


async def upgrade_through(engine: AsyncEngine, schema: str | None = None) -> SchemaState:
    """As `upgrade`, on a connection of *engine*, which is PostgreSQL's."""
    async with engine.begin() as connection:
        return await connection.run_sync(_upgrade, engine.url, schema, False)


async def check_through(engine: AsyncEngine, schema: str | None = None) -> SchemaState:
    """As `check`, on a connection of *engine*."""
    async with engine.begin() as connection:
        return await connection.run_sync(_state, schema)


def _upgraded(url: URL, schema: str | None, adopt: bool) -> SchemaState:
    with _process_lock(url), _ONE_AT_A_TIME:
        state = _checked(url, schema)
        if state.status == "current":
            return state
        if not adopt:
            _accepted(state, url)
        work = partial(_upgrade, url=url, schema=schema, adopt=adopt)
        return asyncio.run(_on_connection(open_schema_engine(url), work))


def _checked(url: URL, schema: str | None) -> SchemaState:
    if _is_sqlite(url) and not Path(url.database or "").exists():
        return SchemaState(None, _newest())
    work = partial(_state, schema=schema)
    return asyncio.run(_on_connection(open_schema_engine(url, read_only=True), work))


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


def _upgrade(connection: Connection, url: URL, schema: str | None, adopt: bool) -> SchemaState:
    if not _is_sqlite(url):
        # Held until the transaction ends: who comes second finds the work done.
        connection.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
        if schema is not None:
            connection.execute(CreateSchema(schema, if_not_exists=True))
    state = _state(connection, schema)
    adopted = state.foreign if adopt else ()
    if adopted:
        set_aside(connection, adopted)
        state = _state(connection, schema)
    if _accepted(state, url).status == "current":
        return state
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    now = _state(connection, schema)
    return SchemaState(
        now.version, now.newest, now.foreign, now.known, state.version or "nothing", adopted
    )


def _accepted(state: SchemaState, url: URL) -> SchemaState:
    if state.status == "foreign":
        raise SchemaError(
            f"{shown(url)} already has tables that are not ours: {', '.join(state.foreign)}. "
            "Rename them ('holdfast db upgrade --adopt' makes them …_legacy), or give the record "
            "a database or a schema (HOLDFAST_DATABASE_SCHEMA) of its own"
        )
    if state.status == "newer":
        raise SchemaError(
            f"{shown(url)} was written by a later release (its version is {state.version}, ours "
            f"{state.newest}): install that release, or give the record another database"
        )
    return state


def _state(connection: Connection, schema: str | None) -> SchemaState:
    if schema is not None and connection.dialect.name != "sqlite":
        path = connection.dialect.identifier_preparer.quote_identifier(schema)
        connection.exec_driver_sql(f"SET LOCAL search_path TO {path}")
    found = inspect(connection)
    tables = {*found.get_table_names(), *found.get_view_names()}
    if VERSION_TABLE not in tables:
        ours = {*RECORD.tables, *VIEWS}
        return SchemaState(None, _newest(), tuple(sorted(tables & ours)))
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
