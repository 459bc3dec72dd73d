"""What Redis and Valkey must not be left with, and what they may answer instead of an answer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from holdfast.resilience.shared import LeaseAsk, Move, Position, ProbeAsk, SharingFailed
from holdfast.storage.redis import RedisSharedState, open_shared_state

if TYPE_CHECKING:
    from tests.valkey_server import Engine, Server

pytestmark = pytest.mark.real_time
pytest_plugins = ("tests.conformance.sharing_servers",)

SUN = ("sun", "shine")


@pytest.fixture(params=["valkey", "redis"])
def server(request: pytest.FixtureRequest) -> "Server":
    """Each kind of server."""
    found: Server = request.getfixturevalue(request.param)
    return found


@asynccontextmanager
async def opened(url: str, prefix: str = "keys") -> AsyncIterator[RedisSharedState]:
    """What is shared at *url*."""
    state = open_shared_state(url, prefix=prefix)
    try:
        yield state
    finally:
        await state.close()


async def _use(state: RedisSharedState) -> None:
    """Leave behind whatever can be left behind."""
    (told,) = await state.tell([Move(SUN, Position(0, "open", 0.0, 1.0, "why"))])
    await state.probe([ProbeAsk(SUN, told.position.generation, "holder", 5.0)])
    await state.look("member", {SUN: 0})
    await state.lease([LeaseAsk("tenant anna@example.org", 1.0, 5, 2, 0, 3.0, "member")])


async def test_every_key_expires_and_none_holds_a_name(server: "Server") -> None:
    """A prefix with a version, names nobody can read, and an end to each."""
    async with opened(server.url) as state:
        await _use(state)
        keys = [key async for key in state._client.scan_iter("*keys:1*")]
        assert len(keys) == 4
        assert all(key.startswith("{keys:1}:") for key in keys)
        assert not any("anna" in key or "sun" in key for key in keys)
        left_ms = [await state._client.pttl(key) for key in keys]
        assert all(0 < milliseconds <= 25 * 3600 * 1000 for milliseconds in left_ms)


async def test_many_breakers_are_looked_at_in_parts(server: "Server") -> None:
    """No single script keeps the server busy for long; nothing is lost between two."""
    async with opened(server.url, prefix="many") as state:
        keys = [("sun", f"operation {number}") for number in range(450)]
        await state.tell([Move(keys[n], Position(0, "open", 9.0)) for n in (0, 199, 200, 449)])
        seen = await state.look("member", dict.fromkeys(keys, 0))
        assert list(seen.moved) == [keys[n] for n in (0, 199, 200, 449)]
        assert seen.members == 1


async def test_the_server_says_who_it_is(server: "Server", request: pytest.FixtureRequest) -> None:
    """Redis and Valkey name their version and mode differently."""
    async with opened(server.url) as state:
        found = await state.server()
    engine: Engine = request.node.callspec.params["server"]
    assert (found.engine, found.mode) == (engine, "standalone")
    assert int(found.version.split(".")[0]) >= 7


async def test_a_server_that_may_not_be_written_to_is_left(server: "Server") -> None:
    """A master that became a replica answers no: the connection is dropped, the text says why."""
    async with opened(server.url) as state, opened(server.url) as operator:
        await state.lease([])
        await operator._client.replicaof("127.0.0.1", "1")
        try:
            with pytest.raises(SharingFailed, match=r"(?i)read ?only"):
                await _use(state)
        finally:
            await operator._client.replicaof("NO", "ONE")
        await _use(state)


async def test_a_wrong_password_is_not_shown(server: "Server") -> None:
    """The error tells what happened, not what was tried."""
    url = server.url.replace("redis://", "redis://nobody:hunter2@")
    async with opened(url) as state:
        with pytest.raises(SharingFailed, match=r"WRONGPASS|invalid") as caught:
            await _use(state)
        assert "hunter2" not in str(caught.value)
        assert caught.value.__cause__ is None


async def test_a_name_that_nobody_knows_is_not_guessed(server: "Server") -> None:
    """What a later version might have written is out of reach, not misread."""
    async with opened(server.url, prefix="later") as state:
        with pytest.raises(SharingFailed, match="no place"):
            await state.tell([Move(SUN, Position(0, "ajar"))])  # type: ignore[arg-type]
        with pytest.raises(SharingFailed, match="no place"):
            await state.look("member", {SUN: 0})
