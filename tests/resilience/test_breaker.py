"""The breaker policy: what counts, what is told, and permits that always come back."""

import asyncio

import pytest

from holdfast.errors import (
    AuthenticationError,
    BreakerOpen,
    ContentRejected,
    InputRefused,
    InvalidRequest,
    QuotaExhausted,
    RateLimited,
    SemanticError,
    TimedOut,
    Unavailable,
)
from holdfast.events import BreakerMoved, Event, Verdict
from holdfast.resilience.breaker import Breaker, counts_against
from holdfast.resilience.circuit import BreakerOptions
from holdfast.resilience.trip_rates import TripRates
from tests.guard.stage import Provider, caught
from tests.jumping_time import EPOCH
from tests.resilience.lone import call, through


@pytest.mark.parametrize(
    ("error", "evidence"),
    [
        (Unavailable("down"), True),
        (TimedOut("late"), True),
        (SemanticError(Verdict("fail")), True),
        (AuthenticationError("who"), True),
        (QuotaExhausted("empty"), True),
        (OSError("reset"), True),
        (KeyError("bug"), True),
        (RateLimited("slow down"), None),
        (InvalidRequest("bad"), None),
        (ContentRejected("no"), None),
        (InputRefused("long"), None),
        (BreakerOpen("moon", None), None),
        (asyncio.CancelledError(), None),
        (GeneratorExit(), None),
        (KeyboardInterrupt(), None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_evidence_against_the_provider(error: BaseException, evidence: bool | None) -> None:
    """Failures are; refusals, departures and the caller's own mistakes say nothing."""
    assert counts_against(error) is evidence


async def test_what_counts_is_a_function() -> None:
    """A caller may see it otherwise: False makes an error a success for the provider."""
    breaker = Breaker(
        BreakerOptions(consecutive_failures=2),
        counts=lambda error: False if isinstance(error, KeyError) else None,
    )
    breaker.circuit.record(0, 1, False, 0.0)
    await caught(through(breaker, call(), Provider(OSError())))
    assert breaker.circuit.consecutive_failures == 1
    await caught(through(breaker, call(), Provider(KeyError())))
    assert breaker.circuit.consecutive_failures == 0


async def test_moves_are_told_once_each() -> None:
    """Closed, open, half open, closed: each by the call that caused it, with reason and time."""
    breaker = Breaker(BreakerOptions(consecutive_failures=2, open_seconds=8.0, jitter=0.0))
    events: list[Event] = []
    for call_id in (1, 2, 3):
        one = call(call_id=call_id, events=events)
        error = await caught(through(breaker, one, Provider(Unavailable("down"), after=0.0)))
    assert (type(error), str(error)) == (
        BreakerOpen,
        "breaker of sun shine refuses calls for 8.0 s",
    )
    await asyncio.sleep(8.0)
    await through(breaker, call(events=events), Provider("light", after=1.0))
    assert events == [
        BreakerMoved("sun", "shine", EPOCH, "closed", "open", "2 failures in a row", 8.0),
        BreakerMoved("sun", "shine", EPOCH + 8, "open", "half_open", "time to probe"),
        BreakerMoved("sun", "shine", EPOCH + 9, "half_open", "closed", "1 probe(s) succeeded"),
    ]


async def test_a_held_answer_keeps_its_permit_until_it_ends() -> None:
    """While a probe's stream is still open nobody else goes; its end decides."""
    breaker = Breaker(BreakerOptions(consecutive_failures=1, open_seconds=8.0, jitter=0.0))
    for call_id in (1, 2):
        await caught(through(breaker, call(call_id=call_id), Provider(Unavailable("down"))))
    await asyncio.sleep(8.0)
    probe = call()
    probe.held = True
    await through(breaker, probe, Provider("opened"))
    assert (breaker.circuit.name, breaker.circuit.probes_in_flight) == ("half_open", 1)
    assert isinstance(await caught(through(breaker, call(), Provider("light"))), BreakerOpen)
    probe.end(Unavailable("cut"))
    assert breaker.circuit.name == "open"


async def test_a_forced_open_breaker_says_that_it_waits_for_release() -> None:
    """There is no time to name, so the message names none."""
    breaker = Breaker()
    breaker.circuit.force("forced_open", 0.0, "drill")
    error = await caught(through(breaker, call(), Provider("light")))
    assert isinstance(error, BreakerOpen)
    assert str(error) == "breaker of sun shine refuses calls until released"
    assert error.retry_in_seconds is None


@pytest.mark.parametrize(("counts", "name"), [(False, "closed"), (True, "open")])
async def test_a_429_counts_by_choice(counts: bool, name: str) -> None:
    """The limiter learns from it; whoever wants may have it open the breaker as well."""
    breaker = Breaker(BreakerOptions(consecutive_failures=2, counts_rate_limits=counts))
    for call_id in (1, 2):
        await caught(through(breaker, call(call_id=call_id), Provider(RateLimited("slow down"))))
        await caught(through(breaker, call(call_id=call_id), Provider(InvalidRequest("bad"))))
    assert breaker.circuit.name == name


SLOW = BreakerOptions(
    rates=TripRates(slow_rate=1.0, slow_seconds=2.0, minimum_attempts=2), jitter=0.0
)


@pytest.mark.parametrize(("own", "waited", "name"), [(2.0, 0.0, "open"), (1.9, 60.0, "closed")])
async def test_slow_is_the_attempts_own_time(own: float, waited: float, name: str) -> None:
    """Waiting for a place further in is not the provider's slowness."""
    breaker = Breaker(SLOW)
    for call_id in (1, 2):
        one = call(call_id=call_id)
        one.latency_ms, one.waited_ms = own * 1000, waited * 1000
        await through(breaker, one, Provider("light", after=0.0))
    assert breaker.circuit.name == name


async def test_a_streams_slowness_is_its_first_items() -> None:
    """How long the reader takes for the rest says nothing about the provider."""
    breaker = Breaker(SLOW)
    for call_id in (1, 2):
        one = call(call_id=call_id)
        one.held, one.first_byte_ms = True, 100.0
        await through(breaker, one, Provider("opened", after=0.0))
        one.latency_ms = 60_000.0
        one.end(None)
    assert breaker.circuit.name == "closed"
