"""Between calls that must not wait and a log that may be slow, full, locked or gone."""

import asyncio
import threading
from collections import Counter, deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.events import Event, fact
from holdfast.telemetry.event_log import Batch, EventLog, EventsRefused
from holdfast.telemetry.fold import Fold
from holdfast.telemetry.redact import one_line

Word = Literal["ok", "behind", "failing", "off"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BufferOptions:
    """At most *capacity* events wait, plus the batch being written.

    A flush comes when *batch_size* events wait, or after *flush_seconds*. A log that has not
    answered after *append_seconds* is failing. The pause after a failure grows from
    *first_pause_seconds* to *longest_pause_seconds*.
    """

    capacity: int = 10_000
    batch_size: int = 200
    flush_seconds: float = 0.25
    append_seconds: float = 5.0
    first_pause_seconds: float = 0.1
    longest_pause_seconds: float = 10.0

    def __post_init__(self) -> None:
        if min(self.capacity, self.batch_size) < 1:
            raise ValueError(f"a buffer needs a capacity and a batch size >= 1, got {self}")
        if min(self.flush_seconds, self.append_seconds, self.first_pause_seconds) <= 0:
            raise ValueError(f"a buffer needs times > 0, got {self}")


@fact
class RecordStatus:
    """How the record is doing. Received events are waiting, spooled, written or dropped.

    *off*: nobody is writing. *behind*: more than two batches wait. *failing*: the last append
    failed. *dropped* counts by reason: *buffer_full* (the oldest gave way), *rejected* (the log
    does not take it as it is), *shutdown* (not known to be kept when the end came). *last_error*
    is the last failure in one redacted line, also when it is over; *last_written_at* is Unix time.
    *spooled* events (*spool_bytes*) are on disk until the database returns; more reasons are then
    *spool_full* (the oldest on disk gave way).
    """

    status: Word
    waiting: int
    written: int
    dropped: dict[str, int]
    last_error: str | None = None
    last_written_at: float | None = None
    spooled: int = 0
    spool_bytes: int = 0


class Buffer(Fold):
    """A sink for any thread, and one task (`run`) that writes what it took to *log*."""

    def __init__(
        self, log: EventLog, options: BufferOptions | None = None, *, clock: Clock = SYSTEM_CLOCK
    ) -> None:
        self.options = options or BufferOptions()
        self._clock = clock
        self._delivery = _Delivery(log, self.options.append_seconds)
        self._lock = threading.RLock()
        self._inbox: deque[Event] = deque()
        self._batches: deque[Batch] = deque()
        self._numbered = self._taken = self._written = self._failures = 0
        self._dropped: Counter[str] = Counter()
        self._last_error: str | None = None
        self._last_written_at: float | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake, self._stopping, self._ended = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._running = self._stopped = False
        self._flushes: list[tuple[int, asyncio.Future[None]]] = []

    def __call__(self, event: Event) -> None:
        """Take *event*; when full, the oldest one waiting goes."""
        self.take_in((event,), 0.0)

    def take_in(self, events: Sequence[Event], since: float) -> None:  # noqa: ARG002  # as a fold
        """Take *events*; when full, the oldest ones waiting go."""
        with self._lock:
            if self._stopped:
                self._dropped["shutdown"] += len(events)
                return
            before = len(self._inbox)
            self._inbox.extend(events)
            if (beyond := len(self._inbox) - self.options.capacity) > 0:
                for _ in range(beyond):
                    self._inbox.popleft()
                self._dropped["buffer_full"] += beyond
            is_batch = before < self.options.batch_size <= len(self._inbox)
        if is_batch:
            self._rouse()

    def status(self) -> RecordStatus:
        """A consistent picture, from any thread."""
        self.catch_up()
        with self._lock:
            waiting = self._waiting
            return RecordStatus(
                self._word(waiting), waiting, self._written, {**self._dropped},
                self._last_error, self._last_written_at,
            )  # fmt: skip

    async def run(self) -> None:
        """Write until stopped. A log that fails is tried again, after pauses that grow."""
        if self._running:  # one writer: whoever comes second waits for the first
            await self._ended.wait()
            return
        self._loop = asyncio.get_running_loop()
        self._running = True
        self._ended.clear()
        try:
            while not (self._stopped or (self._stopping.is_set() and not self._waiting)):
                await _wait(self._wake, self.options.flush_seconds)
                await self._drain()
        finally:
            self._running = False
            self._ended.set()

    async def flush(self) -> None:
        """Return once everything taken until now is kept, or dropped and counted."""
        with self._lock:
            target = self._settled + self._waiting
            if not self._waiting:
                return
            done = asyncio.get_running_loop().create_future()
            self._flushes.append((target, done))
        self._rouse()
        await done

    async def stop(self, timeout_seconds: float) -> None:
        """Write what can be written within *timeout_seconds*; the rest is counted *shutdown*."""
        self.catch_up()
        self._stopping.set()
        self._wake.set()
        # In a task of its own: who stops is often being cancelled, and asyncio.timeout does not
        # see its own cancellation there on Python 3.11.3 and older.
        ending = asyncio.create_task(self.run())
        await asyncio.wait({ending}, timeout=timeout_seconds)
        ending.cancel()
        await asyncio.wait({ending})
        self.catch_up()
        with self._lock:
            self._stopped = True
            if waiting := self._waiting:
                self._dropped["shutdown"] += waiting
            self._inbox.clear()
            self._batches.clear()
            self._taken = 0
            self._tell_flushed()

    def _rouse(self) -> None:
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop is closed: there is nobody to wake
                self._loop.call_soon_threadsafe(self._wake.set)

    @property
    def _settled(self) -> int:
        return self._written + sum(self._dropped.values())

    def _tell_flushed(self) -> None:
        reached, self._flushes = self._flushes, []
        for target, done in reached:
            if self._settled < target and not self._stopped:
                self._flushes.append((target, done))
            elif not done.done():
                done.set_result(None)

    @property
    def _waiting(self) -> int:
        return len(self._inbox) + self._taken

    def _word(self, waiting: int) -> Word:
        if self._stopped or not self._running:
            return "off"
        if self._failures:
            return "failing"
        return "behind" if waiting > 2 * self.options.batch_size else "ok"

    async def _drain(self) -> None:
        if not self._stopping.is_set():
            self._wake.clear()
        while batch := self._next():
            try:
                await self._delivery.append(batch)
            except EventsRefused as error:
                self._refused(batch, error)
            except Exception as error:  # noqa: BLE001 - a log may be away in any way
                self._failed(error)
                await self._pause()
            else:
                self._wrote(batch)

    def _next(self) -> Batch | None:
        """The batch at the head: it stays there until it is written or refused."""
        self.catch_up()
        with self._lock:
            if not self._batches and self._inbox:
                size = min(len(self._inbox), self.options.batch_size)
                events = tuple(self._inbox.popleft() for _ in range(size))
                self._batches.append(Batch(self._numbered, events))
                self._numbered += size
                self._taken += size
            return self._batches[0] if self._batches else None

    def _wrote(self, batch: Batch) -> None:
        with self._lock:
            if self._leave():
                self._taken -= len(batch)
                self._written += len(batch)
                self._failures = 0
                self._last_written_at = self._clock.wall()
                self._tell_flushed()

    def _refused(self, batch: Batch, error: EventsRefused) -> None:
        """Halve the batch until the events that are wrong stand alone; those are set aside."""
        with self._lock:
            if not self._leave():
                return
            self._failures, self._last_error = 0, one_line(error)
            if len(batch) > 1:
                self._batches.extendleft(reversed(batch.halves()))
            else:
                self._taken -= 1
                self._dropped["rejected"] += 1
                self._tell_flushed()

    def _leave(self) -> bool:
        """Take the head out of the line. False after the end: its events are counted already."""
        if not self._stopped:
            self._batches.popleft()
        return not self._stopped

    def _failed(self, error: Exception) -> None:
        with self._lock:
            self._failures += 1
            self._last_error = one_line(error)

    async def _pause(self) -> None:
        options = self.options
        # The exponent is bounded: 2.0 ** 1024 would raise after some hours of outage.
        growing = options.first_pause_seconds * 2.0 ** min(self._failures - 1, 30)
        seconds = min(growing, options.longest_pause_seconds)
        if self._stopping.is_set():
            await asyncio.sleep(min(seconds, options.flush_seconds))
        else:
            await _wait(self._stopping, seconds)


class _Delivery:
    """One append at a time: one that hangs is waited for, neither cancelled nor repeated.

    Cancelled database drivers leave connections in doubt, and some never end when the event
    loop that closes cancels them again.
    """

    def __init__(self, log: EventLog, patience_seconds: float) -> None:
        self._log, self._patience_seconds = log, patience_seconds
        self._task: asyncio.Task[None] | None = None

    async def append(self, batch: Batch) -> None:
        """Raises what the log raises, and TimeoutError while it does not answer."""
        if self._task is None:
            self._task = asyncio.create_task(self._log.append(batch))
            self._task.add_done_callback(_retrieve)
        task = self._task
        await asyncio.wait({task}, timeout=self._patience_seconds)
        if not task.done():
            raise TimeoutError(f"no answer within {self._patience_seconds:g} s")
        self._task = None
        if task.cancelled():
            raise TimeoutError("the append was cancelled")
        task.result()


def _retrieve(task: asyncio.Task[None]) -> None:
    # An error that nobody asks for would be reported when the task is collected.
    if not task.cancelled():
        task.exception()


async def _wait(event: asyncio.Event, seconds: float) -> None:
    # Not wait_for: on Python 3.11 it can swallow the cancellation that ends `stop`.
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
