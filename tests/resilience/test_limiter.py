"""The queue in front of the bucket: in order, bounded, and nothing lost when someone leaves."""

import asyncio
from dataclasses import replace

import pytest

from holdfast.errors import DeadlinePassed, LimitReached, RateLimited
from holdfast.resilience.limiter import Limiter, LimiterOptions
from tests.guard.stage import cancelled_after, caught
from tests.resilience.lone import call, through

ONE_A_SECOND = LimiterOptions(calls=1, per_seconds=1.0, burst=1, max_wait_seconds=5.0)


class Turnstile:
    """Who came through a limiter, and when."""

    def __init__(self, options: LimiterOptions = ONE_A_SECOND) -> None:
        self.limiter = Limiter(options)
        self.passed: list[tuple[str, float]] = []

    async def enter(self, name: str, deadline: float | None = None) -> float:
        """The milliseconds that *name* waited."""
        one = call(deadline=deadline)
        await through(self.limiter, one, lambda: self._note(name))
        return one.waited_ms

    async def _note(self, name: str) -> None:
        self.passed.append((name, asyncio.get_running_loop().time()))


async def test_callers_go_in_order_of_arrival_at_the_rate() -> None:
    """One a second, first come first served, and each knows how long it waited."""
    gate = Turnstile()
    waited = await asyncio.gather(*(gate.enter(name) for name in "abcd"))
    assert gate.passed == [("a", 0.0), ("b", 1.0), ("c", 2.0), ("d", 3.0)]
    assert waited == [0.0, 1000.0, 2000.0, 3000.0]


async def test_who_leaves_the_queue_has_taken_nothing() -> None:
    """A cancelled caller's place goes to the next one, wherever in the queue it stood."""
    gate = Turnstile()
    await gate.enter("a")
    leaving = [asyncio.create_task(cancelled_after(0.5, gate.enter(name))) for name in "bc"]
    await asyncio.sleep(0)
    staying = [asyncio.create_task(gate.enter(name)) for name in "de"]
    await asyncio.gather(*leaving, *staying)
    assert gate.passed == [("a", 0.0), ("d", 1.0), ("e", 2.0)]
    assert gate.limiter.rate.refused == 0


async def test_leaving_does_not_let_two_go_at_once() -> None:
    """A place given up in the middle of the queue is not taken twice."""
    gate = Turnstile()
    tasks = [asyncio.create_task(gate.enter(name)) for name in "abcd"]
    await asyncio.sleep(0.5)
    tasks[1].cancel()
    await asyncio.sleep(0)
    tasks.append(asyncio.create_task(gate.enter("e")))
    await asyncio.gather(*tasks, return_exceptions=True)
    assert gate.passed == [("a", 0.0), ("c", 1.0), ("d", 2.0), ("e", 3.0)]


async def test_leaving_disturbs_nobody_who_is_first_already() -> None:
    """While the first one waits for its place, those behind it may come and go."""
    gate = Turnstile()
    staying = [asyncio.create_task(gate.enter(name)) for name in "abc"]
    leaving = [asyncio.create_task(cancelled_after(1.5, gate.enter(name))) for name in "de"]
    await asyncio.gather(*staying)
    assert [type(await gone) for gone in leaving] == [asyncio.CancelledError] * 2
    await gate.enter("f")
    assert gate.passed == [("a", 0.0), ("b", 1.0), ("c", 2.0), ("f", 3.0)]


async def test_refuses_at_once_who_would_wait_too_long() -> None:
    """The refusal names the time to wait, queue included; who may just wait long enough waits."""
    gate = Turnstile()
    results = await asyncio.gather(*(caught(gate.enter(str(number))) for number in range(8)))
    refused = [error for error in results if error is not None]
    assert len(gate.passed) == 6
    assert [(type(error), str(error)) for error in refused] == [
        (LimitReached, "rate limit of sun is used up for 6.0 s")
    ] * 2
    assert gate.limiter.rate.refused == 2


async def test_refuses_who_could_not_make_the_deadline() -> None:
    """A place that is free only when the deadline has come is not waited for, nor taken."""
    gate = Turnstile()
    await gate.enter("a")
    assert isinstance(await caught(gate.enter("b", deadline=1.0)), LimitReached)
    assert await gate.enter("c", deadline=1.125) == 1000.0


async def test_a_retry_after_holds_those_who_wait_already() -> None:
    """Nobody goes before the provider's time, and who then cannot wait long enough is refused."""
    gate = Turnstile(replace(ONE_A_SECOND, burst=2))
    early = [asyncio.create_task(caught(gate.enter(name))) for name in "ab"]
    waiting = asyncio.create_task(caught(gate.enter("c")))
    hopeless = asyncio.create_task(caught(gate.enter("d")))
    await asyncio.sleep(0.5)
    gate.limiter.rate.block(0.5, 5.0)
    await asyncio.gather(*early)
    assert isinstance(await waiting, LimitReached)
    assert isinstance(await hopeless, LimitReached)
    assert asyncio.get_running_loop().time() == 1.0
    gate.limiter.rate.block(1.0, 3.0)
    await gate.enter("e")
    assert gate.passed == [("a", 0.0), ("b", 0.0), ("e", 5.5)]


@pytest.mark.parametrize(("told", "until"), [(4.0, 4.0), (None, 0.0)])
async def test_learns_from_what_the_provider_announces(told: float | None, until: float) -> None:
    """`RateLimited` passes untouched; its time, if it says one, blocks the bucket."""
    limiter = Limiter(LimiterOptions())
    error = RateLimited("slow down", retry_after_seconds=told)

    async def answer() -> None:
        raise error

    assert await caught(through(limiter, call(), answer)) is error
    assert limiter.rate.wait_seconds(0.0) == until
    assert limiter.rate.rate_limited == 1


async def test_other_errors_pass() -> None:
    """What else goes wrong further in is not the limiter's business."""
    limiter = Limiter()
    error = DeadlinePassed("too late")

    async def answer() -> None:
        raise error

    assert await caught(through(limiter, call(), answer)) is error
    assert limiter.rate.rate_limited == 0


@pytest.mark.parametrize(
    "wrong", [{"calls": 0}, {"burst": 0}, {"per_seconds": 0}, {"max_wait_seconds": -1}]
)
def test_impossible_options_are_refused_with_their_values(wrong: dict[str, int]) -> None:
    """The error shows the options as they were given."""
    ((name, value),) = wrong.items()
    with pytest.raises(ValueError, match=rf"limiter needs .* got .*{name}={value}"):
        LimiterOptions(**wrong)  # type: ignore[arg-type]
