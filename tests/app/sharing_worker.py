"""One of several real applications that share; the test speaks to its stdin.

``python -m tests.app.sharing_worker URL PREFIX FOLDER`` starts an application under
`setup_monitoring`, says "ready" when it has joined, and answers each command with one line of
JSON. Times are `time.monotonic`, one clock for a machine.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import structlog

from holdfast.app.monitoring import Monitoring
from holdfast.errors import BreakerOpen, LimitReached, Unavailable
from holdfast.guard.options import GuardOptions
from holdfast.resilience.circuit import BreakerOptions
from holdfast.resilience.limiter import LimiterOptions
from tests.api.host import mounted

RATE = LimiterOptions(calls=100, per_seconds=1.0, burst=10, max_wait_seconds=2.0)
BREAKER = BreakerOptions(consecutive_failures=2, open_seconds=30.0, jitter=0.0)
CALLERS = 20


async def admissions(monitoring: Monitoring, seconds: float) -> Sequence[float]:
    """When calls went out, of more callers than the rate lets."""
    guard = monitoring.guard("sun", "warm", GuardOptions(limiter=RATE, retry=None))
    end, went_out = time.monotonic() + seconds, []

    async def go_out() -> None:
        went_out.append(time.monotonic())

    async def caller() -> None:
        while time.monotonic() < end:
            try:
                await guard.call(go_out)
            except LimitReached:
                await asyncio.sleep(0.001)

    callers = [asyncio.create_task(caller()) for _ in range(CALLERS)]
    await asyncio.sleep(seconds)
    for task in callers:
        task.cancel()
    await asyncio.wait(callers)
    return went_out


async def opened(monitoring: Monitoring) -> float:
    """Fail until the breaker refuses; when it did."""
    while not await _refuses(monitoring, _fail):
        pass
    return time.monotonic()


async def refused(monitoring: Monitoring) -> float:
    """Call every millisecond, well, until the breaker refuses; when it did."""
    while not await _refuses(monitoring, _answer):
        await asyncio.sleep(0.001)
    return time.monotonic()


async def _refuses(monitoring: Monitoring, function: Callable[[], Awaitable[None]]) -> bool:
    options = GuardOptions(breaker=BREAKER, limiter=None, retry=None)
    try:
        await monitoring.guard("sun", "shine", options).call(function)
    except Unavailable:
        return False
    except BreakerOpen:
        return True
    return False


async def _answer() -> None:
    return None


async def _fail() -> None:
    raise Unavailable("dark")


COMMANDS = {"admissions": admissions, "opened": opened, "refused": refused}


async def main(url: str, prefix: str, folder: str) -> None:
    """Start, and do as told until the input ends."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    environ = {"HOLDFAST_REDIS_URL": url, "HOLDFAST_REDIS_PREFIX": prefix}
    app, monitoring = mounted(Path(folder), **environ)
    async with app.router.lifespan_context(app):
        while (
            status := monitoring.shared.status()
        ) is None or status.status != "ok":  # nobody tells a test
            await asyncio.sleep(0.005)
        print("ready", flush=True)  # noqa: T201  # how it speaks to the test
        while line := await asyncio.to_thread(sys.stdin.readline):
            name, *arguments = line.split()
            answer = await COMMANDS[name](monitoring, *map(float, arguments))  # type: ignore[operator]
            print(json.dumps(answer), flush=True)  # noqa: T201  # as above


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
