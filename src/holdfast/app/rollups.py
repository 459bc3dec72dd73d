"""Roll-ups on their way to the record: written whole, spooled at the end."""

import asyncio
from collections.abc import Callable, Sequence

from sqlalchemy.ext.asyncio import AsyncEngine

from holdfast.app.prepared_store import PreparedStore
from holdfast.storage.rollups import rows_of_buckets, write_buckets
from holdfast.storage.spooled_log import SpooledLog
from holdfast.telemetry.fault import log_fault
from holdfast.trends.rollup import Bucket

_WRITE_SECONDS = 5.0
_LAST_WRITE_SECONDS = 0.5

Take = Callable[[], Sequence[Bucket]]
"""Gives what is to be kept, once."""


class RollUpWriter:
    """Writes roll-ups where *store* keeps events, and at the end where *log* spools them."""

    def __init__(self, store: PreparedStore, log: SpooledLog) -> None:
        self._store, self._log = store, log
        self._writing: set[asyncio.Task[None]] = set()
        self._last: tuple[str, Take] | None = None

    @property
    def expects(self) -> bool:
        """Whether somebody left something for the end."""
        return self._last is not None

    def expect(self, instance: str, take: Take) -> None:
        """At the end, what *take* then gives is to be kept."""
        self._last = (instance, take)

    async def write(
        self, engine: AsyncEngine, instance: str, buckets: Sequence[Bucket],
        seconds: float = _WRITE_SECONDS,
    ) -> None:  # fmt: skip
        """Raises what the driver raises, and TimeoutError: then they may yet be written."""
        writing = asyncio.create_task(self._write(engine, instance, buckets))
        self._writing.add(writing)
        writing.add_done_callback(self._written)
        await asyncio.wait({writing}, timeout=seconds)
        if not writing.done():
            raise TimeoutError(f"no answer within {seconds:g} s")
        writing.result()

    async def end(self, engine: AsyncEngine) -> None:
        """Keep what is left, and leave no write behind."""
        (instance, take), self._last = self._last or ("", tuple), None
        if buckets := take():
            await self._keep(engine, instance, buckets)
        if self._writing:
            await asyncio.wait(self._writing, timeout=_LAST_WRITE_SECONDS)

    async def _keep(self, engine: AsyncEngine, instance: str, buckets: Sequence[Bucket]) -> None:
        try:
            if self._store.is_prepared and not self._log.status().failing:
                await self.write(engine, instance, buckets, _LAST_WRITE_SECONDS)
                return
        except Exception:  # noqa: BLE001, S110 - away in any way: the spool is for that
            pass
        try:
            await self._log.put_by(rows_of_buckets(buckets, instance))
        except OSError as error:
            log_fault("rollups_not_written", error)

    async def _write(self, engine: AsyncEngine, instance: str, buckets: Sequence[Bucket]) -> None:
        await self._store.prepared()
        await write_buckets(engine, instance, buckets)

    def _written(self, task: "asyncio.Task[None]") -> None:
        self._writing.discard(task)
        if not task.cancelled():
            task.exception()  # which nobody may ask for
