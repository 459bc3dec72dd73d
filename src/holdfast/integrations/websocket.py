"""A WebSocket whose whole conversation is one guarded call, held until it is closed."""

import asyncio
import logging
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, ConnectionClosedOK, WebSocketException
from websockets.typing import Subprotocol

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.errors import CallFailed, LifecycleError, TimedOut
from holdfast.guard.guard import Guard
from holdfast.guard.stream import OpenStream, Watch
from holdfast.integrations.exchange import Asked
from holdfast.integrations.transport import Wire
from holdfast.integrations.websocket_address import Secrets, SocketAddress
from holdfast.integrations.websocket_errors import SocketErrors
from holdfast.integrations.websocket_request import SocketRequest
from holdfast.resilience.policy import Body

Message = str | bytes
"""Text or bytes, as the provider sent it."""

QUIET: Final = ""
"""What reading gives once, after `GuardedSocket.quiet_after`, when no message came."""

_SILENT = logging.Logger("holdfast.websocket", logging.CRITICAL + 1)  # noqa: LOG001  # nobody's to set up
"""The library would log the headers of a handshake, keys included."""


class GuardedSocket:
    """One conversation: ``async for message in socket``, ``await socket.send(message)``.

    One task may read while others send. It ends when the provider says goodbye (the iteration
    ends), when it goes without (`ProviderError`), or when we close it, which is no failure.
    """

    def __init__(self, stream: "OpenStream[Message]") -> None:
        self._stream = stream
        self._line: _Line = stream.head

    @property
    def subprotocol(self) -> str | None:
        """What was agreed on."""
        return self._line.connection.subprotocol

    def __aiter__(self) -> "GuardedSocket":
        return self

    async def __anext__(self) -> Message:
        return await anext(self._stream)

    async def send(self, message: Message) -> None:
        """Send it, when the provider takes it; `LifecycleError` after the goodbyes."""
        try:
            await self._line.connection.send(message)
        except ConnectionClosedOK:
            raise LifecycleError(
                f"{self._line.errors.name}: the socket is closed, nothing more can be sent"
            ) from None
        except ConnectionClosed as closed:
            error = self._line.errors.closed(closed)
            self._stream.end(error)
            raise error from None

    def due_in(self, seconds: float) -> None:
        """The message that is awaited now, or the next one, must come within *seconds*.

        Else reading it raises `TimedOut`. Any message settles it; the sooner of two counts.
        """
        self._line.due_in(seconds)

    def quiet_after(self, seconds: float) -> None:
        """Like `due_in` for a message that need not come: reading then gives `QUIET` instead."""
        self._line.due_in(seconds, needed=False)

    async def close(self) -> None:
        """Say goodbye. Who has seen the closing message has had the whole: that is judged."""
        try:
            if getattr(self._line.watch, "complete", False):
                self._line.over = True
                async for _ in self._stream:
                    pass
        finally:
            await self._stream.aclose()

    async def leave(self, error: BaseException) -> None:
        """Close it on the way out of *error*, which nothing may replace."""
        if isinstance(error, asyncio.CancelledError):
            self._stream.end(error)
        with suppress(CallFailed):
            await self.close()


@asynccontextmanager
async def websocket(
    guard: Guard, base_url: str, url: str, request: SocketRequest | None = None, *,
    clock: Clock = SYSTEM_CLOCK, wire: Wire | None = None,
) -> AsyncIterator[GuardedSocket]:  # fmt: skip
    """A socket to *url*, at *base_url*'s host only, as one call under *guard*.

    Raises what the guard raises, `InputRefused` for another host. The guard's deadline and its
    attempt's timeout bound the opening, and only a socket that did not open is tried again;
    its breaker and bulkhead are held until the end.
    """
    request = request or SocketRequest()
    address = SocketAddress(guard.integration, base_url, url)
    opening = _Opening(address, request, clock.wall, wire)
    socket = GuardedSocket(await guard.call(opening, address.asked))
    try:
        yield socket
    except BaseException as error:
        await socket.leave(error)
        raise
    await socket.close()


class _Connect(connect):
    """Follows no redirect: it would carry the key elsewhere."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


class _Line:
    """The messages of an open *connection*, as the items of a stream."""

    def __init__(
        self, connection: ClientConnection, errors: SocketErrors, watch: Watch | None
    ) -> None:
        self.connection, self.errors, self.watch = connection, errors, watch
        self.over = False
        self._due: float | None = None
        self._needed = True
        self._patience: asyncio.Timeout | None = None

    def __aiter__(self) -> "_Line":
        return self

    async def __anext__(self) -> Message:
        if self.over:
            raise StopAsyncIteration
        try:
            message = await self._received()
        except ConnectionClosedOK:
            raise StopAsyncIteration from None
        except ConnectionClosed as closed:
            raise self.errors.closed(closed) from None
        except TimeoutError:
            if not self._needed:
                self._due = None
                return QUIET
            raise TimedOut(f"{self.errors.name}: the message that was due did not come") from None
        error = self.errors.told(message)
        if error is not None:
            raise error
        return message

    def due_in(self, seconds: float, *, needed: bool = True) -> None:
        """Bound the wait for the next message."""
        due = asyncio.get_running_loop().time() + seconds
        if self._due is None or due < self._due:
            self._due, self._needed = due, needed
            if self._patience is not None:
                self._patience.reschedule(due)

    async def _received(self) -> Message:
        try:
            async with asyncio.timeout_at(self._due) as self._patience:
                message = await self.connection.recv()
        finally:
            self._patience = None
        self._due = None
        return message

    async def aclose(self) -> None:
        """Say goodbye, and wait for the other's a bounded time."""
        await self.connection.close()


class _Opening(Body):
    """Opens the socket: the attempt of the call. Nothing can stand in for a conversation."""

    def __init__(
        self,
        address: SocketAddress,
        request: SocketRequest,
        wall: Callable[[], float],
        wire: Wire | None,
    ) -> None:
        self._wire = wire
        self._address, self._request, self._wall = address, request, wall
        secrets = Secrets(address.asked, request.headers, request.subprotocols)
        self._errors = SocketErrors(
            address.name, secrets, request.read_error, request.read_close, request.read_message
        )

    async def __call__(self, asked: Asked) -> OpenStream[Message]:
        options = self._request.options
        watch = self._request.watch() if self._request.watch is not None else None
        line = _Line(await self._connected(asked), self._errors, watch)
        stream: OpenStream[Message] = OpenStream(
            line, head=line, watch=watch, endless=True, idle_seconds=options.idle_seconds
        )
        if options.greets:
            await self._greeted(stream)
        return stream

    async def _connected(self, asked: Asked) -> ClientConnection:
        try:
            return await self._connect()
        except (OSError, WebSocketException) as error:
            raise self._errors.refused(error, asked, self._wall()) from None

    def _connect(self) -> _Connect:
        request, options = self._request, self._request.options
        headers = dict(request.headers)
        if self._wire is not None:
            self._wire.sending("GET", urlsplit(self._address.url).hostname or "", headers)
        return _Connect(
            self._address.url,
            additional_headers=headers,
            subprotocols=[Subprotocol(one) for one in request.subprotocols] or None,
            compression=None,
            proxy=None,
            open_timeout=_or_none(options.open_seconds),
            close_timeout=_or_none(options.close_seconds),
            ping_interval=_or_none(options.ping_seconds),
            ping_timeout=_or_none(options.pong_seconds),
            max_size=options.max_message_bytes,
            logger=_SILENT,
        )

    async def _greeted(self, stream: OpenStream[Message]) -> None:
        try:
            await stream.prime()
        except BaseException:
            stream.head.connection.transport.abort()
            raise


def _or_none(seconds: float) -> float | None:
    return None if math.isinf(seconds) else seconds
