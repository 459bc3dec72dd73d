"""Inbound requests: set who the work is for, and report how each request went. Pure ASGI.

A request ends with its last body byte, so background tasks are not in its duration. Bytes are
those really received and sent. A client that leaves before the end is its own outcome.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import replace
from typing import Any, Literal

from holdfast import context
from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.events import RequestFinished, Sink, bound
from holdfast.middleware.endpoint_name import name_of
from holdfast.middleware.identity import Identity
from holdfast.middleware.route_template import RouteTemplates

ASGIScope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[ASGIScope, Receive, Send], Awaitable[None]]

Identify = Callable[[ASGIScope], tuple[str | None, str | None]]
"""Asked once a request was answered: the user's id and type, each None where it is not known."""

METHODS = frozenset(
    ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY")
)
"""Others are counted as ``_OTHER``, as OpenTelemetry's HTTP conventions ask."""

_BODIES = ("http.response.body", "http.response.pathsend")

_scope, _set_scope, _reset_scope = context.scope.get, context.scope.set, context.scope.reset


class Connections:
    """What is open right now: *scopes* of requests, each by its id, and how many sockets."""

    def __init__(self) -> None:
        self.scopes: dict[int, ASGIScope] = {}
        self.websockets = 0
        self._templates = RouteTemplates()

    @property
    def requests(self) -> int:
        """How many requests are open."""
        return len(self.scopes)

    def by_route(self) -> dict[tuple[str, str], int]:
        """Open requests by (method, route); those not routed yet have the empty route."""
        return Counter(
            (_known(scope["method"]), self._templates.of(scope))
            for scope in list(self.scopes.values())
        )


class ReportRequests:
    """Tells *sink* of every request of *app* exactly once."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        sink: Sink,
        clock: Clock = SYSTEM_CLOCK,
        connections: Connections | None = None,
        identity: Identity | None = None,
        identify: Identify | None = None,
    ) -> None:
        self.connections = connections or Connections()
        self._app, self._sink = app, bound(sink)
        self._monotonic, self._wall = clock
        self._templates = RouteTemplates()
        self._identity, self._identify = identity or Identity(), identify

    async def __call__(self, scope: ASGIScope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        kind = scope["type"]
        if kind != "http":
            await self._pass(kind, scope, receive, send)
            return
        whose = self._identity.scope_of(scope["headers"])
        token = None if whose is context.NOBODY is _scope() else _set_scope(whose)
        exchange = _Exchange(receive, send, self._monotonic, scope["method"])
        scopes = self.connections.scopes
        scopes[id(scope)] = scope
        try:
            await self._app(scope, exchange.receive, exchange.send)
        except BaseException as error:
            exchange.error = error
            raise
        finally:
            del scopes[id(scope)]
            self._sink(self._finished(scope, exchange))
            exchange.error = None  # its traceback holds this frame: a cycle for the collector
            if token is not None:
                _reset_scope(token)

    async def _pass(self, kind: str, scope: ASGIScope, receive: Receive, send: Send) -> None:
        if kind != "websocket":
            await self._app(scope, receive, send)
            return
        token = _set_scope(self._identity.scope_of(scope["headers"]))
        self.connections.websockets += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self.connections.websockets -= 1
            _reset_scope(token)

    def _finished(self, scope: ASGIScope, exchange: "_Exchange") -> RequestFinished:
        started, ended, first_byte = exchange.started, exchange.ended, exchange.first_byte
        outcome = exchange.outcome()
        whose, user_type = _scope(), None
        if self._identify is not None:
            user_id, user_type = self._identify(scope)
            if user_id is not None and whose.user_id is None:
                whose = replace(whose, user_id=user_id)
        return RequestFinished(
            self._wall(),
            _known(scope["method"]),
            self._templates.of(scope),
            exchange.status or exchange.status_unsent(outcome),
            outcome,
            ((self._monotonic() if ended is None else ended) - started) * 1000,
            None if first_byte is None else (first_byte - started) * 1000,
            exchange.request_bytes,
            exchange.response_bytes,
            exchange.error_name() if outcome == "failed" else None,
            whose,
            user_type,
            name_of(scope),
        )


Outcome = Literal["succeeded", "failed", "client_gone"]


class _Exchange:
    """Watches one request's messages."""

    __slots__ = (
        "_method", "_monotonic", "_receive", "_send", "client_left", "ended", "error",
        "first_byte", "is_ending", "request_bytes", "response_bytes", "started", "status",
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
        self.client_left = self.is_ending = False

    @property
    def disconnected(self) -> bool:
        """Whether the server has lost the client; servers say nothing to who answers him then.

        Uvicorn keeps it beside its `receive`, we as well. Nothing else may be asked: a `receive`
        of somebody's middleware cannot be begun and left, and takes what the application awaits.
        """
        return getattr(getattr(self._receive, "__self__", None), "disconnected", False) is True

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self.request_bytes += len(message.get("body", b""))
        elif message["type"] == "http.disconnect" and not self.is_ending:
            self.client_left = True
        return message

    async def send(self, message: Message) -> None:
        kind = message["type"]
        if kind == "http.response.start":
            self.client_left = self.client_left or self.disconnected
        elif kind in _BODIES and not message.get("more_body", False):
            self.is_ending = True  # a disconnect from here on is how servers end
        await self._send(message)
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
        if self.client_left:
            return "client_gone"
        if self.ended is not None:
            return "failed" if self.status >= 500 else "succeeded"
        if isinstance(self.error, OSError) or (
            self.error is not None and not isinstance(self.error, Exception)
        ):
            return "client_gone"
        return "failed"

    def status_unsent(self, outcome: Outcome) -> int:
        """What the client saw: the framework answers 500 for what escapes us."""
        return 500 if outcome == "failed" and isinstance(self.error, Exception) else 0

    def error_name(self) -> str:
        if self.error is not None:
            return type(self.error).__name__
        return str(self.status) if self.ended is not None else "IncompleteResponse"


def _known(method: str) -> str:
    return method if method in METHODS else "_OTHER"
