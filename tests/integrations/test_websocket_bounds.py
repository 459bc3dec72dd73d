"""What bounds a conversation: the size of a message, an unanswered ping, silence, a greeting."""

import asyncio
from dataclasses import replace

import pytest
from websockets.asyncio.server import ServerConnection

from holdfast.errors import ProtocolError, TimedOut, Unavailable
from holdfast.events import AttemptFailed
from holdfast.integrations.websocket_request import SocketOptions, SocketRequest
from tests.integrations.guarded import QUICK
from tests.integrations.sockets import SHORT, listening

pytestmark = pytest.mark.real_time

QUICK_AND_SHORT = replace(QUICK, deadline_seconds=0.3, timeout_seconds=0.2)


async def test_a_message_that_is_too_long_breaks_the_protocol() -> None:
    """It is never held in memory."""

    async def shouting(connection: ServerConnection) -> None:
        await connection.send("x" * 2000)
        await connection.wait_closed()

    small = SocketRequest(options=replace(SHORT, max_message_bytes=1000))
    async with listening(shouting) as line:
        with pytest.raises(ProtocolError, match=r"a message breaks the protocol \(1009\)"):
            async with line.open(small) as socket:
                await anext(socket)
        assert line.failures == 1


async def test_an_unanswered_ping_is_a_lost_connection() -> None:
    """A provider that hangs without closing is found out."""

    async def deaf(connection: ServerConnection) -> None:
        connection.transport.pause_reading()
        await asyncio.sleep(1.0)
        connection.transport.abort()

    pinging = SocketRequest(options=replace(SHORT, ping_seconds=0.05, pong_seconds=0.05))
    async with listening(deaf) as line:
        with pytest.raises(Unavailable, match="ear: no answer to a ping"):
            async with line.open(pinging) as socket:
                await anext(socket)
        assert (line.call.outcome, line.failures) == ("failed", 1)


async def test_silence_is_bounded_when_it_is_asked_for() -> None:
    """By default a conversation may pause longer than the guard's timeout and deadline."""
    hurried = SocketRequest(options=replace(SHORT, idle_seconds=0.05))
    options = replace(QUICK_AND_SHORT, stream_idle_seconds=0.02)

    async def slow(connection: ServerConnection) -> None:
        await asyncio.sleep(0.4)
        await connection.send("one")

    async with listening(slow, options=options) as line:
        async with line.open() as socket:
            assert await anext(socket) == "one"
        with pytest.raises(TimedOut, match=r"no further item within 0\.05 s"):
            async with line.open(hurried) as socket:
                await anext(socket)
        assert [call.outcome for call in line.calls] == ["succeeded", "failed"]


async def test_a_server_that_should_greet_and_does_not_is_tried_again() -> None:
    """Until its first message has come the socket is not open."""
    greetings = iter([None, "hello"])

    async def greeting(connection: ServerConnection) -> None:
        said = next(greetings)
        if said is None:
            await connection.close(1011, "starting")
        else:
            await connection.send(said)
            await connection.wait_closed()

    async with listening(greeting) as line:
        async with line.open(SocketRequest(options=replace(SHORT, greets=True))) as socket:
            assert await anext(socket) == "hello"
        failed = [fact.reason for fact in line.facts if isinstance(fact, AttemptFailed)]
        assert failed == ["ear closed the socket with 1011: starting"]
        assert (line.call.outcome, line.call.attempts, line.seats_taken) == ("succeeded", 2, 0)


def test_bounds_are_bounds() -> None:
    """None of them may be nothing."""
    with pytest.raises(ValueError, match="bounds > 0"):
        SocketOptions(max_message_bytes=0)
