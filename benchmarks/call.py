"""The whole guarded call: breaker closed, success, nothing waits."""

import asyncio
from functools import cache, partial

import circuitbreaker
import interlock
import limits
import prometheus_client
import stamina
from hyx.bulkhead import bulkhead as hyx_bulkhead
from hyx.circuitbreaker import consecutive_breaker
from hyx.ratelimit import tokenbucket
from hyx.retry import retry as hyx_retry
from hyx.timeout import timeout as hyx_timeout
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter
from pyresilience import (
    BulkheadConfig,
    CircuitBreakerConfig,
    RateLimiterConfig,
    RetryConfig,
    TimeoutConfig,
    resilient,
)
from pyresilience.contrib.prometheus import PrometheusListener

from benchmarks import ours
from benchmarks.contestant import FLOOR, Call, Contestant, answer
from benchmarks.stopwatch import Effort, race
from benchmarks.table import Figures, Table, Target, head, rows

HOLDFAST = "Holdfast"
HYX = "hyx"
COUNTED_PEER = "pyresilience + Prometheus"
SCALE = "asyncio.timeout(10)"
LIMIT = limits.RateLimitItemPerSecond(10**9)


async def holdfast(provider: Call = answer) -> Call:
    """Every policy, judged and counted."""
    return partial(ours.counted(ours.EVERYTHING).call, provider)


async def holdfast_watched(provider: Call = answer) -> Call:
    """The same with all that `setup_monitoring` lets listen."""
    return partial(ours.watched(ours.EVERYTHING).call, provider)


async def timeout_only(provider: Call = answer) -> Call:
    """The standard library's timeout around the provider."""

    async def call() -> object:
        async with asyncio.timeout(10):
            return await provider()

    return call


async def hyx(provider: Call = answer) -> Call:
    """Its decorators, the retry outermost; its timeout as a block, which costs half."""

    async def timed() -> object:
        async with hyx_timeout(30.0):
            return await provider()

    call: Call = timed
    for around in (
        hyx_bulkhead(2_000, 4_000), tokenbucket(10**9, 1.0), consecutive_breaker(), hyx_retry(),
    ):  # fmt: skip
        call = around(call)
    return call


def _resilient(provider: Call, **more: object) -> Call:
    call: Call = resilient(
        retry=RetryConfig(),
        timeout=TimeoutConfig(30.0),
        circuit_breaker=CircuitBreakerConfig(sliding_window_size=100),
        bulkhead=BulkheadConfig(2_000),
        rate_limiter=RateLimiterConfig(10**9, 1.0),
        **more,
    )(provider)
    return call


async def pyresilience(provider: Call = answer) -> Call:
    """Its decorator with five policies."""
    return _resilient(provider)


async def pyresilience_counted(provider: Call = answer) -> Call:
    """The same with its Prometheus listener."""
    return _resilient(provider, listeners=[_pyresilience_metrics()])


@cache
def _pyresilience_metrics() -> PrometheusListener:
    return PrometheusListener(namespace="bench_pyresilience")


class _Counters:
    """The counter and the histogram one would write by hand with prometheus-client."""

    def __init__(self, name: str) -> None:
        registry = prometheus_client.CollectorRegistry()
        self.calls = prometheus_client.Counter(
            f"{name}_calls", "Calls.", ("operation", "outcome"), registry=registry
        )
        self.seconds = prometheus_client.Histogram(
            f"{name}_seconds", "Durations.", ("operation",), registry=registry
        )

    async def watch(self, call: Call) -> object:
        outcome = "failed"
        try:
            with self.seconds.labels("call").time():
                found = await call()
            outcome = "succeeded"
        finally:
            self.calls.labels("call", outcome).inc()
        return found


async def assembled(provider: Call = answer) -> Call:
    """What one builds of single-purpose libraries."""
    breaker = circuitbreaker.CircuitBreaker(name="bench")
    limiter = FixedWindowRateLimiter(MemoryStorage())
    counters = _Counters("assembled")

    async def limited() -> object:
        if not await limiter.hit(LIMIT, "bench"):
            raise RuntimeError("the limit was meant to be out of reach")
        return await provider()

    retried: Call = stamina.retry(on=OSError)(breaker(limited))
    return partial(counters.watch, retried)


async def assembled_interlock(provider: Call = answer) -> Call:
    """The same around a failure-rate breaker, with timeout and semaphore."""
    breaker = interlock.CircuitBreaker(name="bench")
    limiter = FixedWindowRateLimiter(MemoryStorage())
    counters, seats = _Counters("interlock"), asyncio.Semaphore(2_000)

    async def limited() -> object:
        if not await limiter.hit(LIMIT, "bench"):
            raise RuntimeError("the limit was meant to be out of reach")
        async with seats, asyncio.timeout(30.0):
            return await provider()

    retried: Call = stamina.retry(on=OSError)(breaker(limited))
    return partial(counters.watch, retried)


FIVE = "retry, breaker, bulkhead, timeout, limiter"
CONTESTANTS = (
    FLOOR,
    Contestant(SCALE, timeout_only, "a timeout", "scale"),
    Contestant(
        HOLDFAST, holdfast,
        f"deadline, {FIVE}, validator, event, rolling metrics with histogram, /metrics", "ours",
    ),
    Contestant(
        "Holdfast, setup_monitoring", holdfast_watched,
        "the same with session, live page, log and record listening", "ours",
    ),
    Contestant(HYX, hyx, f"{FIVE}; no metrics"),
    Contestant("pyresilience", pyresilience, f"{FIVE}; no metrics"),
    Contestant(COUNTED_PEER, pyresilience_counted, f"{FIVE}, counter and histogram"),
    Contestant(
        "circuitbreaker + limits + stamina + prometheus-client", assembled,
        "retry, breaker, limiter, counter and histogram; no timeout, no bulkhead",
    ),
    Contestant(
        "interlock + limits + stamina + prometheus-client", assembled_interlock,
        f"{FIVE}, counter and histogram",
    ),
)  # fmt: skip


async def measure(effort: Effort) -> list[Table]:
    """One table."""
    figures = Figures(CONTESTANTS, await race(CONTESTANTS, effort))
    fastest = figures.fastest("peer")
    return [
        Table(
            "A guarded call",
            "Breaker closed, success, nothing waits. The provider answers at once.",
            head(SCALE, fastest),
            list(rows(figures, SCALE, fastest)),
            (
                Target("µs over a bare await", figures.cost(HOLDFAST), 3.0),
                Target("× hyx, which measures nothing", figures.ratio(HOLDFAST, HYX), 0.35),
                Target(f"× {COUNTED_PEER}", figures.ratio(HOLDFAST, COUNTED_PEER), 0.2),
            ),
        )
    ]
