"""An event log that brings its database up to date before it takes the first event."""

import asyncio

from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from holdfast.storage import schema
from holdfast.storage.writer import SqlEventLog, instance_name
from holdfast.telemetry.event_log import Batch


class PreparedLog:
    """Fulfils `EventLog`. SQLite upgrades by itself, PostgreSQL by ``holdfast db upgrade`` only."""

    def __init__(self) -> None:
        self._log: SqlEventLog | None = None
        self._url: URL | None = None
        self._preparing: asyncio.Task[None] | None = None

    def open(self, engine: AsyncEngine, url: URL) -> None:
        """Keep events through *engine* from now on, under a new instance name."""
        self._log, self._url = SqlEventLog(engine, instance_name()), url
        self._preparing = None

    async def prepared(self) -> None:
        """Return once the schema is ours and current; raises `SchemaError`, or the driver's."""
        if self._url is None:
            raise RuntimeError("the record is not open")
        if self._preparing is None or _went_wrong(self._preparing):
            self._preparing = asyncio.create_task(_prepare(self._url))
        # Shielded: whoever waits may lose patience, the upgrade goes on, and only once.
        await asyncio.shield(self._preparing)

    async def append(self, batch: Batch) -> None:
        """As `EventLog.append` asks."""
        await self.prepared()
        if self._log is not None:
            await self._log.append(batch)


def _went_wrong(task: "asyncio.Task[None]") -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


async def _prepare(url: URL) -> None:
    if url.get_backend_name() == "sqlite":
        await schema.upgrade(url)
        return
    state = await schema.check(url)
    if state.status != "current":
        raise schema.SchemaError(
            f"the database's schema is {state.status}: run 'holdfast db upgrade' once"
        )
