"""WebSockets on the simulator's port: any provider's talk, and every fault of it."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from holdfast.simulator import running
from holdfast.simulator.provider import Operation, Provider, SocketOperation
from holdfast.simulator.talk import Close, CutShort, Frame, Mapped, Message, Talk
from holdfast.simulator.wire import Answer, Call, Refused
from tests.simulator.calls import fate, outside, play

pytestmark = pytest.mark.real_time

QUIET_SECONDS = 0.2


class Parrot(Talk):
    """Greets, says everything twice, and goodbye when told so."""

    quiet_seconds = QUIET_SECONDS

    def begin(self) -> Iterable[Frame]:
        """A greeting."""
        return ['{"hello": 1}']

    def hear(self, message: Message, /) -> Iterable[Frame]:
        """It twice."""
        return ['{"end": 1}', Close()] if message == "bye" else [message, message]

    def quiet(self) -> Iterable[Frame]:
        """Impatience."""
        return [Close(1011, "say something")]


class Zoo(Provider):
    """One socket, below a path with a name."""

    name: ClassVar[str] = "zoo"
    operations: tuple[Operation, ...] = ()

    def __init__(self) -> None:
        twists = {
            "truncated_stream": lambda _call, talk: CutShort(talk, lambda f: "end" in str(f)),
            "empty_success": lambda _call, talk: Mapped(talk, lambda f: None if f == "x" else f),
        }
        self.sockets = (SocketOperation("talk", "/cages/{cage}", self._open, twists),)

    def _open(self, call: Call) -> Talk:
        if call.headers.get("key") != "k":
            raise Refused(self.error(call, 401))
        assert call.parameters["cage"] == "a"
        return Parrot()

    def error(self, call: Call, status: int, code: str | None = None) -> Answer:
        """Any status."""
        return Answer(status, document={"sorry": code})

    def codes(self, status: int) -> tuple[str, ...]:
        """None."""
        return ()

    def unknown_path(self, call: Call) -> Answer:
        """Nothing there."""
        return Answer(404, document={})

    def headers(self, call: Call) -> dict[str, str]:
        """A number."""
        return {"x-number": str(call.number)}


@asynccontextmanager
async def stage(**scenario: Any) -> AsyncIterator[tuple[str, Any]]:
    """The socket's address, and a client for the control routes."""
    async with running(providers=[Zoo()]) as url, outside(url) as control:
        if scenario:
            await play(control, "zoo", **scenario)
        yield f"{url.replace('http', 'ws')}/zoo/cages/a?x=1", control


def talking(address: str, key: str = "k", **options: Any) -> connect:
    """A plain client."""
    return connect(address, additional_headers={"key": key}, proxy=None, **options)


async def rest(socket: ClientConnection) -> tuple[list[Message], int | None]:
    """What is said until the end, and the code of the goodbye (None: there was none)."""
    said = []
    try:
        while True:
            said.append(await socket.recv())
    except ConnectionClosed as closed:
        return said, closed.rcvd.code if closed.rcvd else None


async def test_a_talk_is_held_counted_and_written_down() -> None:
    """Text and bytes go both ways; a subprotocol that is offered is taken."""
    async with stage() as (address, control):
        async with talking(address, subprotocols=["token"]) as socket:
            await socket.send(b"\0x")
            await socket.send("bye")
            said = await rest(socket)
            assert socket.subprotocol == "token"
        records = (await control.get("/_requests")).json()["requests"]
        assert (await fate(control, "zoo"))["calls"] == 1
    assert said == (['{"hello": 1}', b"\0x", b"\0x", '{"end": 1}'], 1000)
    (record,) = records
    assert (record["operation"], record["status"], record["outcome"]) == ("talk", 101, "answered")
    assert record["answer_bytes"] == 12 + 4 + 10


async def test_a_provider_can_refuse_to_open_and_to_wait() -> None:
    """An HTTP answer of its own before, a goodbye of its own after."""
    async with stage() as (address, _):
        with pytest.raises(InvalidStatus) as refused:
            await talking(address, key="wrong")
        async with talking(address) as socket:
            said = await rest(socket)
    response = refused.value.response
    assert (response.status_code, response.headers["x-number"]) == (401, "1")
    assert json.loads(response.body or b"") == {"sorry": None}
    assert said == (['{"hello": 1}'], 1011)


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        ({"kind": "hang"}, ([], None)),
        ({"kind": "early_close"}, (['{"hello": 1}', "x"], None)),
        ({"kind": "malformed"}, (['{"hell', "", "", '{"end'], 1000)),
        ({"kind": "truncated_stream"}, (['{"hello": 1}', "x", "x"], 1000)),
        ({"kind": "empty_success"}, (['{"hello": 1}', '{"end": 1}'], 1000)),
        (
            {"kind": "latency", "delay_seconds": 0.01},
            (['{"hello": 1}', "x", "x", '{"end": 1}'], 1000),
        ),
    ],
)
async def test_every_fault_of_a_talk(
    scenario: dict[str, Any], said: tuple[list[Message], int | None]
) -> None:
    """Deaf, lost, garbled, cut, emptied, slow; each is counted."""
    async with stage(**scenario) as (address, control):
        async with talking(address, close_timeout=0.1) as socket:
            await socket.send("x")
            await socket.send("bye")
            if scenario["kind"] == "hang":
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.2):
                        await socket.recv()
            else:
                assert await rest(socket) == said
        assert (await fate(control, "zoo"))["faulted"] == 1


@pytest.mark.parametrize(
    ("scenario", "status"),
    [({"kind": "error", "status": 503}, 503), ({"kind": "rate_limited"}, 429)],
)
async def test_a_fault_can_refuse_the_handshake(scenario: dict[str, Any], status: int) -> None:
    """Once; the next one is taken."""
    async with stage(**scenario, times=1) as (address, _):
        with pytest.raises(InvalidStatus) as refused:
            await talking(address)
        async with talking(address) as socket:
            assert await socket.recv()
    assert refused.value.response.status_code == status


async def test_a_client_that_leaves_is_noticed_and_stopping_waits_for_nobody() -> None:
    """The record says who went; an open socket does not hold the simulator up."""
    async with stage() as (address, control):
        async with talking(address) as socket:
            await socket.recv()
        async with asyncio.timeout(5):
            while not (records := (await control.get("/_requests")).json()["requests"]):
                await asyncio.sleep(0.01)
        assert records[0]["outcome"] == "client_gone"
        await play(control, "zoo", kind="hang")
        left = await talking(address, close_timeout=0.1)
    async with asyncio.timeout(5):
        await left.close()
