"""Circuit breakers that are closed, around a call that succeeds."""

from functools import partial

import aiobreaker
import circuitbreaker
import failsafe
import interlock
import purgatory
import pybreaker
from hyx.circuitbreaker import consecutive_breaker
from pyresilience import CircuitBreakerConfig, resilient

from benchmarks.contestant import Call, Contestant, answer


async def circuitbreaker_one() -> Call:
    """Consecutive failures."""
    call: Call = circuitbreaker.CircuitBreaker(name="alone")(answer)
    return call


async def hyx() -> Call:
    """Consecutive failures."""
    call: Call = consecutive_breaker()(answer)
    return call


async def aiobreaker_one() -> Call:
    """Consecutive failures."""
    return partial(aiobreaker.CircuitBreaker().call_async, answer)


async def pybreaker_one() -> Call:
    """Made for threads: its block around the await is what an async caller can use."""
    breaker = pybreaker.CircuitBreaker()

    async def call() -> object:
        with breaker.calling():
            return await answer()

    return call


async def purgatory_one() -> Call:
    """Its decorator looks the circuit up at each call; a held breaker is the cheaper way."""
    breaker = await purgatory.AsyncCircuitBreakerFactory().get_breaker("alone")

    async def call() -> object:
        async with breaker:
            return await answer()

    return call


async def pyfailsafe() -> Call:
    """Consecutive failures; a failsafe without a retry policy."""
    breaker = failsafe.CircuitBreaker(maximum_failures=5)
    return partial(failsafe.Failsafe(circuit_breaker=breaker).run, answer)


async def pyresilience() -> Call:
    """Failure rate of the last 100 calls."""
    config = CircuitBreakerConfig(sliding_window_size=100)
    call: Call = resilient(circuit_breaker=config)(answer)
    return call


async def interlock_count() -> Call:
    """Failure rate of the last 100 calls."""
    call: Call = interlock.CircuitBreaker(name="count")(answer)
    return call


async def interlock_time() -> Call:
    """Failure rate of the last 60 seconds."""
    config = interlock.Config(window_type=interlock.WindowType.TIME_BASED, window_size=60)
    call: Call = interlock.CircuitBreaker(name="time", config=config)(answer)
    return call


IN_A_ROW = "counts failures in a row only"
PEERS = (
    Contestant("pyresilience", pyresilience, "failure and slow rate of 100 calls"),
    Contestant("interlock, count window", interlock_count, "failure and slow rate of 100 calls"),
    Contestant("interlock, time window", interlock_time, "failure and slow rate of 60 s"),
    Contestant("circuitbreaker", circuitbreaker_one, IN_A_ROW, "lesser peer"),
    Contestant("hyx", hyx, IN_A_ROW, "lesser peer"),
    Contestant("aiobreaker", aiobreaker_one, IN_A_ROW, "lesser peer"),
    Contestant("pybreaker", pybreaker_one, f"{IN_A_ROW}; for threads", "lesser peer"),
    Contestant("purgatory", purgatory_one, IN_A_ROW, "lesser peer"),
    Contestant("pyfailsafe", pyfailsafe, IN_A_ROW, "lesser peer"),
)
