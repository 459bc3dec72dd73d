"""Messages that are due, errors that are told in messages, and what a conversation cost."""

import asyncio
import json

import pytest
from websockets.asyncio.server import ServerConnection

from holdfast.errors import ProviderError, QuotaExhausted, TimedOut
from holdfast.events import CallFinished, Event, Usage, Verdict
from holdfast.guard.controls import Controls
from holdfast.integrations.deepgram import DEEPGRAM
from holdfast.integrations.exchange import parsed
from holdfast.integrations.guards import guards_of
from holdfast.integrations.websocket import QUIET, websocket
from holdfast.integrations.websocket_request import SocketRequest
from tests.integrations.guarded import QUICK
from tests.integrations.sockets import SHORT, listening

pytestmark = pytest.mark.real_time

PATIENT = 5.0


async def mute(connection: ServerConnection) -> None:
    """Says nothing."""
    await connection.wait_closed()


async def echo(connection: ServerConnection) -> None:
    """Says what it hears."""
    async for message in connection:
        await connection.send(message)


async def test_a_due_message_that_does_not_come_is_a_failure() -> None:
    """Also for a reader who waited before it became due."""
    async with listening(mute) as line, line.open() as socket:
        reading = asyncio.ensure_future(anext(socket))
        await asyncio.sleep(0.05)
        socket.due_in(PATIENT)
        socket.due_in(0.05)
        with pytest.raises(TimedOut, match="ear: the message that was due did not come"):
            await reading
    assert (line.call.outcome, line.failures) == ("failed", 1)


async def test_a_message_settles_what_was_due() -> None:
    """The next wait has no end again."""
    async with listening(echo) as line, line.open() as socket:
        socket.due_in(PATIENT)
        await socket.send("one")
        assert await anext(socket) == "one"
        reading = asyncio.ensure_future(anext(socket))
        await asyncio.sleep(0.1)
        assert not reading.done()
        await socket.send("two")
        assert await reading == "two"
    assert line.call.outcome == "succeeded"


async def test_what_need_not_come_is_quiet_once() -> None:
    """And the conversation goes on."""
    async with listening(echo) as line, line.open() as socket:
        socket.quiet_after(0.05)
        assert await anext(socket) == QUIET
        await socket.send("one")
        assert await anext(socket) == "one"
    assert line.call.outcome == "succeeded"


def read_message(message: str | bytes) -> ProviderError | None:
    """A table of one error."""
    told = parsed(str(message).encode())
    return QuotaExhausted(f"no money for {told['for']}") if told.get("error") else None


async def test_an_error_in_a_message_ends_the_call_with_its_class() -> None:
    """What it repeats of the handshake is left out."""
    request = SocketRequest(
        headers={"x-key": "secret-word"}, read_message=read_message, options=SHORT
    )
    async with listening(echo) as line, line.open(request) as socket:
        await socket.send(json.dumps({"for": "you"}))
        assert await anext(socket)
        await socket.send(json.dumps({"error": True, "for": "secret-word"}))
        with pytest.raises(QuotaExhausted, match=r"^no money for \*\*\*$"):
            await anext(socket)
    assert (line.call.outcome, line.call.error) == ("failed", "QuotaExhausted")


class Counted:
    """A watch that counts messages as credits."""

    def __init__(self) -> None:
        self.seen = 0

    def feed(self, _item: str | bytes) -> None:
        """One more."""
        self.seen += 1

    def end(self) -> Verdict | None:
        """Nothing to say."""
        return None

    def usage(self) -> Usage | None:
        """As many as were seen."""
        return Usage("credits", float(self.seen))


@pytest.mark.parametrize("leaves", [True, False])
async def test_a_conversation_tells_what_it_cost(*, leaves: bool) -> None:
    """However it ends, the guards of an integration write it on the call."""
    facts: list[Event] = []
    guards = guards_of(DEEPGRAM, QUICK, controls=Controls(), sink=facts.append)
    request = SocketRequest(watch=Counted, options=SHORT)
    async with (
        listening(echo) as line,
        websocket(guards["stt-live"], line.url, "/listen", request) as socket,
    ):
        for _ in range(2):
            await socket.send("x")
            await anext(socket)
        if not leaves:
            await socket.close()
    (call,) = [fact for fact in facts if isinstance(fact, CallFinished)]
    assert (call.outcome, call.usage) == ("succeeded", Usage("credits", 2.0))
