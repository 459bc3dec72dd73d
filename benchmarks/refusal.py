"""A refused call, the caller's `except` included: breaker open, or no place in the limit."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

import aiobreaker
import circuitbreaker
import failsafe
import interlock
import purgatory
from hyx.circuitbreaker import consecutive_breaker
from hyx.circuitbreaker.exceptions import BreakerFailing
from hyx.ratelimit import tokenbucket
from hyx.ratelimit.exceptions import RateLimitExceeded
from purgatory.domain.model import OpenedState
from pyresilience import CircuitBreakerConfig, CircuitOpenError, resilient

from benchmarks import ours
from benchmarks.call import SCALE, timeout_only
from benchmarks.contestant import FLOOR, Call, Contestant, answer
from benchmarks.stopwatch import Effort, race
from benchmarks.table import Figures, Table, Target, head, rows
from holdfast.errors import CallRefused
from holdfast.guard.controls import Controls
from holdfast.guard.guard import Guard
from holdfast.guard.options import GuardOptions
from holdfast.resilience.limiter import LimiterOptions

FOR_LONG = 3_600
OURS = "Holdfast, open breaker"


async def broken() -> object:
    """The provider: failing."""
    raise OSError("no route to host")


def refused(call: Call, refusal: type[Exception]) -> Call:
    """*call* as somebody makes it who minds the refusal."""

    async def attempt() -> object:
        try:
            return await call()
        except refusal:
            return None

    return attempt


async def opened(call: Call, refusal: type[Exception]) -> Call:
    """*call*, a breaker around `broken` that opens at the first failure, from then on."""
    with suppress(Exception):
        await call()
    return refused(call, refusal)


def _forced_open(guard: Guard) -> Call:
    controls = Controls()
    controls.add(guard)
    controls.force_breaker((guard.integration, guard.operation), "forced_open", actor="bench")
    return refused(partial(guard.call, answer), CallRefused)


async def holdfast() -> Call:
    """The whole guard, and the refusal is counted."""
    return _forced_open(ours.counted(ours.EVERYTHING))


async def holdfast_limit() -> Call:
    """A guard with only a limiter that is used up; the refusal is counted."""
    used_up = LimiterOptions(calls=1, per_seconds=FOR_LONG, burst=1, max_wait_seconds=0.0)
    guard = ours.counted(GuardOptions(limiter=used_up))
    await guard.call(answer)
    return refused(partial(guard.call, answer), CallRefused)


async def raised() -> Call:
    """No library at all."""
    return refused(broken, OSError)


async def circuitbreaker_one() -> Call:
    """Open."""
    breaker = circuitbreaker.CircuitBreaker(1, FOR_LONG, name="refusal")
    return await opened(breaker(broken), circuitbreaker.CircuitBreakerError)


async def hyx() -> Call:
    """Open."""
    breaker = consecutive_breaker(failure_threshold=1, recovery_time_secs=FOR_LONG)
    return await opened(breaker(broken), BreakerFailing)


async def aiobreaker_one() -> Call:
    """Open."""
    breaker = aiobreaker.CircuitBreaker(fail_max=1)
    return await opened(partial(breaker.call_async, broken), aiobreaker.CircuitBreakerError)


async def pyfailsafe() -> Call:
    """Open."""
    breaker = failsafe.CircuitBreaker(maximum_failures=1, reset_timeout_seconds=FOR_LONG)
    run = failsafe.Failsafe(circuit_breaker=breaker).run
    return await opened(partial(run, broken), failsafe.CircuitOpen)


async def purgatory_one() -> Call:
    """Open."""
    factory = purgatory.AsyncCircuitBreakerFactory(default_threshold=1, default_ttl=FOR_LONG)
    return await opened(factory("refusal")(broken), OpenedState)


async def interlock_one() -> Call:
    """Open."""
    config = interlock.Config(minimum_number_of_calls=1, wait_duration_in_open=FOR_LONG)
    breaker = interlock.CircuitBreaker(name="refusal", config=config)
    return await opened(breaker(broken), interlock.CircuitOpenError)


async def pyresilience() -> Call:
    """Open."""
    config = CircuitBreakerConfig(1, FOR_LONG, sliding_window_size=100, minimum_calls=1)
    return await opened(resilient(circuit_breaker=config)(broken), CircuitOpenError)


async def hyx_limit() -> Call:
    """Used up."""
    call: Call = tokenbucket(1, FOR_LONG)(answer)
    await call()
    return refused(call, RateLimitExceeded)


def _peer(name: str, make: Callable[[], Awaitable[Call]]) -> Contestant:
    return Contestant(name, make, "breaker open")


CONTESTANTS = (
    FLOOR,
    Contestant(SCALE, timeout_only, "a timeout that is not needed", "scale"),
    Contestant("raise OSError", raised, "no library", "scale"),
    Contestant(OURS, holdfast, "the whole guard; refusal is an event and counted", "ours"),
    Contestant("Holdfast, limit reached", holdfast_limit, "the same, no wait allowed", "ours"),
    _peer("circuitbreaker", circuitbreaker_one),
    _peer("hyx", hyx),
    _peer("aiobreaker", aiobreaker_one),
    _peer("pyfailsafe", pyfailsafe),
    _peer("purgatory", purgatory_one),
    _peer("interlock", interlock_one),
    _peer("pyresilience", pyresilience),
    Contestant("hyx, limit reached", hyx_limit, "limiter used up", "lesser peer"),
)


async def measure(effort: Effort) -> list[Table]:
    """One table."""
    figures = Figures(CONTESTANTS, await race(CONTESTANTS, effort))
    fastest = figures.fastest("peer")
    return [
        Table(
            "A refused call",
            "Nothing goes out; the caller catches the refusal. The peers count nothing.",
            head(SCALE, fastest),
            list(rows(figures, SCALE, fastest)),
            (Target("µs over a bare await", figures.cost(OURS), 1.0),),
        )
    ]
