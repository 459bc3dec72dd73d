"""The record of one process: opened at start, flushed and closed at the end, never in the way."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from holdfast.app.prepared_log import PreparedLog
from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.events import Event
from holdfast.sessions.session import SessionLog
from holdfast.settings.settings import Settings
from holdfast.storage.address import address
from holdfast.storage.engine import open_engine
from holdfast.storage.retention import keep_pruned
from holdfast.storage.sessions import SqlSessionLog
from holdfast.telemetry.buffer import Buffer, BufferOptions, RecordStatus
from holdfast.telemetry.fold import Fold

_RETRY_SECONDS = 10.0
_FLUSH_SECONDS = 4.0


class Record(Fold):
    """A sink; *sessions* looks up what is kept, None while nothing is open.

    It forgets what is old while *is_ours*: one worker does for all who share the record.
    Raises `SettingsError` at once when the settings name no database that could be opened.
    """

    def __init__(
        self, settings: Settings, clock: Clock = SYSTEM_CLOCK, *,
        is_ours: Callable[[], bool] = lambda: True,
    ) -> None:  # fmt: skip
        self._is_ours = is_ours
        self.sessions: SessionLog | None = None
        self._settings, self._clock = settings, clock
        self._url: URL | None = None
        if settings.enabled:
            secret = settings.database_url
            self._url = address(
                secret.get_secret_value() if secret else None, Path(settings.data_dir)
            )
        self._log = PreparedLog()
        self._buffer = self._new_buffer()
        self._past = self._buffer.status()

    def __call__(self, event: Event) -> None:
        """Keep *event*, later."""
        self._buffer(event)

    def take_in(self, events: Sequence[Event], since: float) -> None:
        """Keep *events*, later."""
        self._buffer.take_in(events, since)

    def status(self) -> RecordStatus:
        """How it fares, former runs of this process included."""
        self.catch_up()
        return _together(self._past, self._buffer.status())

    async def run(self) -> None:
        """Write and forget until cancelled; then flush within four seconds."""
        if self._url is None:
            return
        engine = open_engine(self._url)
        self.sessions = SqlSessionLog(engine)
        self._log.open(engine, self._url)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._buffer.run())
                tasks.create_task(self._forget(engine))
        finally:
            await self._buffer.stop(_FLUSH_SECONDS)
            self._begin_anew()
            self.sessions = None
            await engine.dispose()

    def _catch_up(self) -> None:
        self.catch_up()  # which the fan-out sets later

    def _begin_anew(self) -> None:
        """A buffer ends with its loop; what comes between two runs waits for the next one."""
        ended, self._buffer = self._buffer, self._new_buffer()
        self._past = _together(self._past, ended.status())

    def _new_buffer(self) -> Buffer:
        options = BufferOptions(capacity=self._settings.buffer_events)
        buffer = Buffer(self._log, options, clock=self._clock)
        buffer.catch_up = self._catch_up
        return buffer

    async def _forget(self, engine: AsyncEngine) -> None:
        settings = self._settings
        while not (self._is_ours() and await self._is_prepared()):  # noqa: ASYNC110 - retried
            await asyncio.sleep(_RETRY_SECONDS)
        await keep_pruned(
            engine, settings.retention_days, settings.max_database_mb * 1024 * 1024,
            clock=self._clock,
        )  # fmt: skip

    async def _is_prepared(self) -> bool:
        try:
            await self._log.prepared()
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
