"""An answer that is still coming: its permits are held, and its call ends, with its last item."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, Generic, Protocol, TypeVar

from holdfast.events import Verdict
from holdfast.resilience.policy import Call
from holdfast.validation.validator import judge

Item = TypeVar("Item")


class Watch(Protocol):
    """Looks at a stream's items as they pass, and judges the whole at its end."""

    def feed(self, item: Any) -> None:
        """See one item. Never raises, never waits."""

    def end(self) -> Verdict | None:
        """Judge what was seen; may raise `ProtocolError` when the stream was cut short."""


class OpenStream(Generic[Item]):
    """The items of *items*; *head* is what came before them (a response with its headers).

    Iterating to the end, an error, `aclose` or losing the last reference ends the call, once.
    Closing early is no failure. A rejected or truncated stream raises after its last item.
    """

    def __init__(
        self, items: AsyncIterator[Item], *, head: Any = None, watch: Watch | None = None
    ) -> None:
        self.head = head
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
        """Keep *call* open until the stream ends; *started* is the attempt's monotonic start."""
        self._call, self._started, self._report = call, started, report
        self._attempt, self._loop = call.attempts, asyncio.get_running_loop()
        call.held = True
        if self._ahead:
            call.first_byte_ms = (call.clock.monotonic() - started) * 1000

    def __aiter__(self) -> "OpenStream[Item]":
        return self

    async def __anext__(self) -> Item:
        try:
            item = self._ahead.pop() if self._ahead else await self._items.__anext__()
        except StopAsyncIteration:
            self._judge()
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
        close = getattr(items, "aclose", None)
        if close is not None:
            await close()

    def end(self, error: BaseException | None) -> None:
        """The stream is over: settle the policies, report the call. Only the first end counts."""
        call, self._call = self._call, None
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
