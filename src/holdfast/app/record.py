"""The record of one process: opened at start, flushed and closed at the end, never in the way."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from holdfast.alerts.alert_log import AlertLog
from holdfast.app.database import Database, plan_of
from holdfast.app.prepared_store import PreparedStore
from holdfast.app.rollups import RollUpWriter, Take
from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.events import Event
from holdfast.sessions.session import SessionLog
from holdfast.settings.settings import Settings
from holdfast.storage.alerts import SqlAlertLog
from holdfast.storage.business_days import sum_up_days
from holdfast.storage.history import SqlHistory
from holdfast.storage.sessions import SqlSessionLog
from holdfast.storage.spool_folders import spool_root
from holdfast.storage.spooled_log import SpooledLog, SpoolOptions, SpoolStatus
from holdfast.storage.upkeep import keep_up
from holdfast.storage.writer import instance_name
from holdfast.telemetry.buffer import Buffer, BufferOptions, RecordStatus
from holdfast.telemetry.fault import log_fault
from holdfast.telemetry.fold import Fold
from holdfast.trends.history import History
from holdfast.trends.rollup import Bucket, Latest, RollUp

_RETRY_SECONDS = 10.0
_OPENING_SECONDS = 2.0
_FLUSH_SECONDS = 3.5
"""All of the end, what is opening still included."""

_MOST_EVENTS = 1_000
"""In one batch."""


class Record(Fold):
    """A sink; *sessions*, *history* and *alerts* look up what is kept, None while nothing is open.

    It forgets what is old while *is_ours*: one worker does for all who share the record. *rollup*
    has the latest of what this process rolled up, written or not.
    Raises `SettingsError` at once when the settings name no database that could be opened.
    *engine* is the host's own: used, never closed.
    """

    def __init__(
        self, settings: Settings, rollup: RollUp, clock: Clock = SYSTEM_CLOCK,
        engine: AsyncEngine | None = None, *, is_ours: Callable[[], bool] = lambda: True,
    ) -> None:  # fmt: skip
        self._rollup, self._is_ours = rollup, is_ours
        self.sessions: SessionLog | None = None
        self.history: History | None = None
        self.alerts: AlertLog | None = None
        self._engine: AsyncEngine | None = None
        self._settings, self._clock = settings, clock
        self._database = Database(settings, engine) if settings.enabled else None
        self._store = PreparedStore(may_upgrade=settings.database_upgrade)
        self._log = self._spooled_log()
        self._buffer = self._new_buffer()
        self._past = self._buffer.status()
        self._rollups = RollUpWriter(self._store, self._log)

    def __call__(self, event: Event) -> None:
        """Keep *event*, later."""
        self._buffer(event)

    def take_in(self, events: Sequence[Event], since: float) -> None:
        """Keep *events*, later."""
        self._buffer.take_in(events, since)

    def status(self) -> RecordStatus:
        """How it fares, former runs of this process included."""
        self.catch_up()
        return _with_spool(_together(self._past, self._buffer.status()), self._log.status())

    async def kept(self, timeout_seconds: float) -> bool:
        """Whether everything emitted until now is on a disk, in the database or the spool.

        Switched off, that is nothing: it is all there.
        """
        if self._database is None:
            return True
        if self.sessions is None:
            return False
        self.catch_up()
        flushing = asyncio.create_task(self._secure(self._database))
        await asyncio.wait({flushing}, timeout=timeout_seconds)
        if not flushing.done():
            flushing.cancel()
            return False
        return flushing.exception() is None

    async def run(self) -> None:
        """Write, replay and forget until cancelled; then flush within four seconds.

        A database that is being opened when the end comes has half of them.
        """
        if self._database is None:
            return
        database = self._database
        engine = self._engine = database.open()
        self.sessions, self.history = SqlSessionLog(engine), SqlHistory(engine, self._latest)
        self._store.open(engine, database)
        self._log.open(instance_name())
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._buffer.run())
                tasks.create_task(self._log.replay())
                tasks.create_task(self._keep_up(engine))
        finally:
            await self._buffer.stop(_FLUSH_SECONDS - await self._open_late())
            await self._rollups.end(engine)
            self._begin_anew()
            self._log.close()
            self.sessions = self.history = self.alerts = self._engine = None
            await database.close(engine)

    async def _open_late(self) -> float:
        """Let what is being opened be opened, if something waits for it; the seconds it took."""
        began = self._clock.monotonic()
        self.catch_up()
        if not self._store.is_prepared and (self._buffer.status().waiting or self._rollups.expects):
            opening = asyncio.create_task(self._is_prepared())
            await asyncio.wait({opening}, timeout=_OPENING_SECONDS)
            opening.cancel()
        return self._clock.monotonic() - began

    async def _secure(self, database: Database) -> None:
        await self._buffer.flush()
        await self._log.sync()
        await database.sync()

    @property
    def is_opening(self) -> bool:
        """Whether its database is still being brought to our schema, and nothing went wrong."""
        return self._engine is not None and self._store.is_preparing

    async def write_buckets(self, instance: str, buckets: Sequence[Bucket]) -> None:
        """Keep roll-ups; raises what the driver raises, and RuntimeError while nothing is open."""
        if self._engine is None:
            raise RuntimeError("the record is not open")
        await self._rollups.write(self._engine, instance, buckets)

    def keep_at_end(self, instance: str, take: Take) -> None:
        """Keep the roll-ups that *take* gives once all events are: in the database or the spool."""
        self._rollups.expect(instance, take)

    async def sum_up_days(self, now: float) -> None:
        """Sum up the business of the days before *now*; what fails waits for the next time."""
        if self._engine is not None:
            try:
                await sum_up_days(self._engine, now)
            except Exception as error:  # noqa: BLE001 - the database may be away in any way
                log_fault("days_not_summed_up", error)

    def _latest(self, integration: str, resolution_s: int) -> Latest:
        return self._rollup.latest(integration, resolution_s, self._clock.wall())

    def _catch_up(self) -> None:
        self.catch_up()  # which the fan-out sets later

    def _begin_anew(self) -> None:
        """A buffer ends with its loop; what comes between two runs waits for the next one."""
        ended, self._buffer = self._buffer, self._new_buffer()
        self._past = _together(self._past, ended.status())

    def _spooled_log(self) -> SpooledLog:
        folder = Path(self._settings.data_dir)
        root = spool_root(folder, self._database.url) if self._database else folder
        options = SpoolOptions(max_bytes=self._settings.spool_mb * 1024 * 1024)
        behind = self._settings.buffer_events // 3
        return SpooledLog(
            self._store, root, options, clock=self._clock,
            is_behind=lambda: self._buffer.status().waiting > behind,
        )  # fmt: skip

    def _new_buffer(self) -> Buffer:
        capacity = self._settings.buffer_events
        options = BufferOptions(capacity=capacity, batch_size=min(_MOST_EVENTS, capacity // 2))
        buffer = Buffer(self._log, options, clock=self._clock)
        buffer.catch_up = self._catch_up
        return buffer

    async def _keep_up(self, engine: AsyncEngine) -> None:
        while not await self._is_prepared():  # noqa: ASYNC110 - retried, nobody signals
            await asyncio.sleep(_RETRY_SECONDS)
        self.alerts = SqlAlertLog(engine)
        while not self._is_ours():  # noqa: ASYNC110 - whoever did it may go at any time
            await asyncio.sleep(_RETRY_SECONDS)
        await keep_up(engine, plan_of(self._settings), clock=self._clock)

    async def _is_prepared(self) -> bool:
        try:
            await self._store.prepared()
        except Exception:  # noqa: BLE001 - away in any way: the buffer's status tells
            return False
        return True


def _together(past: RecordStatus, now: RecordStatus) -> RecordStatus:
    return RecordStatus(
        now.status,
        now.waiting,
        past.written + now.written,
        dict(Counter(past.dropped) + Counter(now.dropped)),
        now.last_error or past.last_error,
        now.last_written_at or past.last_written_at,
    )


def _with_spool(memory: RecordStatus, disk: SpoolStatus) -> RecordStatus:
    """What the buffer handed over is written, or on disk, or dropped there."""
    word = memory.status
    if word != "off" and (disk.failing or disk.waiting):
        word = "failing" if disk.failing else "behind"
    return RecordStatus(
        word,
        memory.waiting,
        disk.written,
        dict(Counter(memory.dropped) + Counter(disk.dropped)),
        disk.last_error or memory.last_error,
        disk.written_at,
        disk.waiting,
        disk.size_bytes,
    )
