"""Inbound requests: set who the work is for, and report how each request went. Pure ASGI.

A request ends with its last body byte, so background tasks are not in its duration. Bytes are
those really received and sent. A client that leaves before the end is its own outcome.
"""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Literal

from holdfast import context
from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.events import RequestFinished, Scope, Sink
from holdfast.middleware.route_template import RouteTemplates

ASGIScope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[ASGIScope, Receive, Send], Awaitable[None]]

METHODS = frozenset(
    ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY")
)
"""Others are counted as ``_OTHER``, as OpenTelemetry's HTTP conventions ask."""

_BODIES = ("http.response.body", "http.response.pathsend")

_scope, _set_scope, _reset_scope = context.scope.get, context.scope.set, context.scope.reset

_LONGEST_ID = 128
_LONGEST_PARENT = len("00-") + 32 + len("-") + 16 + len("-00")
_TRACEPARENT = re.compile(rb"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(?:-|$)")


class Connections:
    """How many requests and sockets are open right now."""

    def __init__(self) -> None:
        self.requests = self.websockets = 0


class ReportRequests:
    """Tells *sink* of every request of *app* exactly once."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        sink: Sink,
        clock: Clock = SYSTEM_CLOCK,
        connections: Connections | None = None,
    ) -> None:
        self.connections = connections or Connections()
        self._app, self._sink = app, sink
        self._monotonic, self._wall = clock
        self._templates = RouteTemplates()

    async def __call__(self, scope: ASGIScope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        kind = scope["type"]
        if kind != "http":
            await self._pass(kind, scope, receive, send)
            return
        whose = _scope_of(scope["headers"])
        token = None if whose is context.NOBODY is _scope() else _set_scope(whose)
        exchange = _Exchange(receive, send, self._monotonic, scope["method"])
        self.connections.requests += 1
        try:
            await self._app(scope, exchange.receive, exchange.send)
        except BaseException as error:
            exchange.error = error
            raise
        finally:
            self.connections.requests -= 1
            self._sink(self._finished(scope, exchange))
            if token is not None:
                _reset_scope(token)

    async def _pass(self, kind: str, scope: ASGIScope, receive: Receive, send: Send) -> None:
        if kind != "websocket":
            await self._app(scope, receive, send)
            return
        token = _set_scope(_scope_of(scope["headers"]))
        self.connections.websockets += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self.connections.websockets -= 1
            _reset_scope(token)

    def _finished(self, scope: ASGIScope, exchange: "_Exchange") -> RequestFinished:
        method = scope["method"]
        started, ended, first_byte = exchange.started, exchange.ended, exchange.first_byte
        outcome = exchange.outcome()
        return RequestFinished(
            self._wall(),
            method if method in METHODS else "_OTHER",
            self._templates.of(scope),
            exchange.status or exchange.status_unsent(outcome),
            outcome,
            ((self._monotonic() if ended is None else ended) - started) * 1000,
            None if first_byte is None else (first_byte - started) * 1000,
            exchange.request_bytes,
            exchange.response_bytes,
            exchange.error_name() if outcome == "failed" else None,
            _scope(),
        )


Outcome = Literal["succeeded", "failed", "client_gone"]


class _Exchange:
    """Watches one request's messages."""

    __slots__ = (
        "_method", "_monotonic", "_receive", "_send", "client_left", "ended", "error",
        "first_byte", "request_bytes", "response_bytes", "started", "status",
    )  # fmt: skip
    first_byte: float | None
    ended: float | None
    error: BaseException | None

    def __init__(
        self, receive: Receive, send: Send, monotonic: Callable[[], float], method: str
    ) -> None:
        self._receive, self._send = receive, send
        self._monotonic, self._method = monotonic, method
        self.started = monotonic()
        self.first_byte = self.ended = self.error = None
        self.status = self.request_bytes = self.response_bytes = 0
        self.client_left = False

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self.request_bytes += len(message.get("body", b""))
        elif message["type"] == "http.disconnect" and self.ended is None:
            self.client_left = True
        return message

    async def send(self, message: Message) -> None:
        await self._send(message)
        kind = message["type"]
        if kind == "http.response.start":
            self.status = message["status"]
        elif kind in _BODIES:
            # Servers send no body after HEAD; of a file they send by its path we know no size.
            size = 0 if self._method == "HEAD" else len(message.get("body", b""))
            self.response_bytes += size
            if not message.get("more_body", False):
                if self.ended is None:
                    self.ended = self._monotonic()
                    if self.first_byte is None:
                        self.first_byte = self.ended
            elif size and self.first_byte is None:
                self.first_byte = self._monotonic()

    def outcome(self) -> Outcome:
        if self.ended is not None:
            return "failed" if self.status >= 500 else "succeeded"
        gone = self.client_left or isinstance(self.error, OSError)
        if gone or (self.error is not None and not isinstance(self.error, Exception)):
            return "client_gone"
        return "failed"

    def status_unsent(self, outcome: Outcome) -> int:
        """What the client saw: the framework answers 500 for what escapes us."""
        return 500 if outcome == "failed" and isinstance(self.error, Exception) else 0

    def error_name(self) -> str:
        if self.error is not None:
            return type(self.error).__name__
        return str(self.status) if self.ended is not None else "IncompleteResponse"


def _scope_of(headers: list[tuple[bytes, bytes]]) -> Scope:
    session = trace = parent = None
    for name, value in headers:
        if name == b"x-session-id":
            session = _readable(value)
        elif name == b"traceparent" and (found := _TRACEPARENT.match(value)):
            trace, parent = found[1].decode(), value[:_LONGEST_PARENT].decode()
    if session is trace is None:
        return context.NOBODY
    return Scope(session, None, None, None, trace, parent)


def _readable(value: bytes) -> str | None:
    """An identifier from outside: printable and of bounded length, else none at all."""
    text = value.decode("latin-1").strip()
    return text if 0 < len(text) <= _LONGEST_ID and text.isprintable() else None
