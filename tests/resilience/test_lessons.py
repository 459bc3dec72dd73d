"""What was measured to go wrong in other libraries, and must not here.

Herds, late answers, neutral errors and cancelled probes of whole guards: `guard/test_counting`.
"""

import asyncio
import gc
import itertools
import sys
import tracemalloc
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

import pytest

from holdfast.errors import BreakerOpen, InvalidRequest, LimitReached, TimedOut, Unavailable
from holdfast.resilience.breaker import Breaker
from holdfast.resilience.circuit import BreakerOptions, Circuit, Refused
from holdfast.resilience.keyed import KeyedOptions, Lanes
from holdfast.resilience.limiter import Limiter, LimiterOptions
from holdfast.resilience.policy import Policy
from holdfast.resilience.trip_rates import TripRates
from tests.guard.stage import Provider, cancelled_after, caught
from tests.resilience.lone import call, through

FRAGILE = BreakerOptions(consecutive_failures=2, open_seconds=8.0, jitter=0.0, probes=3)


async def broken() -> Breaker:
    """A breaker that is due to probe."""
    breaker = Breaker(FRAGILE)
    for call_id in (1, 2):
        await caught(through(breaker, call(call_id=call_id), Provider(Unavailable("down"))))
    assert breaker.circuit.name == "open"
    await asyncio.sleep(8.0)
    return breaker


async def test_a_herd_lets_exactly_the_permitted_probes_out() -> None:
    """Six libraries let 100 of 100 waiting callers out at once."""
    breaker, sun = await broken(), Provider("light", after=1.0)
    herd = [caught(through(breaker, call(call_id=n), sun)) for n in range(100)]
    errors = await asyncio.gather(*herd)
    assert sun.asked == 3
    assert [isinstance(error, BreakerOpen) for error in errors] == [False] * 3 + [True] * 97


async def test_a_neutral_error_as_a_probe_closes_nothing() -> None:
    """In six of nine libraries the caller's own mistake closes the breaker."""
    breaker = await broken()
    for number in range(50):
        await caught(through(breaker, call(call_id=number), Provider(InvalidRequest("bad"))))
    assert (breaker.circuit.name, breaker.circuit.probes_in_flight) == ("half_open", 0)


async def test_cancelled_probes_block_nobody() -> None:
    """One library refuses for ever after a cancelled probe."""
    breaker = await broken()
    for number in range(50):
        slow = Provider("late", after=9.0)
        gone = await cancelled_after(1.0, through(breaker, call(call_id=number), slow))
        assert isinstance(gone, asyncio.CancelledError)
    assert (breaker.circuit.name, breaker.circuit.probes_in_flight) == ("half_open", 0)
    for number in range(3):
        await through(breaker, call(call_id=number), Provider("light"))
    assert breaker.circuit.name == "closed"


async def test_a_late_success_closes_nothing() -> None:
    """In one library the answer to a question of before the outage ends the outage."""
    breaker = Breaker(FRAGILE)
    late = asyncio.create_task(through(breaker, call(), Provider("old light", after=9.5)))
    await asyncio.sleep(0)
    for call_id in (2, 3):
        await caught(through(breaker, call(call_id=call_id), Provider(TimedOut("late"))))
    await asyncio.sleep(8.0)
    probe = asyncio.create_task(through(breaker, call(), Provider("light", after=4.0)))
    assert await late == "old light"
    assert (breaker.circuit.name, breaker.circuit.probes_in_flight) == ("half_open", 1)
    await probe


async def test_a_full_limiter_opens_no_breaker() -> None:
    """Our own refusals are no evidence against a healthy provider."""
    breaker = Breaker(FRAGILE)
    limiter = Limiter(LimiterOptions(calls=1, per_seconds=99.0, burst=1, max_wait_seconds=0.0))
    sun = Provider("light")

    async def limited() -> object:
        return await through(limiter, call(), sun)

    errors = [await caught(through(breaker, call(call_id=n), limited)) for n in range(100)]
    assert [isinstance(error, LimitReached) for error in errors] == [False] + [True] * 99
    assert breaker.circuit.name == "closed"


def refusing() -> tuple[Policy, ...]:
    """Policies that refuse every further call."""
    breaker = Breaker()
    breaker.circuit.force("forced_open", 0.0, "test")
    strict = LimiterOptions(calls=1, per_seconds=1e6, burst=1, max_wait_seconds=0.0)
    return breaker, Limiter(strict)


A_FEW = 1_000
"""What the tests before this one may leave, beside 10 000 refusals."""


@pytest.mark.unmeasured
@pytest.mark.parametrize("number", [0, 1], ids=["breaker", "limiter"])
async def test_refusals_leave_nothing_behind(number: int) -> None:
    """One library holds 60 000 traceback nodes after 10 000 refusals; nor do we leave cycles."""
    policy, sun = refusing()[number], Provider("light", after=0.0)
    await caught(through(policy, call(), sun))
    gc.collect()
    before = sum(isinstance(one, TracebackType) for one in gc.get_objects())
    gc.disable()
    try:
        for _ in range(10_000):
            await caught(through(policy, call(), sun))
        assert gc.collect() < A_FEW
    finally:
        gc.enable()
    assert sum(isinstance(one, TracebackType) for one in gc.get_objects()) < before + A_FEW


EACH = KeyedOptions(key=lambda key: key, calls=1, per_seconds=1e9)


def lines_run(action: Callable[[], object]) -> int:
    """How many lines of Python *action* runs: a cost that no busy machine can change."""
    count = 0

    def count_line(_frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return count_line

    before = sys.gettrace()
    sys.settrace(count_line)
    try:
        action()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.unmeasured
def test_a_key_costs_the_same_among_a_hundred_thousand() -> None:
    """In memory, one library takes 8-15 ms per hit at 100 000 live keys instead of 7 µs."""

    def costs(keys: int) -> tuple[int, int, int]:
        lanes = Lanes(EACH)
        for key in range(keys):
            lanes.find((key,), {}, 0.0)
        known = lines_run(lambda: lanes.find((keys // 2,), {}, 0.0))
        new = lines_run(lambda: lanes.find((-1,), {}, 0.0))
        again = lines_run(lambda: lanes.find((-2,), {}, 0.0))
        return known, new, again

    assert max(costs(EACH.most_keys)) <= max(costs(100)) + 12  # forgetting one for the new one
    assert costs(EACH.most_keys)[0] == costs(100)[0]


@pytest.mark.unmeasured
def test_no_key_is_silently_dropped_below_the_bound() -> None:
    """One library quietly keeps 1 024 keys, and the rest have no limit."""
    lanes, used_up = Lanes(EACH), 0
    for _, key in itertools.product(range(2), range(20_000)):
        lane = lanes.find((key,), {}, 0.0)
        assert lane is not None
        used_up += lane.reserve_several(0.0, 1) > 0
    assert (len(lanes), used_up) == (20_000, 20_000)


def bytes_each(count: int, make: Callable[[int], object]) -> float:
    """The memory that one of *count* things made by *make* takes."""
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        kept = [make(number) for number in range(count)]
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return (after - before) / len(kept)


@pytest.mark.unmeasured
def test_a_key_takes_at_most_400_bytes() -> None:
    """Its name, its place in the order of use and its state, once it was used."""
    lanes = Lanes(EACH)

    def use(number: int) -> None:
        lane = lanes.find((f"tenant-{number:08}",), {}, float(number))
        assert lane is not None
        lane.reserve_several(float(number), 1)

    assert bytes_each(20_000, use) <= 400


@pytest.mark.unmeasured
def test_an_idle_breaker_takes_at_most_400_bytes() -> None:
    """With a full window of a hundred attempts, a few of them failed."""
    options = BreakerOptions(rates=TripRates(window_attempts=100))

    def used(_: int) -> Breaker:
        breaker = Breaker(options)
        for attempt in range(100):
            breaker.circuit.record(0, attempt, attempt % 10 != 0, 0.0)
        return breaker

    assert bytes_each(2_000, used) <= 400


def test_a_thousand_refusals_cost_no_more_than_the_first() -> None:
    """Refusing neither writes lists nor looks through any."""
    circuit = Circuit(FRAGILE, lambda: 1.0)
    circuit.force("forced_open", 0.0, "test")

    def refuse() -> None:
        with pytest.raises(Refused):
            circuit.admit(1.0)

    first = lines_run(refuse)
    for _ in range(1000):
        refuse()
    assert lines_run(refuse) == first
