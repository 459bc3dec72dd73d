"""A conversation over a WebSocket and a stream over HTTP count alike."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace

import pytest
from websockets.asyncio.server import ServerConnection

from holdfast.errors import CallFailed
from holdfast.events import CallFinished, Event, Outcome
from holdfast.guard.controls import circuit_of
from holdfast.guard.guard import Guard
from holdfast.integrations.exchange import Asked
from holdfast.integrations.openai import OPENAI
from holdfast.integrations.openai_answers import ChatWatch
from holdfast.integrations.websocket_request import SocketRequest
from tests.integrations.guarded import QUICK, served
from tests.integrations.loopback import Received, Reply
from tests.integrations.sockets import SHORT, listening
from tests.integrations.test_stream_transport import event

pytestmark = pytest.mark.real_time

BODY = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": True}
WORDS = (event({"content": "Hello"}), event({}, "stop"))
END = b"data: [DONE]\n\n"
IDLE_SECONDS = 0.5


@dataclass(frozen=True)
class Scene:
    """What the provider sends, how it goes, and what the reader does meanwhile."""

    name: str
    sent: tuple[bytes, ...]
    leaves: str
    reads: int | None
    outcome: Outcome
    counted: int


SCENES = (
    Scene("whole", (*WORDS, END), "politely", None, "succeeded", 0),
    Scene("truncated", WORDS, "politely", None, "failed", 1),
    Scene("dropped", WORDS, "abruptly", None, "failed", 1),
    Scene("left early", (*WORDS, END), "never", 1, "succeeded", 0),
    Scene("left at the end", (*WORDS, END), "never", 3, "succeeded", 0),
    Scene("rejected", (event({}, "stop"), END), "politely", None, "failed", 1),
    Scene("rejected, left at the end", (event({}, "stop"), END), "never", 2, "failed", 1),
    Scene("hanging", WORDS, "never", None, "failed", 1),
    Scene("reader cancelled", WORDS, "never", None, "cancelled", 0),
)

Reader = Callable[[AsyncIterator[bytes | str]], Awaitable[None]]


def reader(scene: Scene) -> Reader:
    """Reads as many pieces as *scene* says; is cancelled when that would take for ever."""

    async def read(pieces: AsyncIterator[bytes | str]) -> None:
        left = scene.reads
        async for _ in pieces:
            if left is not None and (left := left - 1) == 0:
                return

    return read


async def seen(conversation: Awaitable[None], scene: Scene) -> None:
    """Have the conversation to its end, as the scene goes."""
    task = asyncio.ensure_future(conversation)
    if scene.outcome == "cancelled":
        await asyncio.sleep(0.2)
        task.cancel()
    with suppress(CallFailed, asyncio.CancelledError):
        await task


def counted(guard: Guard, facts: list[Event]) -> tuple[list[Outcome], int]:
    """How the calls ended, and how many failures in a row the breaker knows."""
    circuit = circuit_of(guard)
    assert circuit is not None
    outcomes = [fact.outcome for fact in facts if isinstance(fact, CallFinished)]
    return outcomes, circuit.consecutive_failures


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
async def test_over_a_socket(scene: Scene) -> None:
    """The same watch, the same end: the same outcome, and the same evidence."""

    async def talk(connection: ServerConnection) -> None:
        for piece in scene.sent:
            await connection.send(piece)
        if scene.leaves == "abruptly":
            connection.transport.abort()
        if scene.leaves == "never":
            await connection.wait_closed()

    async def conversation() -> None:
        async with line.open(request) as socket:
            await reader(scene)(socket)

    options = replace(SHORT, idle_seconds=IDLE_SECONDS)
    request = SocketRequest(watch=lambda: ChatWatch(Asked("POST", "/chat")), options=options)
    async with listening(talk) as line:
        await seen(conversation(), scene)
        assert counted(line.guard, line.facts) == ([scene.outcome], scene.counted)
        assert line.seats_taken == 0


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
async def test_over_http(scene: Scene) -> None:
    """As over a socket."""

    async def script(request: Received, reply: Reply) -> None:
        await reply.begin()
        for piece in scene.sent:
            await reply.chunk(piece)
            await asyncio.sleep(0.01)  # each piece arrives by itself
        if scene.leaves == "politely":
            await reply.chunk(b"")
        if scene.leaves == "never":
            await asyncio.sleep(5.0)

    async def conversation() -> None:
        async with (
            client.http.stream("POST", "chat/completions", json=BODY) as response,
            aclosing(response.aiter_raw()) as pieces,
        ):
            await reader(scene)(pieces)

    options = replace(QUICK, stream_idle_seconds=IDLE_SECONDS)
    async with served(OPENAI, script, options=options) as client:
        await seen(conversation(), scene)
        assert counted(client.guards["chat"], client.facts) == ([scene.outcome], scene.counted)
