"""One ASGI request, played by hand against the middleware on the jumping clock."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from holdfast.events import Event, RequestFinished
from holdfast.middleware.report import (
    ASGIApp,
    Connections,
    Identify,
    Message,
    Receive,
    ReportRequests,
    Send,
)
from tests.jumping_time import jumping_clock

DISCONNECT: Message = {"type": "http.disconnect"}


class Exchange:
    """A request to *app*, and what the middleware told of it.

    *incoming* are the messages the server hands over, then silence; *refuse_after* body messages
    the connection is gone and sending raises. *disconnected* is what uvicorn knows of the client.
    """

    disconnected = False

    def __init__(
        self, app: ASGIApp, *, method: str = "GET", headers: Mapping[str, str] | None = None,
        incoming: Sequence[Message] = (), refuse_after: int | None = None,
        identify: Identify = lambda _: (None, None),
    ) -> None:  # fmt: skip
        self.told: list[Event] = []
        self.sent: list[Message] = []
        self.connections = Connections()
        self.scope: dict[str, Any] = {
            "type": "http", "method": method, "path": "/x", "headers": [
                (name.lower().encode(), value.encode("latin-1"))
                for name, value in (headers or {}).items()
            ],
        }  # fmt: skip
        self._middleware = ReportRequests(
            app,
            sink=self.told.append,
            clock=jumping_clock(),
            connections=self.connections,
            identify=identify,
        )
        self._incoming = list(incoming)
        self._refuse_after = refuse_after

    async def play(self) -> RequestFinished:
        """The one fact that the request ended with; raises what escaped the application."""
        try:
            await self._middleware(self.scope, self._receive, self._send)
        finally:
            assert self.connections.requests == 0
            assert len(self.told) == 1
        return self.finished

    @property
    def finished(self) -> RequestFinished:
        """How the request ended."""
        event = self.told[-1]
        assert isinstance(event, RequestFinished)
        return event

    async def _receive(self) -> Message:
        if self._incoming:
            return self._incoming.pop(0)
        await asyncio.Event().wait()
        raise AssertionError("nothing more comes")

    async def _send(self, message: Message) -> None:
        bodies = sum(one["type"] == "http.response.body" for one in self.sent)
        if message["type"] == "http.response.body" and bodies == self._refuse_after:
            raise OSError("the connection is gone")
        self.sent.append(message)


def body(content: bytes = b"", *, more: bool = False) -> Message:
    """A piece of a request's body."""
    return {"type": "http.request", "body": content, "more_body": more}


async def begin(send: Send, status: int = 200) -> None:
    """Start a response."""
    await send({"type": "http.response.start", "status": status, "headers": []})


async def piece(send: Send, content: bytes = b"", *, more: bool = False) -> None:
    """Send a piece of the response's body."""
    await send({"type": "http.response.body", "body": content, "more_body": more})


def answering(status: int = 200, *, after: float = 0.0, then: float = 0.0) -> ASGIApp:
    """An application that answers ``ok`` *after* seconds, and works *then* seconds longer."""

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        await asyncio.sleep(after)
        await begin(send, status)
        await piece(send, b"ok")
        await asyncio.sleep(then)

    return app
