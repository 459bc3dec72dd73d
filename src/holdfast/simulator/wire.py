"""What travels over the simulator's port: one call in, one answer out.

`Call` and `Answer` are values, so that providers are plain functions from one to the other;
`Line` is the open connection, and the only thing here that awaits.
"""

import asyncio
import json
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from starlette.types import Receive, Send

Json = Any
"""A parsed JSON document."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a provider; *number* counts the provider's calls from 1."""

    provider: str
    operation: str
    number: int
    seed: int
    method: str
    path: str
    parameters: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""

    def dice(self, *purpose: object) -> Random:
        """Chance that depends on seed, provider, call number and *purpose* alone."""
        return Random(f"{self.seed}/{self.provider}/{self.number}/{purpose}")

    def token(self, length: int, purpose: str = "id", alphabet: str = "") -> str:
        """An identifier of *length* characters, the same for the same call of the same seed."""
        letters = alphabet or string.ascii_letters + string.digits
        return "".join(self.dice(purpose).choices(letters, k=length))

    def document(self) -> Json:
        """The JSON body; ValueError when it is none."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: a JSON *document*, or *parts* of any other body.

    *streamed*: parts are sent one by one, *pause_seconds* apart at full pace.
    *cut*: the connection is dropped after the last part, before the body is complete.
    """

    status: int = 200
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    document: Json = None
    parts: tuple[bytes, ...] = ()
    streamed: bool = False
    pause_seconds: float = 0.0
    cut: bool = False

    def body(self) -> tuple[bytes, ...]:
        """The body as it is sent."""
        if self.document is None:
            return self.parts
        return (json.dumps(self.document, ensure_ascii=False).encode(),)


class Refused(Exception):
    """The provider says no; *answer* is its documented error body."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"refused with status {answer.status}")
        self.answer = answer


class ClientLeft(Exception):
    """The client closed the connection before it was answered."""


@dataclass(slots=True)
class Line:
    """One open connection. *closing* is set when the simulator stops: nobody waits longer."""

    receive: Receive
    send: Send
    closing: asyncio.Event
    pace: float = 0.0
    sent_bytes: int = field(default=0, init=False)

    async def read(self, most_bytes: int) -> bytes | None:
        """The request's body, or None when it is larger than *most_bytes*."""
        body = bytearray()
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientLeft
            body += message.get("body", b"")
            if len(body) > most_bytes:
                return None
            if not message.get("more_body", False):
                return bytes(body)

    async def stay(self, seconds: float) -> None:
        """Wait, at most until the simulator stops; `ClientLeft` as soon as the client leaves."""
        if seconds <= 0:
            return
        left = asyncio.create_task(self._until_client_leaves())
        closing = asyncio.create_task(self.closing.wait())
        try:
            await asyncio.wait({left, closing}, timeout=seconds, return_when="FIRST_COMPLETED")
            if left.done():
                raise ClientLeft
        finally:
            left.cancel()
            closing.cancel()

    async def rest(self, seconds: float) -> None:
        """Wait, at most until the simulator stops, whatever the client does."""
        if seconds > 0:
            closing = asyncio.create_task(self.closing.wait())
            await asyncio.wait({closing}, timeout=seconds)
            closing.cancel()

    async def answer(self, answer: Answer, headers: Mapping[str, str]) -> None:
        """Send *answer* with *headers* added; a cut answer is left unfinished on purpose."""
        parts = answer.body()
        fields = {"content-type": answer.media_type, **headers, **answer.headers}
        if not answer.streamed:
            fields["content-length"] = str(sum(map(len, parts)) + answer.cut)
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields.items()]
        await self.send({"type": "http.response.start", "status": answer.status, "headers": raw})
        for part in parts:
            await self.send({"type": "http.response.body", "body": part, "more_body": True})
            self.sent_bytes += len(part)
            await self.stay(answer.pause_seconds * self.pace)
        if not answer.cut:
            await self.send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _until_client_leaves(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass
