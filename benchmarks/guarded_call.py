"""What a guarded call costs over a bare await, policy by policy.

Each row is the fastest and the median of many rounds of awaited calls to a function that does
nothing: breaker closed, success, nothing waits, nobody listens. Times are microseconds per call.
"""

import asyncio
import platform
import statistics
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial

from holdfast.errors import BreakerOpen
from holdfast.events import Verdict
from holdfast.guard.controls import circuit_of
from holdfast.guard.guard import Guard
from holdfast.guard.options import GuardOptions, build
from holdfast.resilience.circuit import BreakerOptions
from holdfast.resilience.limiter import LimiterOptions
from holdfast.resilience.retry import RetryOptions

ROUNDS = 60
CALLS = 2_000

PLENTY = LimiterOptions(calls=10**9, per_seconds=1.0, burst=10**9)
NOTHING = GuardOptions(
    deadline_seconds=None, retry=None, breaker=None, limiter=None, timeout_seconds=None
)


@dataclass(frozen=True, slots=True)
class Row:
    """Microseconds per call, of the fastest and of the median round."""

    name: str
    fastest_us: float
    median_us: float


async def answer() -> int:
    """The provider: there, right and immediate."""
    return 42


def accept(_: object) -> Verdict:
    """The validator: content with everything."""
    return Verdict("pass")


def guards() -> Iterable[tuple[str, Guard]]:
    """Each policy alone, then the guard one really uses."""
    alone = {
        "no policy, only the event": NOTHING,
        "deadline": replace(NOTHING, deadline_seconds=60.0),
        "retry": replace(NOTHING, retry=RetryOptions()),
        "breaker": replace(NOTHING, breaker=BreakerOptions()),
        "limiter": replace(NOTHING, limiter=PLENTY),
        "timeout": replace(NOTHING, timeout_seconds=30.0),
    }
    for name, options in alone.items():
        yield name, build("bench", name, options)
    yield "validator", build("bench", "validator", NOTHING, validators=(accept,))
    every = GuardOptions(limiter=PLENTY)
    yield "all of them", build("bench", "all", every, validators=(accept,))


async def measure(name: str, call: Callable[[], Awaitable[object]]) -> Row:
    """Time *call*, awaited one after the other."""
    rounds = []
    for _ in range(ROUNDS):
        started = time.perf_counter_ns()
        for _ in range(CALLS):
            await call()
        rounds.append((time.perf_counter_ns() - started) / CALLS / 1000)
    return Row(name, min(rounds), statistics.median(rounds))


async def measure_refusal() -> Row:
    """Time a call that an open breaker refuses, the caller's `except` included."""
    guard = build("bench", "refused", GuardOptions(limiter=None))
    circuit = circuit_of(guard)
    if circuit is None:
        raise LookupError("the guard has no breaker")
    circuit.force("forced_open", time.monotonic(), "benchmark")

    async def refused() -> None:
        try:
            await guard.call(answer)
        except BreakerOpen:
            return

    return await measure("refused by an open breaker", refused)


async def main() -> None:
    """Measure everything and print one table."""
    bare = await measure("bare await", answer)
    rows = [bare]
    for name, guard in guards():
        rows.append(await measure(name, partial(guard.call, answer)))
    rows.append(await measure_refusal())
    print(f"Python {platform.python_version()}, {ROUNDS} rounds of {CALLS} calls")
    print(f"{'µs per call':28} {'fastest':>8} {'median':>8} {'over bare':>10}")
    for row in rows:
        over = row.median_us - bare.median_us
        print(f"{row.name:28} {row.fastest_us:8.2f} {row.median_us:8.2f} {over:10.2f}")


if __name__ == "__main__":
    asyncio.run(main())
