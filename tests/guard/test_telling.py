"""What is told of a call, and how often: whole lists of facts."""

import asyncio
from dataclasses import replace

from holdfast.errors import (
    BreakerOpen,
    CallFailed,
    InvalidRequest,
    RateLimited,
    Unavailable,
)
from holdfast.events import AnswerJudged
from holdfast.resilience.retry import RetryOptions
from holdfast.validation.verdict import failed, passed
from tests.guard.stage import (
    FRAGILE,
    OPTIONS,
    Provider,
    Stage,
    attempt_failed,
    breaker_name,
    caught,
    circuit,
    down,
    ended,
    failing,
    moved,
    open_breaker,
    origin,
)
from tests.jumping_time import EPOCH


async def test_a_success_is_one_fact() -> None:
    """Nothing else is told of a call that just works."""
    stage = Stage()
    assert await stage.guard.call(Provider("light")) == "light"
    assert stage.events == [ended(0.25, "succeeded", 250.0)]


async def test_the_first_failure_stands_when_the_retry_is_refused() -> None:
    """The caller hears what went wrong, not that we did not try again."""
    stage = Stage(replace(FRAGILE, retry=RetryOptions(first_wait_seconds=0.5)))
    await caught(stage.guard.call(Provider(InvalidRequest("bad"), after=0.0)))
    other = asyncio.create_task(caught(stage.guard.call(Provider(down(), down(), after=0.125))))
    error = await caught(stage.guard.call(Provider(down(), after=0.25)))
    assert isinstance(error, Unavailable)
    assert isinstance(error.__cause__, BreakerOpen)
    await other
    told = ("Unavailable", "down")
    assert stage.events[2:] == [
        attempt_failed(0.125, 1, *told, 125.0, 0.5, call_id=3),
        moved(0.25, "closed", "open", "2 failures in a row", 16.0),
        attempt_failed(0.25, 1, *told, 250.0, 0.5, call_id=2),
        ended(0.625, "failed", 125.0, call_id=3, waited_ms=500.0, total_ms=625.0,
              error="Unavailable", reason="down"),
        ended(0.75, "failed", 250.0, call_id=2, waited_ms=500.0, total_ms=750.0,
              error="Unavailable", reason="down"),
    ]  # fmt: skip


async def test_each_failed_attempt_is_told_once() -> None:
    """Two failures and a success: two facts of attempts, one of the call; waits are exact."""
    stage = Stage()
    assert await stage.guard.call(failing(2, down)) == "answer"
    assert stage.events == [
        attempt_failed(0.25, 1, "Unavailable", "down", 250.0, 0.5),
        attempt_failed(1.0, 2, "Unavailable", "down", 250.0, 1.0),
        ended(2.25, "succeeded", 250.0, attempts=3, waited_ms=1500.0, total_ms=2250.0),
    ]


async def test_the_verdict_of_a_retried_call_is_the_last_answers() -> None:
    """A rejected answer is a failure like any other; what was accepted at last is what stands."""
    no, yes = failed("not empty", "empty answer"), passed("not empty", 1.0)
    stage = Stage(validators=[lambda answer: yes if answer else no])
    assert await stage.guard.call(Provider("", "light")) == "light"
    assert stage.events == [
        AnswerJudged(origin(), EPOCH + 0.25, no),
        attempt_failed(0.25, 1, "SemanticError", "empty answer", 250.0, 0.5),
        ended(1.0, "succeeded", 250.0, attempts=2, waited_ms=500.0, total_ms=1000.0, verdict=yes),
    ]


async def test_a_last_attempt_without_answer_has_no_verdict() -> None:
    """What was said of an answer before it is told, but is not the call's."""
    no = failed("not empty", "empty answer")
    stage = Stage(validators=[lambda _: no])
    await caught(stage.guard.call(Provider("", InvalidRequest("bad"))))
    assert [(event.attempts, event.verdict) for event in stage.finished()] == [(2, None)]


async def test_a_retry_after_holds_back_everyone() -> None:
    """The rate a provider announces is kept by those who did not hear it themselves."""
    stage = Stage(replace(OPTIONS, retry=RetryOptions()))
    slow_down = RateLimited("slow down", status=429, retry_after_seconds=4.0)
    first = asyncio.create_task(stage.guard.call(Provider(slow_down, "one")))
    await asyncio.sleep(0.5)
    assert await stage.guard.call(Provider("two")) == "two"
    assert await first == "one"
    assert stage.events == [
        attempt_failed(0.25, 1, "RateLimited", "slow down", 250.0, 4.0),
        ended(4.5, "succeeded", 250.0, call_id=2, waited_ms=3750.0, total_ms=4000.0),
        ended(4.5, "succeeded", 250.0, attempts=2, waited_ms=4000.0, total_ms=4500.0),
    ]
    assert circuit(stage.guard).consecutive_failures == 0


async def test_a_refusal_from_further_in_is_a_refusal() -> None:
    """What the function itself refuses never went out: no failure, no attempt, no retry."""
    inner, outer = Stage(FRAGILE), Stage(FRAGILE)
    await open_breaker(inner)
    error = await caught(outer.guard.call(inner.guard.call, Provider("light")))
    assert isinstance(error, BreakerOpen)
    assert outer.events == [
        ended(0.5, "refused", None, attempts=0, error="BreakerOpen", reason=str(error))
    ]
    assert circuit(outer.guard).consecutive_failures == 0


async def test_errors_that_are_not_ours_are_named_and_not_quoted() -> None:
    """Someone else's message may hold anything, so the fact has its type alone; it counts."""
    stage = Stage(FRAGILE)
    for _ in range(2):
        await caught(stage.guard.call(Provider(KeyError("secret"))))
    assert stage.events[0] == ended(0.25, "failed", 250.0, error="KeyError")
    assert breaker_name(stage.guard) == "open"
    assert not issubclass(KeyError, CallFailed)
