"""One simulator for a whole module, and a provider's clients through guards to it."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from http.client import HTTPConnection
from typing import Any

from holdfast.events import CallFinished, Usage, Verdict
from holdfast.guard.options import GuardOptions
from holdfast.integrations.access import Access, Limits
from holdfast.integrations.integration import Integration
from holdfast.integrations.sound_sent import MIB
from holdfast.integrations.websocket import websocket
from holdfast.simulator import running
from holdfast.simulator.provider import Provider
from tests.integrations.guarded import QUICK, Watched, guarded

SECRET = "key-that-nobody-may-see"


@contextmanager
def simulated(providers: Sequence[Provider] | None = None, seed: int = 7) -> Iterator[str]:
    """A simulator in a thread of its own: many tests, each with its own event loop, share it."""
    started, stop, told = threading.Event(), asyncio.Event(), []

    async def run() -> None:
        async with running(seed=seed, providers=providers) as url:
            told.append((url, asyncio.get_running_loop()))
            started.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    started.wait(10)
    url, loop = told[0]
    try:
        yield url
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)


class Stage:
    """A provider's *access*, what is under it, and the simulator's switches."""

    def __init__(self, access: Access, client: Watched, url: str, name: str) -> None:
        self.access, self.client, self._url, self._name = access, client, url, name

    async def play(self, kind: str, **parameters: Any) -> None:
        """Start a scenario."""
        assert await self._switch("PUT", json.dumps({"kind": kind, **parameters})) == 200

    async def calm(self) -> None:
        """Behave well again."""
        assert await self._switch("DELETE") == 204

    async def _switch(self, method: str, body: str | None = None) -> int:
        connection = HTTPConnection(self._url.removeprefix("http://"), timeout=5)
        await asyncio.to_thread(connection.request, method, f"/_scenarios/{self._name}", body)
        status = (await asyncio.to_thread(connection.getresponse)).status
        connection.close()
        return status

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
async def on_stage(
    integration: Integration, url: str, *, key: str = SECRET, options: GuardOptions = QUICK
) -> AsyncIterator[Stage]:
    """The integration's access to the simulator at *url*; it behaves well before and after."""
    base = f"{url}/{integration.name}"
    async with guarded(integration, base, ours=True, options=options) as client:
        defaults = integration.defaults
        access = Access(
            http=client.http,
            keys=dict.fromkeys(integration.key_names, key),
            open_socket=lambda path, operation, request: websocket(
                client.guards[operation], base, path, request
            ),
            limits=Limits(
                max_text_length=defaults.max_text_length,
                max_audio_bytes=defaults.max_audio_size_mb * MIB,
                max_audio_seconds=float(defaults.max_audio_duration_sec),
            ),
        )
        stage = Stage(access, client, url, integration.name)
        await stage.calm()
        try:
            yield stage
        finally:
            await stage.calm()
            assert SECRET not in f"{client.facts!r} {access!r}"
