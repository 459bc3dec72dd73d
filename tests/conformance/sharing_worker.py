"""One of several real processes that share a breaker and a rate; the test speaks to its stdin.

``python -m tests.conformance.sharing_worker URL PREFIX`` says "ready" when it has joined, then
answers each command with one line of JSON. Times are `time.monotonic`, one clock for a machine.
"""

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Sequence

from holdfast.clock import SYSTEM_CLOCK
from holdfast.errors import LimitReached
from holdfast.events import Origin, Scope, discard
from holdfast.resilience.circuit import BreakerOptions, Refused
from holdfast.resilience.limiter import Limiter, LimiterOptions
from holdfast.resilience.policy import Call
from holdfast.resilience.shared_loop import Sharing
from holdfast.storage.redis import open_shared_state

BREAKER = BreakerOptions(consecutive_failures=2, open_seconds=1.0, jitter=0.0)
RATE = LimiterOptions(calls=100, per_seconds=1.0, burst=10, max_wait_seconds=2.0)
CALLERS = 20


async def nothing(*args: object) -> None:
    """What a call comes to."""


async def admissions(sharing: Sharing, seconds: float) -> Sequence[float]:
    """When calls went out, of more callers than the rate lets."""
    limiter = Limiter(RATE)
    limiter.rate = sharing.rate("sun", RATE)
    end, went_out = time.monotonic() + seconds, []

    async def go_out(call: Call) -> None:
        went_out.append(time.monotonic())

    async def caller(number: int) -> None:
        while time.monotonic() < end:
            origin = Origin("sun", "shine", number, Scope())
            call = Call(origin, nothing, (), discard, SYSTEM_CLOCK, None)
            try:
                await limiter(call, go_out)
            except LimitReached:
                await asyncio.sleep(0.001)

    callers = [asyncio.create_task(caller(number)) for number in range(CALLERS)]
    await asyncio.sleep(seconds)
    for task in callers:
        task.cancel()
    await asyncio.wait(callers)
    return went_out


async def opened(sharing: Sharing) -> float:
    """Open the breaker by failures; when it did."""
    circuit = sharing.circuit("sun", "shine", BREAKER)
    for call_id in range(BREAKER.consecutive_failures):
        now = time.monotonic()
        circuit.record(circuit.admit(now), call_id, False, now)
    assert circuit.name == "open"
    return time.monotonic()


async def refused(sharing: Sharing) -> float:
    """Call every millisecond until the breaker refuses; when it did."""
    circuit = sharing.circuit("sun", "shine", BREAKER)
    with contextlib.suppress(Refused):
        while True:
            now = time.monotonic()
            circuit.record(circuit.admit(now), 0, True, now)
            await asyncio.sleep(0.001)
    return time.monotonic()


async def probed(sharing: Sharing, seconds: float) -> Sequence[tuple[float, float]]:
    """Call without rest while the breaker is open; when each probe went out and failed."""
    circuit = sharing.circuit("sun", "shine", BREAKER)
    end, probes = time.monotonic() + seconds, []
    while (now := time.monotonic()) < end:
        with contextlib.suppress(Refused):
            permit = circuit.admit(now)
            assert circuit.name == "half_open", circuit.name
            await asyncio.sleep(0.05)
            probes.append((now, time.monotonic()))
            circuit.record(permit, len(probes), False, time.monotonic())
        await asyncio.sleep(0.001)
    return probes


COMMANDS = {"admissions": admissions, "opened": opened, "refused": refused, "probed": probed}


async def main(url: str, prefix: str) -> None:
    """Join, and do as told until the input ends."""
    sharing = Sharing(open_shared_state(url, prefix=prefix))
    sharing.circuit("sun", "shine", BREAKER)
    running = asyncio.create_task(sharing.run())
    while sharing.status().status != "ok":  # nobody tells a test
        await asyncio.sleep(0.005)
    print("ready", flush=True)  # noqa: T201  # how it speaks to the test
    while line := await asyncio.to_thread(sys.stdin.readline):
        name, *arguments = line.split()
        answer = await COMMANDS[name](sharing, *map(float, arguments))  # type: ignore[operator]
        print(json.dumps(answer), flush=True)  # noqa: T201  # as above
    await sharing.stop(1.0)
    await running


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
