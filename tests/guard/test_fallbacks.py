"""Bulkhead, cache, coalescing, fallback and faults in their places: whole lists of facts."""

import asyncio
from dataclasses import replace

from holdfast.errors import (
    BreakerOpen,
    ChainFailed,
    ChainRefused,
    InputRefused,
)
from holdfast.events import AnswerJudged, CallFinished
from holdfast.guard.options import GuardOptions, build
from holdfast.resilience.bulkhead import BulkheadOptions
from holdfast.resilience.cache import CacheOptions
from holdfast.resilience.fallback import FallbackOptions
from holdfast.resilience.fault import Faults
from holdfast.resilience.limiter import LimiterOptions
from holdfast.validation.verdict import failed, passed
from tests.guard.stage import (
    FRAGILE,
    OPTIONS,
    Provider,
    Stage,
    attempt_failed,
    caught,
    circuit,
    down,
    ended,
    items,
    open_breaker,
    origin,
)
from tests.guard.streams import read
from tests.jumping_time import EPOCH


def by_question(question: object = None, **_: object) -> object:
    """Calls with the same first argument are the same question."""
    return question


STALE = CacheOptions(key=by_question, fresh_seconds=0.0, max_stale_seconds=64.0)
NO, YES = failed("some", "empty answer"), passed("some")


def served(
    at: float, latency_ms: float | None, served_from: str, *, age: float | None = None,
    call_id: int = 1, attempts: int = 1, total_ms: float | None = None,
    instead_of: tuple[str, str] | None = None,
) -> CallFinished:  # fmt: skip
    """The end of a call that somebody else than the provider answered."""
    error, reason = instead_of or (None, None)
    end = ended(
        at, "succeeded", latency_ms, call_id=call_id, attempts=attempts, total_ms=total_ms,
        error=error, reason=reason,
    )  # fmt: skip
    return replace(end, served_from=served_from, stale_age_seconds=age)


def test_every_policy_stands_in_the_documented_order() -> None:
    """Outermost first, as the table of one call has them; each is absent unless configured."""
    options = GuardOptions(
        limiter=LimiterOptions(),
        bulkhead=BulkheadOptions(),
        cache=STALE,
        coalesce=by_question,
        fallback=FallbackOptions(),
    )
    guard = build("sun", "shine", options, checks=[print], validators=[lambda _: YES],
                  faults=Faults())  # fmt: skip
    assert [type(policy).__name__ for policy in guard.policies] == [
        "InputCheck", "Fallback", "Deadline", "Cache", "Coalesce", "Retry", "Breaker", "Limiter",
        "Bulkhead", "Timeout", "Faults", "Validate",
    ]  # fmt: skip


async def test_a_slow_provider_still_gets_its_stale_answer() -> None:
    """The deadline ends the attempt, not the call: the old answer is served with its age."""
    stage = Stage(replace(FRAGILE, deadline_seconds=2.0, cache=STALE))
    sun = Provider("light", after=0.5)
    await stage.guard.call(sun, "q")
    sun.after = 99.0
    assert await stage.guard.call(sun, "q") == "light"
    assert stage.events == [
        ended(0.5, "succeeded", 500.0),
        served(2.5, 2000.0, "stale", age=2.5, call_id=2,
               instead_of=("DeadlineExceeded", "no answer within the 2 s left")),
    ]  # fmt: skip
    assert circuit(stage.guard).consecutive_failures == 1


async def test_another_provider_has_its_own_time_after_the_deadline() -> None:
    """A slow provider has used up the call's time, not that of who stands in for it."""
    fallback = FallbackOptions(others={"moon": Provider("moonlight", after=1.0)})
    stage = Stage(replace(FRAGILE, deadline_seconds=2.0, fallback=fallback))
    assert await stage.guard.call(Provider("late", after=99.0)) == "moonlight"
    assert asyncio.get_running_loop().time() == 3.0


async def test_an_open_breaker_still_serves_stale() -> None:
    """Nothing goes out and the user is answered; too old an answer is not served."""
    stage = Stage(replace(FRAGILE, cache=replace(STALE, max_stale_seconds=8.0)))
    await stage.guard.call(Provider("light"), "q")
    await open_breaker(stage)
    sun = Provider("new light")
    assert await stage.guard.call(sun, "q") == "light"
    reason = "breaker of sun shine refuses calls for 16.0 s"
    assert stage.events[-1] == served(
        0.75, None, "stale", age=0.75, call_id=4, attempts=0, instead_of=("BreakerOpen", reason)
    )
    await asyncio.sleep(8.0)
    error = await caught(stage.guard.call(sun, "q"))
    assert isinstance(error, ChainRefused)
    assert str(error) == (
        "nothing to serve - provider: BreakerOpen (breaker of sun shine refuses calls for 8.0 s); "
        "stale: CallRefused (no answer younger than 8 s is kept)"
    )
    assert (stage.outcomes()[-1], sun.asked) == ("refused", 0)


async def test_a_cached_answer_is_told_with_its_age() -> None:
    """It costs no token, no permit and no attempt; streams of the same key are never kept."""
    stage = Stage(replace(OPTIONS, cache=CacheOptions(key=by_question)))
    for _ in range(2):
        assert await read(await stage.guard.stream(items, "q", after=0.25)) == ["q"]
    sun = Provider("light")
    for _ in range(2):
        assert await stage.guard.call(sun, "q") == "light"
    assert stage.events[3:] == [
        served(0.75, None, "cache", age=0.25, call_id=4, attempts=0, total_ms=0.0)
    ]
    assert await read(await stage.guard.stream(items, "q", after=0.25)) == ["q"]


async def test_named_arguments_are_part_of_the_question() -> None:
    """Two languages are two questions."""
    options = replace(OPTIONS, cache=CacheOptions(key=lambda text, language: (text, language)))
    stage, sun = Stage(options), Provider("one", "two")
    asked = [await stage.guard.call(sun, "q", language=name) for name in ("ta", "hi", "ta")]
    assert asked == ["one", "two", "one"]


async def test_another_provider_answers_under_its_own_guard() -> None:
    """Two ends: the failed provider's call, served by another; the other's own."""
    moon = Stage(FRAGILE)
    others = {"moon": moon.guard(Provider("moonlight"))}
    stage = Stage(replace(OPTIONS, fallback=FallbackOptions(others=others)))
    assert await stage.guard.call(Provider(down())) == "moonlight"
    assert stage.events == [
        attempt_failed(0.25, 1, "Unavailable", "down", 250.0, 0.5),
        attempt_failed(1.0, 2, "Unavailable", "down", 250.0, 1.0),
        attempt_failed(2.25, 3, "Unavailable", "down", 250.0, None),
        replace(
            served(2.5, 250.0, "fallback:moon", attempts=3, total_ms=2500.0,
                   instead_of=("Unavailable", "down")),
            waited_ms=1500.0,
        ),
    ]  # fmt: skip
    assert moon.events == [ended(2.5, "succeeded", 250.0)]
    assert circuit(stage.guard).consecutive_failures == 3


async def test_the_same_validators_judge_what_is_served_instead() -> None:
    """What they reject is passed over; the accepted answer's verdict is the call's."""
    fallback = FallbackOptions(others={"moon": Provider(""), "stars": Provider("starlight")})
    stage = Stage(
        replace(FRAGILE, fallback=fallback),
        validators=[lambda answer: YES if answer else NO],
    )
    assert await stage.guard.call(Provider("")) == "starlight"
    assert stage.events == [
        AnswerJudged(origin(), EPOCH + 0.25, NO),
        AnswerJudged(origin(), EPOCH + 0.5, NO),
        replace(
            served(0.75, 250.0, "fallback:stars", total_ms=750.0,
                   instead_of=("SemanticError", "empty answer")),
            verdict=YES,
        ),
    ]  # fmt: skip


async def test_when_nothing_can_be_served_the_failure_counts_once() -> None:
    """One end, one error with every reason; the breaker heard of the provider only."""
    fallback = FallbackOptions(others={"moon": Provider(KeyError("secret"))})
    stage = Stage(replace(FRAGILE, fallback=fallback))
    assert isinstance(await caught(stage.guard.call(Provider(down()))), ChainFailed)
    reason = "nothing to serve - provider: Unavailable (down); fallback:moon: KeyError"
    assert stage.events == [
        ended(0.5, "failed", 250.0, total_ms=500.0, error="ChainFailed", reason=reason)
    ]
    assert circuit(stage.guard).consecutive_failures == 1


async def test_refused_input_is_not_answered_with_something_else() -> None:
    """What cannot succeed is the caller's to change."""

    def refuse(_: tuple[object, ...]) -> None:
        raise InputRefused("too long")

    stage = Stage(replace(FRAGILE, fallback=FallbackOptions(default="dark")), checks=[refuse])
    assert isinstance(await caught(stage.guard.call(Provider("light"))), InputRefused)


async def test_a_body_is_admitted_timed_and_told_only() -> None:
    """Neither cached, shared nor replaced, whatever is configured; the key is not asked."""

    def no_key(*_: object) -> object:
        raise AssertionError

    options = replace(
        FRAGILE, cache=CacheOptions(key=no_key), coalesce=no_key,
        fallback=FallbackOptions(default="dark"),
    )  # fmt: skip
    stage = Stage(options)
    for _ in range(2):
        async with stage.guard as guard:
            assert guard is stage.guard
    stage.events.clear()
    circuit(stage.guard).force("forced_open", 0.0, "test")
    error = await caught(stage.guard.__aenter__())
    assert (type(error), stage.outcomes()) == (BreakerOpen, ["refused"])
