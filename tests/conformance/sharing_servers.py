"""The places where processes meet: memory, Valkey, Redis, and Valkey over a bad network.

A test module takes the fixtures by ``pytest_plugins``.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

import pytest

from holdfast.resilience.shared import SharedState
from holdfast.resilience.shared_memory import MemorySharedState
from holdfast.storage.redis import RedisSharedState, open_shared_state
from tests.fault_proxy import FaultProxy, Faults
from tests.valkey_server import Server, running

JITTERY = Faults(latency_seconds=0.002, jitter_seconds=0.004)


class Meeting:
    """One place, empty at first, where any number of processes may `join`."""

    def __init__(self, url: str | None) -> None:
        self._url, self._prefix = url, f"test-{secrets.token_hex(4)}"
        self._now = 0.0
        self._memory = MemorySharedState(lambda: self._now)
        self._joined: list[RedisSharedState] = []

    def join(self) -> SharedState:
        """Another process's way to the same state."""
        if self._url is None:
            return self._memory
        self._joined.append(open_shared_state(self._url, prefix=self._prefix))
        return self._joined[-1]

    async def wait(self, seconds: float) -> None:
        """Let time pass there."""
        if self._url is None:
            self._now += seconds
        else:
            await asyncio.sleep(seconds)

    async def forget(self) -> None:
        """Lose everything, scripts included, as a restart without a disk does."""
        if self._url is None:
            self._memory.forget()
        else:
            one = open_shared_state(self._url)
            await one._client.flushall()
            await one._client.script_flush()
            await one.close()

    async def close(self) -> None:
        """Let everybody go."""
        for state in self._joined:
            await state.close()


Meet = Callable[[], AbstractAsyncContextManager[Meeting]]
"""Opens a place for one test."""


@pytest.fixture(scope="session")
def valkey() -> Iterator[Server]:
    """A Valkey for all tests that do it no harm."""
    with running("valkey") as server:
        yield server


@pytest.fixture(scope="session")
def redis() -> Iterator[Server]:
    """The same of Debian's Redis."""
    with running("redis") as server:
        yield server


@pytest.fixture
def own_valkey() -> Iterator[Server]:
    """A Valkey that the test may freeze and kill."""
    with running("valkey") as server:
        yield server


FAR_AWAY = pytest.param("valkey far away", marks=pytest.mark.deep)


@pytest.fixture(params=["memory", "valkey", "redis", FAR_AWAY])
def meet(request: pytest.FixtureRequest) -> Meet:
    """Each kind of place that fulfils `SharedState`."""
    if request.param == "memory":
        return partial(_meeting, None)
    server: Server = request.getfixturevalue(request.param.split()[0])
    return partial(_far_meeting if "far" in request.param else _meeting, server)


@asynccontextmanager
async def _meeting(server: Server | None, port: int | None = None) -> AsyncIterator[Meeting]:
    url = None if server is None else server.url.replace(str(server.port), str(port or server.port))
    meeting = Meeting(url)
    try:
        yield meeting
    finally:
        await meeting.close()


@asynccontextmanager
async def _far_meeting(server: Server) -> AsyncIterator[Meeting]:
    async with FaultProxy(server.port) as proxy:
        proxy.become(JITTERY)
        async with _meeting(server, proxy.port) as meeting:
            yield meeting
