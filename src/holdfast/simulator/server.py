"""The simulator on a real port."""

import asyncio
import contextlib
import errno
import logging
import socket
from collections.abc import AsyncIterator, Callable, Generator, Sequence
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from holdfast.simulator.application import create_simulator
from holdfast.simulator.endpoint import Stage
from holdfast.simulator.errors import SimulatorError
from holdfast.simulator.provider import Provider

PORTS = range(65_536)


class _CutsOnPurpose(logging.Filter):
    """Hides uvicorn's complaint about an answer that a scenario left unfinished."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is worth showing."""
        return "without completing response" not in record.getMessage()


_LOG = logging.getLogger("holdfast.simulator.http")
_LOG.addFilter(_CutsOnPurpose())


class _Protocol(H11Protocol):
    """uvicorn's HTTP/1.1 with our log."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.logger = _LOG


class _Server(uvicorn.Server):
    """Tells when it is ready, and lets nobody wait once it stops."""

    def __init__(self, config: uvicorn.Config, stage: Stage, *, signals: bool) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self._stage, self._signals = stage, signals

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen."""
        await super().startup(sockets)
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer what hangs, then close."""
        self._stage.closing.set()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Take Ctrl-C for ourselves only when this server is the whole process."""
        if not self._signals:
            yield
            return
        with super().capture_signals():
            yield


async def serve(
    port: int = 9100,
    host: str = "127.0.0.1",
    seed: int = 7,
    *,
    pace: float = 0.0,
    providers: Sequence[Provider] | None = None,
    scenarios: Path | None = None,
    listening: Callable[[str], None] | None = None,
) -> None:
    """Run the simulator until the process is told to stop (Ctrl-C, SIGTERM).

    *scenarios* is a file of those that are played from the start. A port that cannot be had is
    one `SimulatorError`, raised before anything is started;
    *listening* is told the address once it is ours.
    """
    with listen(host, port) as listener:
        server = _server(seed, pace, providers, scenarios, signals=True)
        if listening is not None:
            listening(f"http://{_in_url(host)}:{listener.getsockname()[1]}")
        await server.serve(sockets=[listener])


@contextlib.asynccontextmanager
async def running(
    port: int = 0,
    seed: int = 7,
    *,
    host: str = "127.0.0.1",
    pace: float = 0.0,
    providers: Sequence[Provider] | None = None,
    scenarios: Path | None = None,
) -> AsyncIterator[str]:
    """The simulator in this event loop, for tests: yields its base URL, stops at the end.

    Port 0 takes a free one. `async with running() as url: AsyncOpenAI(base_url=f"{url}/openai/v1")`
    """
    with listen(host, port) as listener:
        server = _server(seed, pace, providers, scenarios, signals=False)
        task = asyncio.create_task(server.serve(sockets=[listener]), name="holdfast-simulator")
        try:
            await server.ready.wait()
            yield f"http://{_in_url(host)}:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task


def _server(
    seed: int,
    pace: float,
    providers: Sequence[Provider] | None,
    scenarios: Path | None,
    *,
    signals: bool,
) -> _Server:
    application = create_simulator(seed, pace=pace, providers=providers, scenarios=scenarios)
    config = uvicorn.Config(
        application,
        http=_Protocol,
        ws="websockets-sansio",
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    return _Server(config, application.state.stage, signals=signals)


def listen(host: str, port: int) -> socket.socket:
    """A bound socket, 0 any free port; raises `SimulatorError`, which says what to do."""
    if port not in PORTS:
        raise SimulatorError(f"port {port} does not exist: choose one from 0 to 65535 with --port")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio switches Nagle's delay off only where the protocol is given by name.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise SimulatorError(_why(error, host, port)) from error
    listener.setblocking(False)
    return listener


def _why(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is in use: choose another with --port"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"port {port} is not ours to open: choose one above 1023 with --port"
    return f"cannot listen on {host!r} port {port}: {error.strerror or error}"


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
