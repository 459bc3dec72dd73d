"""A request through its operation's guard and back, for whichever HTTP library asked.

Every attempt sends the same request again, headers included. A header that must be fresh each
time (a nonce, a date that is signed) belongs into a transport further in.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import aclosing
from functools import partial
from typing import Any, Protocol, Required, TypedDict

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.errors import ProtocolError, ProviderError
from holdfast.events import Sink, discard
from holdfast.guard.controls import limiter_of
from holdfast.guard.guard import Guard
from holdfast.guard.stream import OpenStream
from holdfast.integrations.address import Address
from holdfast.integrations.answer_errors import not_json
from holdfast.integrations.delivery import Delivery, Opened, Pieces, watching
from holdfast.integrations.exchange import WHOLE, Asked, Exchange, query_of
from holdfast.integrations.integration import Integration, Operation
from holdfast.integrations.library import Library
from holdfast.integrations.private_query import on_the_wire, private_values
from holdfast.integrations.quota import quotas, used_up_seconds
from holdfast.integrations.sent_requests import SentRequests
from holdfast.resilience.limiter import Limiter

MAX_BODY_BYTES = 64 * 1024 * 1024
"""An answer that is read whole is refused beyond this, as it comes and decompressed."""


class Wire(Protocol):
    """Who looks on as requests go out: a tracer."""

    def sending(self, method: str, host: str, headers: MutableMapping[str, str]) -> None:
        """An attempt goes out to *host*; *headers* may be added to."""

    def received(self, status: int) -> None:
        """The HTTP status of its answer."""


_ALWAYS_STREAMS = ("text/event-stream", "application/x-ndjson", "application/jsonl")
_SECRET_HEADERS = (
    *("authorization", "proxy-authorization", "cookie"),
    *("x-api-key", "xi-api-key", "api-subscription-key"),
)
_SHORTEST_SECRET = 6


class CarrierOptions(TypedDict, total=False):
    """The options of a `Carrier`, as transports pass them on."""

    base_url: Required[str]
    raise_provider_errors: bool
    clock: Clock
    wire: Wire | None
    sink: Sink


class Carrier:
    """Carries the requests of one client to *base_url* through *guard_for* their operation.

    An error answer becomes the library's response again, marked ``x-should-retry: false``, so
    that an official SDK raises what its users know; with *raise_provider_errors* it is raised as
    ours. Everything else that goes wrong is always ours.
    """

    def __init__(
        self,
        integration: Integration,
        guard_for: Callable[[str], Guard],
        library: Library,
        send: Callable[[Any], Awaitable[Any]],
        *,
        base_url: str,
        raise_provider_errors: bool = False,
        clock: Clock = SYSTEM_CLOCK,
        wire: Wire | None = None,
        sink: Sink = discard,
    ) -> None:
        self._wire, self._sent = wire, SentRequests(sink, clock)
        self._integration, self._guard_for, self._library = integration, guard_for, library
        self._send, self._clock, self._raises = send, clock, raise_provider_errors
        public = library.url(integration.base_url)
        further = [library.url(known) for known in integration.further_urls]
        self._address = Address(integration.name, library.url(base_url), public, further)

    async def carry(self, request: Any) -> Any:
        """The library's response to its *request*; raises `HoldfastError`."""
        asked = await self._asked(request)
        operation = self._integration.operation_of(asked)
        if operation.asks_stream(asked):
            request.headers["accept-encoding"] = "identity"
        guard = self._guard_for(operation.name)
        errand = Errand(request, operation, limiter_of(guard))
        try:
            answer = await guard.call(partial(self._attempt, errand), asked)
        except ProviderError:
            failed = errand.answer
            if self._raises or failed is None or not failed.is_refusal:
                raise
            failed.native.headers["x-should-retry"] = "false"
            return failed.native
        if isinstance(answer, OpenStream):
            return self._opened(answer)
        return self._made(answer) if answer.native is None else answer.native

    def _made(self, answer: Exchange) -> Any:
        """The library's response for an answer that no provider sent: an injected one."""
        headers = dict(answer.headers)
        return self._library.response(answer.status, headers=headers, content=answer.body)

    async def _asked(self, request: Any) -> Asked:
        path = self._address.relative(request)
        query = query_of(request.url.query)
        whole = bool(request.extensions.get(WHOLE))
        return Asked(request.method, path, query, await request.aread(), whole)

    async def _attempt(self, errand: "Errand", asked: Asked) -> Exchange | OpenStream[bytes]:
        errand.answer = None
        request, wire = errand.request, self._wire
        if wire is not None:
            wire.sending(asked.method, request.url.host, request.headers)
        with self._sent.timed(request) as sent, self._library.sending(self._integration.name):
            native = await self._send(on_the_wire(request))
            sent.status = native.status_code
        if wire is not None:
            wire.received(native.status_code)
        if native.is_success and _is_stream(errand.operation, native):
            stream = self._stream(errand.operation, asked, native)
            self._learn(errand, stream.head.begun)
            return stream
        exchange = await self._whole(asked, native)
        self._learn(errand, exchange)
        errand.answer = exchange
        error = self._error(errand.operation, exchange)
        if error is not None:
            raise cleaned(error, errand.request)
        return exchange

    def _learn(self, errand: "Errand", exchange: Exchange) -> None:
        seconds = used_up_seconds(quotas(exchange.headers, exchange.received_at))
        if seconds is not None and errand.limiter is not None:
            errand.limiter.learn(self._clock.monotonic(), seconds, (exchange.asked,))

    def _error(self, operation: Operation, exchange: Exchange) -> ProviderError | None:
        error = self._integration.read_error(exchange)
        if error is None and operation.expects_json and not exchange.is_json:
            return not_json(self._integration.name, exchange)
        return error

    async def _whole(self, asked: Asked, native: Any) -> Exchange:
        library, name = self._library, self._integration.name
        with library.receiving(name):
            pieces = await _gathered(name, native.aiter_raw())
            raw = b"".join(pieces)
            encoding = native.headers.get("content-encoding")
            body = await self._decoded(pieces, encoding) if encoding else raw
        answer = library.response(
            native.status_code,
            headers=native.headers,
            stream=library.whole_body(raw),
            extensions=native.extensions,
        )
        return self._exchange(asked, native, body, answer)

    def _exchange(self, asked: Asked, native: Any, body: bytes, answer: Any) -> Exchange:
        headers = dict(native.headers.items())
        return Exchange(asked, native.status_code, headers, body, self._clock.wall(), answer)

    async def _decoded(self, pieces: list[bytes], encoding: str) -> bytes:
        again = self._library.response(
            200, headers={"content-encoding": encoding}, content=_again(pieces)
        )
        return b"".join(await _gathered(self._integration.name, again.aiter_bytes()))

    def _stream(self, operation: Operation, asked: Asked, native: Any) -> OpenStream[bytes]:
        encoding = native.headers.get("content-encoding", "").strip().lower()
        watch = watching(operation.watch(asked), encoding) if operation.watch else None
        receiving = partial(self._library.receiving, self._integration.name)
        pieces = Pieces(native.stream, receiving, watch)
        begun = self._exchange(asked, native, b"", native)
        return OpenStream(pieces, head=Opened(begun, pieces, watch), watch=watch)

    def _opened(self, stream: OpenStream[bytes]) -> Any:
        native = stream.head.begun.native
        native.stream = self._library.passing_body(Delivery(stream, quiet=not self._raises))
        return native


class Errand:
    """One request through all its attempts, and the last attempt's whole *answer*.

    *limiter* is told what the provider's headers say about its limits.
    """

    __slots__ = ("answer", "limiter", "operation", "request")

    def __init__(self, request: Any, operation: Operation, limiter: Limiter | None) -> None:
        self.request, self.operation, self.limiter = request, operation, limiter
        self.answer: Exchange | None = None


def cleaned(error: ProviderError, request: Any) -> ProviderError:
    """*error* without the credentials of *request*, should the provider have echoed them."""
    message = str(error)
    sent = [part for name in _SECRET_HEADERS for part in request.headers.get(name, "").split()]
    for secret in (*sent, *private_values(request)):
        if len(secret) >= _SHORTEST_SECRET:
            message = message.replace(secret, "***")
    error.args = (message,)
    return error


def _is_stream(operation: Operation, native: Any) -> bool:
    kind = native.headers.get("content-type", "").lower()
    return bool(kind.startswith((*operation.streams, *_ALWAYS_STREAMS)))


async def _gathered(name: str, pieces: AsyncGenerator[bytes, None]) -> list[bytes]:
    gathered, size = [], 0
    async with aclosing(pieces):
        async for piece in pieces:
            size += len(piece)
            if size > MAX_BODY_BYTES:
                raise ProtocolError(f"{name}: the answer is longer than {MAX_BODY_BYTES} bytes")
            gathered.append(piece)
    return gathered


async def _again(pieces: list[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
