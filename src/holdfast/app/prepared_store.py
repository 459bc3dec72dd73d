"""A store that brings its database up to date before it takes the first row."""

import asyncio

from sqlalchemy.ext.asyncio import AsyncEngine

from holdfast.app.database import Database
from holdfast.storage import schema
from holdfast.storage.row_store import RowStore
from holdfast.storage.rows import Rows


class PreparedStore:
    """Fulfils `spooled_log.Store`. SQLite upgrades by itself, PostgreSQL when *may_upgrade*."""

    def __init__(self, *, may_upgrade: bool = False) -> None:
        self._may_upgrade = may_upgrade
        self._store: RowStore | None = None
        self._database: Database | None = None
        self._preparing: asyncio.Task[None] | None = None

    def open(self, engine: AsyncEngine, database: Database) -> None:
        """Keep rows through *engine*, which is of *database*, from now on."""
        self._store, self._database = RowStore(engine), database
        self._preparing = None

    @property
    def is_prepared(self) -> bool:
        """Whether rows can be kept, as far as the schema goes."""
        task = self._preparing
        return task is not None and task.done() and not _went_wrong(task)

    @property
    def is_preparing(self) -> bool:
        """Whether it is being found out, and has not gone wrong yet."""
        return self._preparing is not None and not self._preparing.done()

    async def prepared(self) -> None:
        """Return once the schema is ours and current; raises `SchemaError`, or the driver's."""
        if self._database is None:
            raise RuntimeError("the record is not open")
        if self._preparing is None or _went_wrong(self._preparing):
            self._preparing = asyncio.create_task(self._prepare(self._database))
        # Shielded: whoever waits may lose patience, the upgrade goes on, and only once.
        await asyncio.shield(self._preparing)

    async def write(self, rows: Rows, *, again: bool) -> None:
        """As `RowStore.write`."""
        await self.prepared()
        if self._store is not None:
            await self._store.write(rows, again=again)

    async def _prepare(self, database: Database) -> None:
        if database.is_sqlite or self._may_upgrade:
            await database.upgrade()
            return
        state = await database.state()
        if state.status != "current":
            raise schema.SchemaError(
                f"the database's schema is {state.status}: run 'holdfast db upgrade' once"
            )


def _went_wrong(task: "asyncio.Task[None]") -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)
