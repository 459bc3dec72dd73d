"""An answer that is still coming: its permits are held, and its call ends, with its last item."""

import asyncio
import math
import weakref
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any, Generic, Protocol, TypeVar

from holdfast.errors import DeadlineExceeded, TimedOut
from holdfast.events import Verdict
from holdfast.guard.stream_times import Patience
from holdfast.resilience.policy import Call
from holdfast.resilience.timeout import Lasting
from holdfast.validation.validator import judge

Item = TypeVar("Item")


class Watch(Protocol):
    """Looks at a stream's items as they pass, and judges the whole at its end."""

    def feed(self, item: Any) -> None:
        """See one item. Never raises, never waits."""

    def end(self) -> Verdict | None:
        """Judge what was seen; may raise `ProtocolError` when the stream was cut short."""


class OpenStream(Lasting, Generic[Item]):
    """The items of *items*; *head* is what came before them (a response with its headers).

    Iterating to the end, an error, `aclose` or losing the last reference ends the call, once.
    Closing early is no failure. A rejected or truncated stream raises after its last item.

    While it is held, a wait for an item that exceeds the guard's ``stream_idle_seconds`` raises
    `TimedOut`, and the call's deadline ends it with `DeadlineExceeded`. A reader who lets the
    deadline pass without reading has left: nothing is held against the provider. An *endless*
    one (a conversation) has no deadline once it is open, and only an *idle_seconds* of its own.
    """

    def __init__(
        self,
        items: AsyncIterator[Item],
        *,
        head: Any = None,
        watch: Watch | None = None,
        endless: bool = False,
        idle_seconds: float = math.inf,
    ) -> None:
        self.head = head
        self._endless, self._idle_seconds = endless, idle_seconds
        self._patience: Patience | None = None
        self._items = items
        self._ahead: list[Item] = []
        self._watch = watch
        self._call: Call | None = None
        self._attempt = 0
        self._report: Callable[[Call, BaseException | None], None] | None = None
        self._started = 0.0

    async def prime(self) -> None:
        """Await the first item now and keep it, so that a stream that never starts fails here."""
        try:
            self._ahead.append(await self._items.__anext__())
        except StopAsyncIteration:
            self._items = Nothing()

    def hold(
        self, call: Call, started: float, report: Callable[[Call, BaseException | None], None]
    ) -> None:
        """Keep *call* open until the stream ends; *started* is the attempt's monotonic start.

        A guard around a guarded stream holds it too: both calls end with it.
        """
        call.held = True
        if self._call is not None:
            self._end_with(self._call, call, started, report)
            return
        self._call, self._started, self._report = call, started, report
        self._attempt, self._loop = call.attempts, asyncio.get_running_loop()
        if self._ahead:
            call.first_byte_ms = (call.clock.monotonic() - started) * 1000
        remaining = None if self._endless else call.remaining_seconds()
        if remaining is not None or self._idle_seconds < math.inf:
            self._bound(math.inf if remaining is None else remaining)

    def wait_at_most(self, idle_seconds: float) -> None:
        """Bound each wait for an item, unless it is bound tighter, or endless."""
        if self._endless or idle_seconds >= self._idle_seconds:
            return
        self._idle_seconds = idle_seconds
        if self._patience is not None:
            self._patience.wait_at_most(idle_seconds)
        else:
            self._bound(math.inf)

    def __aiter__(self) -> "OpenStream[Item]":
        return self

    async def __anext__(self) -> Item:
        try:
            if self._ahead:
                item = self._ahead.pop()
            elif self._patience is None:
                item = await self._items.__anext__()
            else:
                with self._patience:
                    item = await self._items.__anext__()
        except StopAsyncIteration:
            self._judge()
            raise
        except TimedOut as error:
            self.end(error)
            await self._give_up(error)
            raise
        except BaseException as error:
            self.end(error)
            raise
        call = self._call
        if call is not None and call.first_byte_ms is None:
            call.first_byte_ms = (call.clock.monotonic() - self._started) * 1000
        if self._watch is not None:
            self._watch.feed(item)
        return item

    async def aclose(self) -> None:
        """Stop reading; the provider did answer, so this is no failure."""
        self.end(None)
        self._ahead.clear()
        items, self._items = self._items, Nothing()
        await _close(items)

    def end(self, error: BaseException | None) -> None:
        """The stream is over: settle the policies, report the call. Only the first end counts."""
        call, self._call = self._call, None
        if self._patience is not None:
            self._patience.close()
            self._patience = None
        if call is None or self._report is None or call.attempts != self._attempt:
            return  # not held, ended before, or given up for a later attempt
        call.latency_ms = (call.clock.monotonic() - self._started) * 1000
        call.end(error)
        self._report(call, error)

    def __del__(self) -> None:
        if self._call is None:
            return
        if self._loop.is_closed():
            self.end(None)
        else:  # the garbage collector runs in any thread, and inside any lock
            self._loop.call_soon_threadsafe(self.end, None)

    def _end_with(
        self, inner: Call, call: Call, started: float,
        report: Callable[[Call, BaseException | None], None],
    ) -> None:  # fmt: skip
        outer = OpenStream[Item](Nothing(), endless=True)
        outer.hold(call, started, report)

        def ended(error: BaseException | None) -> None:
            if inner.first_byte_ms is not None:
                call.first_byte_ms = inner.first_byte_ms + (self._started - started) * 1000
            outer.end(error)

        inner.at_end(ended)

    def _bound(self, whole_seconds: float) -> None:
        if isinstance(self._items, Nothing):
            return
        dropped_or_leave = weakref.WeakMethod(self._leave)  # a timer keeps no stream alive

        def unread(error: DeadlineExceeded) -> None:
            leave = dropped_or_leave()
            if leave is not None:
                leave(error)

        self._patience = Patience(self._idle_seconds, whole_seconds, unread)

    def _leave(self, error: DeadlineExceeded) -> None:
        self.end(asyncio.CancelledError())
        self._closing = self._loop.create_task(self._give_up(error))

    async def _give_up(self, error: TimedOut) -> None:
        items, self._items = self._items, _Over(error)
        self._ahead.clear()
        with suppress(Exception):  # what has hung may well not close either
            await _close(items)

    def _judge(self) -> None:
        try:
            if self._watch is not None and self._call is not None:
                watch = self._watch
                judge(self._call, None, (lambda _: watch.end(),))
        except Exception as error:
            self.end(error)
            raise
        self.end(None)


class Nothing:
    """No items at all: the stream of a body that is not ours to iterate."""

    def __aiter__(self) -> "Nothing":
        return self

    async def __anext__(self) -> Any:
        raise StopAsyncIteration


class _Over(Nothing):
    """The rest of a stream whose time was up: it must not look like a complete one."""

    def __init__(self, error: TimedOut) -> None:
        self._error = error

    async def __anext__(self) -> Any:
        raise self._error


async def _close(items: AsyncIterator[Any]) -> None:
    close = getattr(items, "aclose", None)
    if close is not None:
        await close()
