"""Coalesced calls and injected faults in their places: whole lists of facts."""

import asyncio
from dataclasses import replace

from holdfast.errors import (
    SemanticError,
    Unavailable,
)
from holdfast.events import AnswerJudged
from holdfast.guard.options import build
from holdfast.resilience.fault import Fault, Faults
from holdfast.validation.verdict import failed, passed
from tests.guard.stage import (
    FRAGILE,
    Provider,
    Stage,
    cancelled_after,
    caught,
    circuit,
    down,
    ended,
    moved,
    origin,
)
from tests.jumping_time import EPOCH, jumping_clock


def by_question(question: object = None, **_: object) -> object:
    """Calls with the same first argument are the same question."""
    return question


NO, YES = failed("some", "empty answer"), passed("some")


async def test_coalesced_calls_are_one_attempt_and_one_outcome_each() -> None:
    """The provider is asked once, the breaker hears once, each caller's call is told once."""
    stage = Stage(replace(FRAGILE, coalesce=by_question))
    sun = Provider(down(), "light")
    errors = await asyncio.gather(*(caught(stage.guard.call(sun, "q")) for _ in range(9)))
    assert [type(error) for error in errors] == [Unavailable] * 9
    assert (sun.asked, circuit(stage.guard).consecutive_failures) == (1, 1)
    assert stage.outcomes() == ["failed"] * 9
    assert [event.attempts for event in stage.finished()] == [1] + [0] * 8
    answers = await asyncio.gather(*(stage.guard.call(sun, "q") for _ in range(2)))
    assert (answers, sun.asked) == (["light"] * 2, 2)
    assert [event.served_from for event in stage.finished()[-2:]] == ["provider", "coalesced"]


async def test_a_leader_that_leaves_costs_the_followers_only_time() -> None:
    """Its call is cancelled, theirs succeed, no permit is lost."""
    stage = Stage(replace(FRAGILE, coalesce=by_question))
    sun = Provider("light", after=2.0)
    leader = asyncio.create_task(cancelled_after(1.0, stage.guard.call(sun, "q")))
    await asyncio.sleep(0.5)
    assert await stage.guard.call(sun, "q") == "light"
    await leader
    assert stage.events == [
        ended(1.0, "cancelled", 1000.0, error="CancelledError"),
        ended(3.0, "succeeded", 2000.0, call_id=2, waited_ms=500.0, total_ms=2500.0),
    ]


async def test_an_injected_outage_is_the_providers_to_every_policy() -> None:
    """Delays are latency, errors are retried and open the breaker, wrong answers are judged."""
    faults, told = Faults(), list[object]()
    stage_options = replace(FRAGILE, timeout_seconds=2.0)
    guard = build(
        "sun", "shine", stage_options, validators=[lambda answer: YES if answer else NO],
        faults=faults, sink=told.append, clock=jumping_clock(),
    )  # fmt: skip
    sun = Provider("light", after=0.5)
    faults.start("slow", Fault(delay_seconds=1.0), actor="ops")
    assert await guard.call(sun) == "light"
    faults.stop("slow", actor="ops")
    faults.start("liar", Fault(answer=lambda: ""), actor="ops")
    assert isinstance(await caught(guard.call(sun)), SemanticError)
    faults.start("liar", Fault(answer=lambda: "false light"), actor="ops")
    assert await guard.call(sun) == "false light"
    assert sun.asked == 1
    reason = "empty answer"
    assert told == [
        replace(ended(1.5, "succeeded", 1500.0), verdict=YES),
        AnswerJudged(origin(2), EPOCH + 1.5, NO),
        replace(ended(1.5, "failed", 0.0, call_id=2, error="SemanticError", reason=reason),
                verdict=NO),
        replace(ended(1.5, "succeeded", 0.0, call_id=3), verdict=YES, served_from="fault:liar"),
    ]  # fmt: skip
    faults.stop("liar", actor="ops")
    faults.start("outage", Fault(error=Unavailable), actor="ops")
    for _ in range(2):
        assert isinstance(await caught(guard.call(sun)), Unavailable)
    assert told[-2] == moved(1.5, "closed", "open", "2 failures in a row", 16.0)
