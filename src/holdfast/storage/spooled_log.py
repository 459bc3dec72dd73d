"""The record when its database is away, slow or full: on disk, in order, until it returns."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.events import fact
from holdfast.storage.patience import Patience
from holdfast.storage.rows import Rows, rows_of
from holdfast.storage.set_aside import SetAside
from holdfast.storage.spool import Spool
from holdfast.storage.spool_folders import OwnedSpool, left_behind
from holdfast.storage.spool_lines import line_of, rows_of_lines
from holdfast.storage.tables_of_watch import integration_metrics
from holdfast.telemetry.event_log import Batch, EventsRefused
from holdfast.telemetry.redact import one_line

_CANNOT = (ValueError, TypeError, OverflowError, OSError)


class Store(Protocol):
    """Where rows are kept for good: `RowStore`, or what prepares its tables first."""

    async def write(self, rows: Rows, *, again: bool) -> None:
        """As `RowStore.write`."""


class SpoolOptions(NamedTuple):
    """When events go to disk, and how they come back.

    A write that takes longer than *patience_seconds* goes there; one of *replay_lines* from there
    has *replay_seconds*. The pause after a failure doubles from the first to the longest. Spools
    left behind by others are looked for every *adopt_seconds*.
    """

    max_bytes: int = 256 * 1024 * 1024
    patience_seconds: float = 1.0
    replay_seconds: float = 10.0
    replay_lines: int = 2_000
    first_pause_seconds: float = 0.1
    longest_pause_seconds: float = 10.0
    adopt_seconds: float = 30.0


@fact
class SpoolStatus:
    """What came into the database, and what did not.

    *written* events are in it (those of dead processes as well), *waiting* ones (and roll-ups of
    the last end) take *size_bytes* on disk, *dropped* counts the others by reason. *failing*: the
    last write to it failed. *written_at* is when the last one came in, Unix time.
    """

    waiting: int = 0
    size_bytes: int = 0
    written: int = 0
    dropped: dict[str, int] | None = None
    failing: bool = False
    last_error: str | None = None
    written_at: float | None = None


class SpooledLog:
    """Fulfils `EventLog` by *store*, and by files below *root* when that is in trouble.

    Between `open` and `close`, `replay` must be running. Order is kept: while something waits on
    disk, what is new goes there as well. A database that answers, but too slowly, is one as well:
    when who appends says that it *is_behind*, what it brings goes to disk at once.
    """

    def __init__(
        self, store: Store, root: Path, options: SpoolOptions | None = None,
        *, clock: Clock = SYSTEM_CLOCK, is_behind: Callable[[], bool] = lambda: False,
    ) -> None:  # fmt: skip
        self._options = options or SpoolOptions()
        self._store, self._writes = store, Patience(store)
        self._is_behind = is_behind
        self._root, self._instance, self._clock = root, "", clock
        self._own: OwnedSpool | None = None
        self._set_aside = SetAside(root, clock)
        self._dropped: Counter[str] = Counter()
        self._tried = self._failures = self._written = 0
        self._last_error: str | None = None
        self._written_at: float | None = None
        self._left = (0, 0)
        self._wake = asyncio.Event()

    def open(self, instance: str) -> None:
        """Begin under a name that is new in each life of a process (`instance_name`)."""
        self._instance, self._tried, self._left = instance, 0, (0, 0)
        self._writes = Patience(self._store)  # a former life's write may hang for ever
        self._wake = asyncio.Event()  # one belongs to the loop on which it was waited for

    async def append(self, batch: Batch) -> None:
        """As `EventLog.append`; raises OSError when neither the database nor the disk takes it."""
        rows = self._rows(batch)
        again = batch.first < self._tried
        self._tried = max(self._tried, batch.first + len(batch))
        tried = not (self._waiting() or self._is_behind())
        if tried and await self._kept(batch, rows, again):
            return
        try:
            await asyncio.to_thread(self._spool, batch)
        except OSError:
            # A full disk must not keep what is behind from a database that has returned.
            if tried or self._waiting() or not await self._kept(batch, rows, again):
                raise
        else:
            self._wake.set()

    async def put_by(self, rows: Sequence[Rows]) -> None:
        """Leave *rows*, which are of no event, to the next replay; raises OSError."""
        await asyncio.to_thread(self._put, [line_of(one) for one in rows])

    async def replay(self) -> None:
        """Bring what waits on disk into the database, until cancelled."""
        adopt_at = self._clock.monotonic()
        while True:
            if self._clock.monotonic() >= adopt_at:
                await self._replay_left_behind()
                adopt_at = self._clock.monotonic() + self._options.adopt_seconds
            if self._own is None or await self._replay_all(self._own.spool):
                await self._rest(adopt_at - self._clock.monotonic(), self._wake)
            else:
                await self._rest(self._pause_seconds(), None)

    async def sync(self) -> None:
        """Return once what was spooled is on the disk itself."""
        if self._own is not None:
            await asyncio.to_thread(self._own.spool.sync)

    def status(self) -> SpoolStatus:
        """How it fares."""
        spool = self._own.spool if self._own else None
        waiting, size_bytes = (spool.waiting, spool.size_bytes) if spool else self._left
        dropped = Counter(self._dropped)
        if spool is not None and spool.dropped:
            dropped["spool_full"] += spool.dropped
        return SpoolStatus(
            waiting, size_bytes, self._written, dict(dropped), self._failures > 0,
            self._last_error, self._written_at,
        )  # fmt: skip

    def close(self) -> None:
        """Leave what waits to the next process."""
        if self._own is not None:
            spool = self._own.spool
            self._left = (spool.waiting, spool.size_bytes)
            if spool.dropped:
                self._dropped["spool_full"] += spool.dropped
            self._own.close()
            self._own = None

    def _waiting(self) -> int:
        return self._own.spool.waiting if self._own else 0

    def _rows(self, batch: Batch) -> Rows:
        try:
            return rows_of(batch, self._instance)
        except _CANNOT as error:
            if len(batch) == 1:
                self._set_aside.put(repr(batch.events[0]), error)
            raise EventsRefused(one_line(error)) from error

    def _spool(self, batch: Batch) -> None:
        numbered = enumerate(batch.events, batch.first)
        self._put([line_of(rows_of(Batch(n, (one,)), self._instance)) for n, one in numbered])

    def _put(self, lines: list[bytes]) -> None:
        if self._own is None:
            self._own = OwnedSpool(self._root / self._instance, self._options.max_bytes)
        self._own.spool.append(lines)

    async def _kept(self, batch: Batch, rows: Rows, again: bool) -> bool:
        """Whether the database took it."""
        try:
            await self._writes.write(rows, again, self._options.patience_seconds)
        except EventsRefused as error:
            if len(batch) == 1:
                self._set_aside.put(repr(batch.events[0]), error)
            raise
        except Exception as error:  # noqa: BLE001 - a database may be away in any way
            self._failed(error)
            return False
        self._failures = 0
        self._wrote(len(batch))
        return True

    async def _replay_left_behind(self) -> None:
        found = left_behind(self._root, self._instance, self._options.max_bytes)
        while (owned := await asyncio.to_thread(next, found, None)) is not None:
            try:
                done = await self._replay_all(owned.spool)
            finally:
                owned.close()
            if not done:
                return

    async def _replay_all(self, spool: Spool) -> bool:
        """Whether nothing waits there any more."""
        size = self._options.replay_lines
        while lines := await asyncio.to_thread(spool.peek, size):
            try:
                await self._write_lines(lines)
            except Exception as error:  # noqa: BLE001 - as in `append`
                self._failed(error)
                return False
            await asyncio.to_thread(spool.take)
            self._failures = 0
        return True

    async def _write_lines(self, lines: list[bytes]) -> None:
        """Halve what is refused until the lines that are wrong stand alone; they are set aside."""
        try:
            rows = await asyncio.to_thread(rows_of_lines, lines)
            await self._writes.write(rows, True, self._options.replay_seconds)
        except EventsRefused as error:
            if len(lines) == 1:
                self._set_aside.put(lines[0].decode(errors="replace"), error)
                self._dropped["rejected"] += 1
                return
            middle = len(lines) // 2
            await self._write_lines(lines[:middle])
            await self._write_lines(lines[middle:])
        else:
            self._wrote(len(lines) - len(rows.tables.get(integration_metrics.name, ())))

    def _wrote(self, events: int) -> None:
        self._written += events
        self._written_at = self._clock.wall()

    def _failed(self, error: Exception) -> None:
        self._failures += 1
        self._last_error = one_line(error)

    def _pause_seconds(self) -> float:
        options = self._options
        growing = options.first_pause_seconds * 2.0 ** min(max(self._failures - 1, 0), 30)
        return min(growing, options.longest_pause_seconds)

    async def _rest(self, seconds: float, wake: asyncio.Event | None) -> None:
        wake = wake or asyncio.Event()
        waiting = asyncio.ensure_future(wake.wait())
        try:
            await asyncio.wait({waiting}, timeout=max(seconds, 0.0))
        finally:
            waiting.cancel()
        self._wake.clear()
