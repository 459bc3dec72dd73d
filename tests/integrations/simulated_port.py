"""One simulator on a real port for all tests of a module, and a provider's clients to it."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from queue import SimpleQueue
from typing import Any

import httpx2

from holdfast.clock import SYSTEM_CLOCK
from holdfast.events import CallFinished, Usage, Verdict
from holdfast.integrations.access import Access, Limits
from holdfast.integrations.client import http_client
from holdfast.integrations.integration import Integration
from holdfast.integrations.sound_sent import MIB
from holdfast.integrations.websocket import websocket
from holdfast.simulator import running
from holdfast.simulator.provider import Provider
from tests.integrations.guarded import Watched, guarded
from tests.simulator.calls import outside, play

SECRET = "key-that-nobody-may-see"


@contextmanager
def simulator(providers: Sequence[Provider] | None = None) -> Iterator[str]:
    """The base URL of a simulator in a thread and loop of its own, which stops at the end."""
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
            assert (await http.delete(self._scenario)).status_code == 204

    @property
    def told(self) -> list[tuple[str, str, str | None]]:
        """Operation, outcome and error of every call."""
        calls = self.client.calls
        return [(call.origin.operation, call.outcome, call.error) for call in calls]

    @property
    def call(self) -> CallFinished:
        """The only call that was finished."""
        return self.client.call

    @property
    def verdict(self) -> Verdict:
        """What was said of the only call."""
        assert self.call.verdict is not None
        return self.call.verdict

    @property
    def usage(self) -> Usage:
        """What the only call cost."""
        assert self.call.usage is not None
        return self.call.usage


@asynccontextmanager
async def stage(
    integration: Integration, url: str, keys: Mapping[str, str] | None = None, path: str = "",
    *, key: str = SECRET, **options: Any,
) -> AsyncIterator[Stage]:  # fmt: skip
    """A stage on the simulator at *url*, which behaves well again at the end.

    Every key is *key* unless *keys* are given.
    """
    base, defaults = f"{url}/{integration.name}{path}", integration.defaults
    async with guarded(integration, base, ours=True, **options) as client:
        access = Access(
            http=client.http,
            keys=dict.fromkeys(integration.key_names, key) if keys is None else keys,
            open_socket=lambda path, operation, request: websocket(
                client.guards[operation], base, path, request
            ),
            limits=Limits(
                max_text_length=defaults.max_text_length,
                max_audio_bytes=defaults.max_audio_size_mb * MIB,
                max_audio_seconds=float(defaults.max_audio_duration_sec),
            ),
            clock=SYSTEM_CLOCK,
            guard_for=client.guards.__getitem__,
        )
        on = Stage(integration.name, access, client, url)
        try:
            yield on
        finally:
            await on.behave()
            assert SECRET not in f"{client.facts!r} {access!r}"


@asynccontextmanager
async def sdk_client(
    integration: Integration, url: str, path: str = "", **scenario: Any
) -> AsyncIterator[Watched]:
    """A guarded ``httpx`` client for an official SDK, while *scenario* is on."""
    base = f"{url}/{integration.name}{path}"
    async with guarded(integration, base, library="httpx") as client, outside(url) as control:
        if scenario:
            await play(control, integration.name, **scenario)
        try:
            yield client
        finally:
            await control.delete(f"/_scenarios/{integration.name}")


def sdk_http(client: Watched, integration: Integration, url: str, path: str = "") -> Any:
    """An ``httpx.AsyncClient`` under the guards of *client*, as SDKs want it."""
    return http_client(
        integration, client.guards.__getitem__, base_url=f"{url}/{integration.name}{path}",
        library="httpx", timeout_seconds=5.0,
    )  # fmt: skip
