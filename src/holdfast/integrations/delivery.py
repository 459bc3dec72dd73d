"""A streamed answer on its way to the caller: bytes unchanged, looked at as they pass."""

import asyncio
import sys
import zlib
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractContextManager, suppress
from typing import Any

from holdfast.errors import CallFailed, ProviderError
from holdfast.events import Usage, Verdict
from holdfast.guard.stream import OpenStream
from holdfast.integrations.exchange import Exchange
from holdfast.integrations.integration import StreamWatch

TAIL_PATIENCE_SECONDS = 0.05
"""How long the connection's own end is waited for once the protocol's end marker has passed."""

_SELF_DESCRIBING = 47
"""zlib: either of gzip and zlib, whatever the header says."""


class Pieces:
    """The raw bytes of *body* (the library's stream) as they come, under *receiving*."""

    def __init__(
        self,
        body: Any,
        receiving: Callable[[], AbstractContextManager[None]],
        watch: StreamWatch | None,
    ) -> None:
        self.over = False
        self._body, self._receiving, self._watch = body, receiving, watch
        self._pieces = self._read()

    def __aiter__(self) -> "Pieces":
        return self

    async def __anext__(self) -> bytes:
        if self.over:
            raise StopAsyncIteration
        if self._watch is None or not self._watch.complete:
            return await anext(self._pieces)
        return await self._next_of_tail()

    async def aclose(self) -> None:
        """Give the connection back, also while another task still reads."""
        with suppress(RuntimeError):  # a generator that runs cannot be closed
            await self._pieces.aclose()
        await self._body.aclose()

    async def _next_of_tail(self) -> bytes:
        try:
            async with asyncio.timeout(TAIL_PATIENCE_SECONDS):
                return await anext(self._pieces)
        except (TimeoutError, CallFailed):  # how the connection ends no longer matters
            self.over = True
            raise StopAsyncIteration from None

    async def _read(self) -> AsyncGenerator[bytes, None]:
        with self._receiving():
            async for piece in self._body:
                yield piece


class Opened:
    """The *head* of a streamed answer.

    *begun* is the exchange without a body; *pieces* are its bytes and *watch* looks at them.
    """

    __slots__ = ("begun", "pieces", "watch")

    def __init__(self, begun: Exchange, pieces: Pieces, watch: StreamWatch | None) -> None:
        self.begun, self.pieces, self.watch = begun, pieces, watch


class Delivery:
    """What the caller's HTTP library iterates and closes.

    A caller that leaves once the end marker has passed has had the whole answer, so it is judged;
    one that leaves earlier just leaves. *quiet*: an error that the stream told in its own words
    is not told again while closing.
    """

    def __init__(self, stream: OpenStream[bytes], *, quiet: bool) -> None:
        self._stream, self._quiet = stream, quiet

    def __aiter__(self) -> "Delivery":
        return self

    async def __anext__(self) -> bytes:
        return await anext(self._stream)

    async def aclose(self) -> None:
        """End the call; raises `SemanticError` when the whole answer had come and was rejected.

        Not on the way out of another error or a cancellation: that must not be replaced.
        """
        leaving = sys.exception() is not None
        opened: Opened = self._stream.head
        try:
            if opened.watch is not None and opened.watch.complete:
                await self._settle(opened.pieces)
        except CallFailed:
            if not leaving:
                raise
        finally:
            await self._stream.aclose()

    async def _settle(self, pieces: Pieces) -> None:
        pieces.over = True
        try:
            async for _ in self._stream:
                pass
        except ProviderError:
            if not self._quiet:
                raise


class Unzipped:
    """A watch in front of *inner* that undoes gzip or deflate; the caller still gets raw bytes."""

    def __init__(self, inner: StreamWatch) -> None:
        self._inner = inner
        self._unzip = zlib.decompressobj(_SELF_DESCRIBING)
        self._broken = False

    @property
    def complete(self) -> bool:
        """Whether the inner watch has seen the end."""
        return self._inner.complete

    def feed(self, item: bytes) -> None:
        """See one raw piece; after undecodable bytes nothing more is seen."""
        if self._broken:
            return
        try:
            self._inner.feed(self._unzip.decompress(item))
        except zlib.error:
            self._broken = True

    def end(self) -> Verdict | None:
        """The inner watch's judgement."""
        return self._inner.end()

    def usage(self) -> Usage | None:
        """The inner watch's usage."""
        return self._inner.usage()


def watching(watch: StreamWatch, encoding: str) -> StreamWatch | None:
    """*watch* fit for a body of this ``content-encoding``; None when we cannot read it."""
    if encoding in ("", "identity"):
        return watch
    return Unzipped(watch) if encoding in ("gzip", "x-gzip", "deflate") else None
