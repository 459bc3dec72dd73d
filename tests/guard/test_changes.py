"""What an operator changes holds from then on, is told once, and loses nobody."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from holdfast.errors import ConfigurationError, LimitReached, TimedOut, Unavailable
from holdfast.events import ControlUsed, Event
from holdfast.guard.controls import Controls, rate_of
from holdfast.guard.guard import Guard
from holdfast.guard.options import GuardOptions, build
from holdfast.resilience.bulkhead import Bulkhead, BulkheadOptions
from holdfast.resilience.cache import CacheOptions
from holdfast.resilience.fault import Fault, Faults
from holdfast.resilience.limiter import Limiter, LimiterOptions
from holdfast.resilience.retry import RetryOptions
from tests.guard.stage import Provider, caught
from tests.jumping_time import EPOCH, jumping_clock

SHINE = ("sun", "shine")
RATE = LimiterOptions(calls=60, per_seconds=60.0, burst=1, max_wait_seconds=0.0)


class Desk:
    """Controls over one guard of *options*, and what they *told*."""

    def __init__(self, options: GuardOptions, **more: Any) -> None:
        self.told: list[ControlUsed] = []
        self.controls = Controls(sink=self._hear, clock=jumping_clock(), faults=more.get("faults"))
        self.guard = self.controls.add(
            build(*SHINE, options, clock=jumping_clock(), random=lambda: 0.0, **more)
        )

    def _hear(self, event: Event) -> None:
        if isinstance(event, ControlUsed):
            self.told.append(event)

    def actions(self) -> list[str]:
        """What was done to the guard, by "ops"."""
        assert all(one.actor == "ops" for one in self.told)
        return [one.action for one in self.told]


def only(**options: Any) -> GuardOptions:
    """A guard with just these policies."""
    nothing = dict.fromkeys(("deadline_seconds", "retry", "breaker", "limiter", "timeout_seconds"))
    return GuardOptions(**{**nothing, **options})


async def test_a_rate_is_changed_for_all_that_share_it() -> None:
    """What was not said stays; what is used stays used; the fact names no single operation."""
    shared = Limiter(RATE)
    desk = Desk(only(), limiter=shared)
    desk.controls.add(build("sun", "set", only(), limiter=shared, clock=jumping_clock()))
    sun = Provider("light", after=0.0)
    await desk.guard.call(sun)
    desk.controls.change_rate(SHINE, calls=120, burst=3, actor="ops")
    gone = [await caught(desk.guard.call(sun)) for _ in range(4)]
    assert [error is None for error in gone] == [True, True, False, False]
    assert isinstance(gone[2], LimitReached)
    assert gone[2].retry_in_seconds == pytest.approx(0.5)
    rate = rate_of(desk.guard)
    assert rate is not None
    assert (rate.options.calls, rate.options.per_seconds, rate.options.burst) == (120, 60.0, 3)
    assert desk.told == [
        ControlUsed("sun", None, EPOCH, "change_rate:120 per 60 s, 3 at once", "ops")
    ]


async def test_a_slower_rate_forgives_no_use_and_holds_no_grudge() -> None:
    """A whole burst in use is a whole burst in use, at whatever pace it comes back."""
    desk = Desk(only(limiter=LimiterOptions(calls=10, per_seconds=1.0, burst=10)))
    sun = Provider("light", after=0.0)
    for _ in range(10):
        await desk.guard.call(sun)
    desk.controls.change_rate(SHINE, calls=1, burst=2, actor="ops")
    began = asyncio.get_running_loop().time()
    await desk.guard.call(sun)
    assert asyncio.get_running_loop().time() - began == pytest.approx(1.0)


async def test_more_seats_are_given_at_once_and_fewer_as_calls_end() -> None:
    """In order; nobody is thrown out, nobody is lost."""
    desk = Desk(only(bulkhead=BulkheadOptions(seats=1, max_wait_seconds=60.0)))
    bulkhead = next(one for one in desk.guard.policies if isinstance(one, Bulkhead))
    calls = [asyncio.create_task(desk.guard.call(Provider("x", after=1.0))) for _ in range(6)]
    await asyncio.sleep(0.5)
    desk.controls.change_seats(SHINE, 3, actor="ops")
    assert (bulkhead.taken, bulkhead.waiting) == (3, 3)
    desk.controls.change_seats(SHINE, 1, actor="ops")
    await asyncio.sleep(0.6)
    assert (bulkhead.taken, bulkhead.waiting) == (2, 3)
    await asyncio.sleep(0.5)
    assert (bulkhead.taken, bulkhead.waiting) == (1, 2)
    assert await asyncio.gather(*calls) == ["x"] * 6
    assert bulkhead.taken == 0
    assert desk.actions() == ["change_seats:3", "change_seats:1"]


async def test_a_shorter_timeout_holds_for_attempts_to_come() -> None:
    """One that is out keeps its own; so does a stream's idle time that was said."""
    desk = Desk(only(timeout_seconds=10.0))
    out = asyncio.create_task(desk.guard.call(Provider("late", after=5.0)))
    await asyncio.sleep(1.0)
    desk.controls.change_timeout(SHINE, 2, actor="ops")
    began = asyncio.get_running_loop().time()
    assert isinstance(await caught(desk.guard.call(Provider("late", after=5.0))), TimedOut)
    assert asyncio.get_running_loop().time() - began == pytest.approx(2.0)
    assert await out == "late"
    assert desk.actions() == ["change_timeout:2"]


async def test_deadline_and_retries_hold_for_calls_to_come() -> None:
    """Zero retries is one attempt; the budget stays what it was."""
    desk = Desk(only(deadline_seconds=60.0, timeout_seconds=30.0, retry=RetryOptions(retries=3)))
    sun = Provider(Unavailable("down"), after=0.0)
    await caught(desk.guard.call(sun))
    desk.controls.change_retries(SHINE, 0, actor="ops")
    await caught(desk.guard.call(sun))
    assert sun.asked == 4 + 1
    desk.controls.change_deadline(SHINE, 0.5, actor="ops")
    assert isinstance(await caught(desk.guard.call(Provider("late", after=1.0))), TimedOut)
    assert desk.actions() == ["change_retries:0", "change_deadline:0.5"]


async def test_a_cleared_cache_asks_again() -> None:
    """And says how much it forgot."""
    desk = Desk(only(cache=CacheOptions(key=lambda: "one")))
    sun = Provider("light", after=0.0)
    await desk.guard.call(sun)
    await desk.guard.call(sun)
    assert desk.controls.clear_cache(SHINE, actor="ops") == 1
    await desk.guard.call(sun)
    assert sun.asked == 2
    assert desk.actions() == ["clear_cache:1"]


async def test_faults_are_switched_where_they_are_allowed() -> None:
    """The fact says whom they are for."""
    desk = Desk(only(), faults=Faults())
    fault = Fault(error=Unavailable)
    desk.controls.start_fault("out", fault, integration="sun", operation="shine", actor="ops")
    assert isinstance(await caught(desk.guard.call(Provider("light"))), Unavailable)
    desk.controls.stop_fault("out", actor="ops")
    assert await desk.guard.call(Provider("light")) == "light"
    assert [(one.integration, one.operation, one.action) for one in desk.told] == [
        ("sun", "shine", "start_fault:out"),
        ("*", None, "stop_fault:out"),
    ]
    with pytest.raises(KeyError, match="out"):
        desk.controls.stop_fault("out", actor="ops")
    with pytest.raises(ConfigurationError, match="HOLDFAST_FAULTS=on"):
        Desk(only()).controls.start_fault("out", fault, actor="ops")


EVERYTHING = GuardOptions(
    bulkhead=BulkheadOptions(),
    cache=CacheOptions(key=lambda: "one"),
    limiter=LimiterOptions(),
    retry=RetryOptions(),
)

WRONG: dict[str, Callable[[Controls], object]] = {
    "calls must be a whole number >= 1, got 0": lambda to: to.change_rate(
        SHINE, calls=0, actor="ops"
    ),
    "burst must be a whole number >= 1, got 2.5": lambda to: to.change_rate(
        SHINE, burst=2.5, actor="ops"  # type: ignore[arg-type]
    ),
    "a time must be a number of seconds > 0, got nan": lambda to: to.change_rate(
        SHINE, per_seconds=float("nan"), actor="ops"
    ),
    "seats must be a whole number >= 1, got True": lambda to: to.change_seats(
        SHINE, True, actor="ops"
    ),
    "a time must be a number of seconds > 0, got -1": lambda to: to.change_timeout(
        SHINE, -1, actor="ops"
    ),
    "a time must be a number of seconds > 0, got inf": lambda to: to.change_deadline(
        SHINE, float("inf"), actor="ops"
    ),
    "retries must be a whole number >= 0, got '2'": lambda to: to.change_retries(
        SHINE, "2", actor="ops"  # type: ignore[arg-type]
    ),
    "a breaker is forced forced_open, forced_closed, disabled, not 'ajar'": lambda to: (
        to.force_breaker(SHINE, "ajar", actor="ops")  # type: ignore[arg-type]
    ),
}  # fmt: skip


@pytest.mark.parametrize("words", WRONG)
async def test_a_value_that_cannot_be_is_one_clear_error_and_changes_nothing(words: str) -> None:
    """With the value and what is allowed."""
    desk = Desk(EVERYTHING)
    policies, rate = desk.guard.policies, rate_of(desk.guard)
    assert rate is not None
    options = rate.options
    with pytest.raises(ValueError, match=f"^{words}$"):
        WRONG[words](desk.controls)
    assert (desk.guard.policies, rate.options, desk.told) == (policies, options, [])


CHANGES: dict[str, Callable[[Controls], object]] = {
    "limiter": lambda to: to.change_rate(SHINE, calls=1, actor="ops"),
    "bulkhead": lambda to: to.change_seats(SHINE, 1, actor="ops"),
    "timeout": lambda to: to.change_timeout(SHINE, 1, actor="ops"),
    "deadline": lambda to: to.change_deadline(SHINE, 1, actor="ops"),
    "retry": lambda to: to.change_retries(SHINE, 1, actor="ops"),
    "cache": lambda to: to.clear_cache(SHINE, actor="ops"),
    "breaker": lambda to: to.reset_breaker(SHINE, actor="ops"),
}


@pytest.mark.parametrize("policy", CHANGES)
async def test_what_a_guard_has_not_cannot_be_changed(policy: str) -> None:
    """It is named, and no fact is told."""
    desk = Desk(only())
    with pytest.raises(KeyError, match=f"the guard of sun shine has no {policy}"):
        CHANGES[policy](desk.controls)
    with pytest.raises(KeyError, match="moon"):
        Controls().change_seats(("moon", "rise"), 1, actor="ops")
    assert desk.told == []


async def test_a_guard_without_a_name_for_it_is_not_touched() -> None:
    """Replacing what is not there replaces nothing."""
    guard = Guard(*SHINE, [Limiter(RATE)])
    before = guard.policies
    guard.replace(Limiter(RATE), Limiter(RATE))
    assert guard.policies == before
