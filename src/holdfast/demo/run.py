"""Starting and stopping the demonstration's parts: simulator, application, traffic."""

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import AsyncIterator, Iterator

import httpx2
import structlog
import uvicorn

from holdfast.demo.application import create_application
from holdfast.demo.environment import Plan
from holdfast.demo.traffic import Traffic
from holdfast.errors import HoldfastError
from holdfast.simulator.server import listen

_PACE = 0.15
"""How slowly the simulated providers answer: well below the real ones, so that the page moves."""

_PATIENCE_SECONDS = 15.0


class DemoError(HoldfastError):
    """The demonstration cannot start; the message says what to do."""


class _Server(uvicorn.Server):
    """uvicorn, which would die of SIGTERM once it has stopped: the simulator must end too."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on Ctrl-C and SIGTERM, and say nothing more about it."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


async def run(plan: Plan) -> None:
    """Show everything until Ctrl-C, then stop all of it cleanly."""
    listener = listen("127.0.0.1", plan.port)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    async with _simulator(plan.seed) as simulator_url:
        app = create_application(plan, simulator_url)
        server = _Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=3))
        base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        showing = asyncio.create_task(_announce_and_come(server, base_url, plan))
        try:
            await server.serve(sockets=[listener])
        finally:
            showing.cancel()
            await asyncio.wait({showing})


async def _announce_and_come(server: uvicorn.Server, base_url: str, plan: Plan) -> None:
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event to wait for
        await asyncio.sleep(0.02)
    print(
        f"\n  Holdfast demo\n"
        f"  page    {base_url}/monitoring/dashboard\n"
        f"  health  {base_url}/health/\n"
        f"  metrics {base_url}/metrics\n\n"
        f"  Cause an outage on the page and watch it being found and ended. Ctrl-C stops it.\n",
        flush=True,
    )
    await Traffic(base_url, plan.journeys_per_minute, plan.seed).run()


@contextlib.asynccontextmanager
async def _simulator(seed: int) -> AsyncIterator[str]:
    """The simulator in a process of its own, so that its work is not in anybody's latency."""
    with listen("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    command = ("-m", "holdfast.cli", "simulator", "--port", str(port), "--seed", str(seed))
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, "--pace", str(_PACE),
        stdout=asyncio.subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}"
        await _wait_for(f"{url}/_health", process)
        yield url
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def _wait_for(url: str, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(_PATIENCE_SECONDS), httpx2.AsyncClient(trust_env=False) as http:
        while True:
            if process.returncode is not None:
                raise DemoError(f"the simulator ended with exit code {process.returncode}")
            with contextlib.suppress(httpx2.HTTPError):
                if (await http.get(url)).is_success:
                    return
            await asyncio.sleep(0.05)
