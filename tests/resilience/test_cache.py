"""Remembered answers: only good ones, only so long, only so many."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import CallRefused, ConfigurationError, Unavailable
from holdfast.resilience.cache import Cache, CacheOptions
from holdfast.resilience.policy import Call, compose
from holdfast.validation.verdict import passed
from tests.guard.stage import Provider, caught, run
from tests.resilience.lone import call, through


def whole(*arguments: object, **named: object) -> tuple[object, ...]:
    """Everything the caller handed in is the key."""
    return (*arguments, *sorted(named.items()))


FRESH = CacheOptions(key=whole, fresh_seconds=8.0)
STALE = CacheOptions(key=whole, fresh_seconds=0.0, max_stale_seconds=8.0)


async def test_a_fresh_answer_spares_the_call() -> None:
    """Until it is as old as allowed, counted from when its call began; the age is told."""
    cache, sun = Cache(FRESH), Provider("one", "two", after=1.0)
    assert await through(cache, call("q"), sun) == "one"
    await asyncio.sleep(4.0)
    again = call("q")
    assert await through(cache, again, sun) == "one"
    assert (again.served_from, again.stale_age_seconds, again.attempts) == ("cache", 5.0, 0)
    await asyncio.sleep(3.0)
    later = call("q")
    assert await through(cache, later, sun) == "two"
    assert (later.served_from, later.stale_age_seconds, sun.asked) == ("provider", None, 2)


async def test_other_questions_have_their_own_answers() -> None:
    """Positional and named arguments make the key; None is like no other."""
    cache, sun = Cache(CacheOptions(key=lambda *a, **k: whole(*a, **k) or None)), Provider(*"abcde")
    named = call("q")
    named.named = {"language": "ta"}
    asked = [call("q"), call("r"), named, call("q"), call(), call()]
    assert [await through(cache, one, sun) for one in asked] == ["a", "b", "c", "a", "d", "e"]
    assert len(cache) == 3


async def test_the_verdict_is_kept_with_the_answer() -> None:
    """A cached answer was judged when it came."""
    cache, yes = Cache(FRESH), passed("some", 0.75)

    async def judged(one: Call) -> str:
        one.verdict = yes
        return "light"

    await compose([cache], judged)(call("q"))
    again = call("q")
    await through(cache, again, Provider("dark"))
    assert again.verdict is yes


async def test_failures_are_not_kept() -> None:
    """What raised is asked again."""
    cache, sun = Cache(FRESH), Provider(Unavailable("down"), "light")
    assert isinstance(await caught(through(cache, call("q"), sun)), Unavailable)
    assert await through(cache, call("q"), sun) == "light"


@pytest.mark.parametrize("served_from", ["coalesced", "fault:wrong"])
async def test_only_the_providers_own_answers_are_kept(served_from: str) -> None:
    """What somebody else keeps already, or was made up for a rehearsal, is not."""
    cache = Cache(FRESH)

    async def answer(one: Call) -> str:
        one.served_from = served_from
        return "light"

    assert await compose([cache], answer)(call("q")) == "light"
    assert len(cache) == 0


async def test_a_held_answer_is_not_kept() -> None:
    """A stream can be read once only."""
    cache = Cache(FRESH)

    async def opened(one: Call) -> str:
        one.held = True
        return "stream"

    await compose([cache], opened)(call("q"))
    assert len(cache) == 0


async def test_a_stale_answer_has_an_age_and_a_hard_bound() -> None:
    """It is never served instead of calling, and not at all once it is too old."""
    cache, sun = Cache(STALE), Provider("one", "two")
    await through(cache, call("q"), sun)
    assert await through(cache, call("q"), sun) == "two"
    await asyncio.sleep(7.5)
    one = call("q")
    assert await cache.stale(one) == "two"
    assert one.stale_age_seconds == 7.75
    await asyncio.sleep(0.25)
    error = await caught(cache.stale(call("q")))
    assert isinstance(error, CallRefused)
    assert str(error) == "no answer younger than 8 s is kept"


async def test_the_least_recently_used_goes() -> None:
    """The number of answers is bounded; being served keeps an answer."""
    cache, sun = Cache(CacheOptions(key=whole, max_entries=2)), Provider(*"abcd", after=0.0)
    asked = [await through(cache, call(question), sun) for question in "qrqsqr"]
    assert asked == ["a", "b", "a", "c", "a", "d"]
    assert len(cache) == 2


async def test_a_key_that_cannot_be_looked_up_is_said_clearly() -> None:
    """The error names the operation, the kind of thing, and the way out; not its content."""
    cache = Cache(CacheOptions(key=dict))  # type: ignore[arg-type]
    error = await caught(through(cache, call({"secret": 1}), Provider("light")))
    assert isinstance(error, ConfigurationError)
    assert str(error) == (
        "the key of sun shine must be hashable (a string, a tuple of them), got a dict"
    )


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 8)), min_size=1, max_size=30),
    st.sampled_from([0.0, 2.0, 4.0]),
    st.sampled_from([2.0, 6.0]),
)
def test_what_is_served_is_what_a_plain_list_would_find(
    script: list[tuple[str, int]], fresh: float, stale: float
) -> None:
    """Fresh and stale answers are the newest of the question, if young enough."""

    async def main() -> None:
        cache = Cache(CacheOptions(key=whole, fresh_seconds=fresh, max_stale_seconds=stale))
        kept: dict[str, tuple[float, Any]] = {}
        loop = asyncio.get_running_loop()
        for number, (question, passes) in enumerate(script):
            now = loop.time()
            since, answer = kept.get(question, (-99.0, None))
            error = await caught(cache.stale(call(question)))
            assert (error is None) == (now - since < stale)
            if now - since >= fresh:
                answer = number
                kept[question] = (now, number)
            assert await through(cache, call(question), Provider(number, after=0.0)) == answer
            await asyncio.sleep(passes / 2)

    run(main())


@pytest.mark.parametrize(
    "wrong", [{"fresh_seconds": -1}, {"max_stale_seconds": -1}, {"max_entries": 0},
              {"fresh_seconds": 0}]
)  # fmt: skip
def test_impossible_options_are_refused_with_their_values(wrong: dict[str, int]) -> None:
    """The error shows the options as they were given."""
    ((name, value),) = wrong.items()
    with pytest.raises(ValueError, match=rf"cache needs .* got .*{name}={value}"):
        CacheOptions(key=whole, **wrong)
