"""The record as an `EventLog`: one transaction a batch."""

import os
import secrets
import socket

from sqlalchemy.ext.asyncio import AsyncEngine

from holdfast.storage.row_store import RowStore
from holdfast.storage.rows import rows_of
from holdfast.telemetry.event_log import Batch, EventsRefused
from holdfast.telemetry.redact import one_line


def instance_name() -> str:
    """A name for this life of this process: a restarted or forked one must take a new one."""
    return f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(4)}"


class SqlEventLog:
    """Keeps events in the tables of `storage.tables`, recognising those it has kept before.

    *instance* must be new in each life of a process (`instance_name`), since numbers start anew.
    """

    def __init__(self, engine: AsyncEngine, instance: str) -> None:
        self._store, self._instance = RowStore(engine), instance
        self._tried = 0

    async def append(self, batch: Batch) -> None:
        """As `EventLog.append` asks."""
        try:
            rows = rows_of(batch, self._instance)
        except (ValueError, TypeError, OverflowError, OSError) as error:
            raise EventsRefused(one_line(error)) from error
        again = batch.first < self._tried
        self._tried = max(self._tried, batch.first + len(batch))
        await self._store.write(rows, again=again)
