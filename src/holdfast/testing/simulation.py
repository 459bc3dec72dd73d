"""The simulator in a thread of its own: the same for tests with and without an event loop."""

import asyncio
import concurrent.futures
import contextlib
import json
import threading
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx2

from holdfast.app.setup import load_settings
from holdfast.settings.settings import Settings
from holdfast.simulator import running
from holdfast.simulator.errors import SimulatorError
from holdfast.simulator.provider import Provider

PATIENCE_SECONDS = 10.0
"""For starting, stopping and each switch; the simulator is on this machine."""


class Simulation:
    """A running simulator at *url*. May be used from any thread; each switch takes about 2 ms."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx2.Client(base_url=url, trust_env=False, timeout=PATIENCE_SECONDS)

    def environ(self, **more: str) -> dict[str, str]:
        """The environment of an application whose every provider is simulated, and *more*.

        With pytest: ``for name, value in simulator.environ().items(): monkeypatch.setenv(…)``.
        """
        return {"ENVIRONMENT": "development", "HOLDFAST_SIMULATOR_URL": self.url, **more}

    def settings(self, **more: str) -> Settings:
        """Settings of that environment alone: no key and no ``.env`` of this machine is read."""
        return load_settings(self.environ(**more), dotenv=None)

    def play(self, provider: str, kind: str, **parameters: Any) -> None:
        """*provider* misbehaves from now on: ``play("openai", "error", status=503, times=2)``.

        Raises `SimulatorError` that names what can be played.
        """
        self._ask("PUT", f"/_scenarios/{provider}", {"kind": kind, **parameters})

    def play_file(self, path: Path) -> None:
        """Play the scenarios of a TOML or JSON file, and no others."""
        text = path.read_text(encoding="utf-8")
        document = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
        self._ask("PUT", "/_scenarios", document)

    @contextlib.contextmanager
    def playing(self, provider: str, kind: str, **parameters: Any) -> Iterator[None]:
        """*provider* misbehaves inside of the block, and behaves again after it."""
        self.play(provider, kind, **parameters)
        try:
            yield
        finally:
            self.behave(provider)

    def behave(self, provider: str | None = None) -> None:
        """*provider*, or every one, behaves well again."""
        self._ask("DELETE", f"/_scenarios/{provider}" if provider else "/_scenarios")

    def requests(self, provider: str | None = None, limit: int = 50) -> list[dict[str, Any]]:
        """What was asked, newest first: operation, status, fault, outcome; no keys, no bodies."""
        query = {"limit": limit} if provider is None else {"limit": limit, "provider": provider}
        found: list[dict[str, Any]] = self._ask("GET", "/_requests", query=query)["requests"]
        return found

    def close(self) -> None:
        """Let go of the simulator; it runs on."""
        self._http.close()

    def _ask(self, method: str, path: str, document: Any = None, query: Any = None) -> Any:
        answer = self._http.request(method, path, json=document, params=query)
        if answer.is_error:
            raise SimulatorError(str(answer.json().get("detail", answer.status_code)))
        return answer.json() if answer.content else None


@contextlib.contextmanager
def simulation(
    seed: int = 7,
    *,
    port: int = 0,
    pace: float = 0.0,
    providers: Sequence[Provider] | None = None,
    scenarios: Path | None = None,
) -> Iterator[Simulation]:
    """A simulator of this process's own, stopped at the end of the block.

    The arguments are those of `holdfast.simulator.running`: *seed* decides every answer and every
    fault, *pace* 0.0 answers at once, *scenarios* is a file of those played from the start.
    """
    ready: concurrent.futures.Future[str] = concurrent.futures.Future()
    done = _Done()

    async def run() -> None:
        options: dict[str, Any] = {"pace": pace, "providers": providers, "scenarios": scenarios}
        async with running(port, seed, **options) as url:
            await done.wait(lambda: ready.set_result(url))

    thread = threading.Thread(target=_run, args=(run, ready), name="holdfast-simulation")
    thread.start()
    try:
        simulator = Simulation(ready.result(PATIENCE_SECONDS))
        with contextlib.closing(simulator):
            yield simulator
    finally:
        done.set()
        thread.join(PATIENCE_SECONDS)


class _Done:
    """An event that one thread sets and another's loop waits for."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._event = asyncio.Event()

    async def wait(self, begun: Any) -> None:
        self._loop = asyncio.get_running_loop()
        begun()
        await self._event.wait()

    def set(self) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._event.set)


def _run(run: Any, ready: "concurrent.futures.Future[str]") -> None:
    try:
        asyncio.run(run())
    except BaseException as error:
        if ready.done():
            raise
        ready.set_exception(error)
