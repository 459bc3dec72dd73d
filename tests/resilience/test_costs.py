"""Calls of several places, and what a provider's answers teach the limiter."""

import asyncio

import pytest

from holdfast.errors import ConfigurationError, InputRefused
from holdfast.resilience.limiter import Limiter, LimiterOptions
from tests.guard.stage import Provider, caught
from tests.resilience.lone import call, through

TEN_A_SECOND = LimiterOptions(
    calls=10, per_seconds=1.0, burst=10, max_wait_seconds=5.0, cost=lambda tokens: tokens
)


async def test_a_call_takes_as_many_places_as_it_costs_in_turn() -> None:
    """A dear call waits until all of its places are free, and nobody cheap slips past it."""
    limiter, passed = Limiter(TEN_A_SECOND), list[tuple[int, float]]()

    async def enter(tokens: int) -> None:
        async def note() -> None:
            passed.append((tokens, asyncio.get_running_loop().time()))

        await through(limiter, call(tokens), note)

    await asyncio.gather(*(enter(tokens) for tokens in (8, 10, 1, 2)))
    assert passed == [
        (8, 0.0), (10, pytest.approx(0.8)), (1, pytest.approx(0.9)), (2, pytest.approx(1.1)),
    ]  # fmt: skip
    assert limiter.rate.used.total == 10 + 1 + 2  # of the last second


@pytest.mark.parametrize(
    ("cost", "kind", "words"),
    [
        (11, InputRefused, "a call of sun shine costs 11 places, at most 10 go at once"),
        (0, ConfigurationError, "the cost of sun shine must be a whole number >= 1, got 0"),
        (1.5, ConfigurationError, "the cost of sun shine must be a whole number >= 1, got 1.5"),
    ],
)
async def test_what_could_never_go_is_refused_and_takes_nothing(
    cost: float, kind: type[Exception], words: str
) -> None:
    """A clear word at once, not a wait without end."""
    limiter = Limiter(TEN_A_SECOND)
    error = await caught(through(limiter, call(cost), Provider("light")))
    assert (type(error), str(error)) == (kind, words)
    assert limiter.rate.used.total == 0


async def test_none_left_until_then_means_nobody_before() -> None:
    """Whatever our own rate allows; a shorter word later does not undo a longer one."""
    limiter = Limiter(LimiterOptions())
    limiter.learn(0.0, 4.0)
    limiter.learn(0.0, 1.0)
    one = call()
    await through(limiter, one, Provider("light"))
    assert one.waited_ms == 4000.0
