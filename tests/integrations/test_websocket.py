"""A guarded WebSocket: one call from the handshake to the close."""

import asyncio
import math

import pytest
from websockets.asyncio.server import ServerConnection

from holdfast.errors import (
    BulkheadFull,
    HoldfastError,
    InvalidRequest,
    LifecycleError,
    ProtocolError,
    Unavailable,
)
from holdfast.events import Verdict
from holdfast.integrations.websocket_request import SocketRequest
from tests.integrations.sockets import SHORT, Line, listening

pytestmark = pytest.mark.real_time


async def echo(connection: ServerConnection) -> None:
    """Say everything back, until "bye"."""
    async for message in connection:
        await connection.send(message)
        if message == "bye":
            return


async def heard(line: Line, request: SocketRequest | None = None) -> list[str | bytes]:
    """Every message, to the end."""
    async with line.open(request) as socket:
        return [message async for message in socket]


async def silent(connection: ServerConnection) -> None:
    """Say nothing, and stay."""
    await connection.wait_closed()


class Closing:
    """A watch that wants to see "bye", and rejects a conversation with "nonsense"."""

    def __init__(self) -> None:
        self.seen: list[object] = []

    @property
    def complete(self) -> bool:
        """Whether nothing that matters can follow."""
        return "bye" in self.seen

    def feed(self, item: object) -> None:
        """Keep it."""
        self.seen.append(item)

    def end(self) -> Verdict | None:
        """The whole was sense, or not; without its end it is neither."""
        if not self.complete:
            raise ProtocolError("no closing message")
        return Verdict("fail", "nonsense") if "nonsense" in self.seen else None


WATCHED = SocketRequest(watch=Closing, options=SHORT)


async def test_a_conversation_is_one_call() -> None:
    """Told at its end with its first message and its whole time; its seat is held as long."""
    async with listening(echo) as line:
        async with line.open() as socket:
            replies = []
            for said in ("one", b"two", "bye"):
                await socket.send(said)
                replies.append(await anext(socket))
            assert (line.calls, line.seats_taken) == ([], 1)
            with pytest.raises(BulkheadFull):
                await line.open().__aenter__()
            line.facts.clear()
            assert [message async for message in socket] == []
        call = line.call
        assert replies == ["one", b"two", "bye"]
        assert (call.outcome, call.attempts, line.seats_taken) == ("succeeded", 1, 0)
        assert call.first_byte_ms is not None
        assert call.latency_ms is not None
        assert 0 < call.first_byte_ms < call.latency_ms


async def test_leaving_early_is_no_failure() -> None:
    """In the middle, before anything was said, or with an error of one's own."""
    async with listening(echo) as line:
        async with line.open():
            pass
        async with line.open() as socket:
            await socket.send("one")
            async for _ in socket:
                break
        with pytest.raises(ZeroDivisionError):
            async with line.open():
                raise ZeroDivisionError
        assert [call.outcome for call in line.calls] == ["succeeded"] * 3
        assert (line.failures, line.seats_taken) == (0, 0)


async def test_a_cancelled_conversation_is_cancelled() -> None:
    """Whether it was waiting for a message or for something else: it is neutral."""
    async with listening(silent) as line:

        async def reading() -> None:
            async with line.open() as socket:
                await anext(socket)

        async def thinking() -> None:
            async with line.open():
                await asyncio.sleep(math.inf)

        for conversation in (reading, thinking):
            task = asyncio.create_task(conversation())
            while not line.seats_taken or not line.handshakes:
                await asyncio.sleep(0.001)
            await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            line.handshakes.clear()
        assert [call.outcome for call in line.calls] == ["cancelled"] * 2
        assert (line.failures, line.seats_taken) == (0, 0)


@pytest.mark.parametrize(
    ("code", "error", "counted"),
    [
        (1001, None, 0),
        (1008, InvalidRequest, 0),
        (1011, Unavailable, 1),
        (1013, Unavailable, 1),
        (4321, ProtocolError, 1),
    ],
)
async def test_how_the_provider_closes_is_what_it_means(
    code: int, error: type[HoldfastError] | None, counted: int
) -> None:
    """A goodbye is none; our mistake does not count against the provider, its own does."""

    async def closing(connection: ServerConnection) -> None:
        await connection.send("one")
        await connection.close(code, "because")

    async with listening(closing) as line:
        if error is None:
            assert await heard(line) == ["one"]
        else:
            with pytest.raises(error, match=f"ear closed the socket with {code}: because"):
                await heard(line)
        assert line.call.outcome == ("failed" if error else "succeeded")
        assert (line.call.attempts, line.failures, line.seats_taken) == (1, counted, 0)


async def test_a_lost_connection_is_a_failure() -> None:
    """1006: nobody said goodbye. Reading tells it, and so does sending."""

    async def dropping(connection: ServerConnection) -> None:
        await connection.recv()
        connection.transport.abort()

    async def reading() -> None:
        async with line.open() as socket:
            await socket.send("one")
            await anext(socket)

    async def sending() -> None:
        async with line.open() as socket:
            while True:
                await socket.send("one")
                await asyncio.sleep(0.001)

    async with listening(dropping) as line:
        for conversation in (reading, sending):
            with pytest.raises(Unavailable, match="ear: the connection was lost"):
                await conversation()
        assert [call.outcome for call in line.calls] == ["failed"] * 2
        assert (line.failures, line.seats_taken) == (2, 0)


async def test_nothing_is_sent_after_the_goodbyes() -> None:
    """The provider has not failed: the caller is late."""

    async def brief(connection: ServerConnection) -> None:
        await connection.send("bye")

    async with listening(brief) as line:
        async with line.open() as socket:
            assert [message async for message in socket] == ["bye"]
            with pytest.raises(LifecycleError, match="ear: the socket is closed"):
                await socket.send("wait")
        assert line.call.outcome == "succeeded"


async def test_a_conversation_without_its_closing_message_is_a_failure() -> None:
    """However politely the provider left."""

    async def brief(connection: ServerConnection) -> None:
        await connection.send("one")

    async with listening(brief) as line:
        with pytest.raises(ProtocolError, match="no closing message"):
            await heard(line, WATCHED)
        assert (line.call.outcome, line.failures) == ("failed", 1)


async def test_leaving_at_the_closing_message_is_judged() -> None:
    """The whole had come; an error one leaves with is not replaced."""

    async def nonsense(connection: ServerConnection) -> None:
        for message in ("nonsense", "bye"):
            await connection.send(message)
        await connection.wait_closed()

    async def listen(*, error: type[Exception] | None) -> None:
        async with line.open(WATCHED) as socket:
            async for message in socket:
                if message == "bye":
                    break
            if error is not None:
                raise error

    async with listening(nonsense) as line:
        with pytest.raises(HoldfastError, match="nonsense"):
            await listen(error=None)
        with pytest.raises(ZeroDivisionError):
            await listen(error=ZeroDivisionError)
        assert [call.error for call in line.calls] == ["SemanticError"] * 2
