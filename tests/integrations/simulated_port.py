"""One simulator on a real port for all tests of a module, in a thread and loop of its own."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from queue import SimpleQueue
from typing import Any

import httpx2

from holdfast.clock import SYSTEM_CLOCK
from holdfast.integrations.access import Access, Limits
from holdfast.integrations.client import http_client
from holdfast.integrations.integration import Integration
from holdfast.simulator import running
from holdfast.simulator.provider import Provider
from tests.integrations.guarded import Watched, guarded


@contextmanager
def simulator(providers: Sequence[Provider] | None = None) -> Iterator[str]:
    """The base URL of a simulator that stops at the end."""
    told: SimpleQueue[Any] = SimpleQueue()

    async def run() -> None:
        stop = asyncio.Event()
        async with running(providers=providers) as url:
            told.put((url, asyncio.get_running_loop(), stop))
            await stop.wait()

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    url, loop, stop = told.get(timeout=20)
    try:
        yield url
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)


class Stage:
    """A provider's client under test: *access* to the simulator, what it tells, its switches."""

    def __init__(self, name: str, access: Access, client: Watched, url: str) -> None:
        self.access, self.client = access, client
        self._scenario = f"{url}/_scenarios/{name}"

    async def play(self, kind: str, **parameters: Any) -> None:
        """Start a scenario."""
        async with httpx2.AsyncClient(trust_env=False) as http:
            answer = await http.put(self._scenario, json={"kind": kind, **parameters})
        assert answer.status_code == 200, answer.text

    async def behave(self) -> None:
        """End it."""
        async with httpx2.AsyncClient(trust_env=False) as http:
            await http.delete(self._scenario)

    @property
    def told(self) -> list[tuple[str, str, str | None]]:
        """Operation, outcome and error of every call."""
        calls = self.client.calls
        return [(call.origin.operation, call.outcome, call.error) for call in calls]


@asynccontextmanager
async def stage(
    integration: Integration, url: str, keys: dict[str, str], path: str = "", **options: Any
) -> AsyncIterator[Stage]:
    """A stage on the simulator at *url*, which behaves well again at the end."""
    base = f"{url}/{integration.name}{path}"
    async with guarded(integration, base, ours=True, **options) as client:
        access = Access(
            http=client.http, keys=keys, open_socket=_no_socket, limits=LIMITS,
            clock=SYSTEM_CLOCK, guard_for=client.guards.__getitem__,
        )  # fmt: skip
        on = Stage(integration.name, access, client, url)
        try:
            yield on
        finally:
            await on.behave()


def sdk_http(client: Watched, integration: Integration, url: str, path: str = "") -> Any:
    """An ``httpx.AsyncClient`` under the guards of *client*, as SDKs want it."""
    return http_client(
        integration, client.guards.__getitem__, base_url=f"{url}/{integration.name}{path}",
        library="httpx", timeout_seconds=5.0,
    )  # fmt: skip


LIMITS = Limits(max_text_length=10_000, max_audio_bytes=50 * 1024**2, max_audio_seconds=300.0)


def _no_socket(*_asked: Any) -> Any:
    raise AssertionError("nothing here opens a socket")
