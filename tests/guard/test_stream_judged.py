"""Streams that are looked at: by a watcher as they pass, by policies that may reject them."""

import asyncio
import gc

import pytest

from holdfast.errors import ProtocolError, SemanticError, Unavailable
from holdfast.events import AnswerJudged, Verdict
from holdfast.guard.guard import Guard
from holdfast.guard.stream import OpenStream
from holdfast.resilience.breaker import Breaker
from holdfast.resilience.circuit import BreakerOptions
from holdfast.resilience.policy import Call, Policy, Proceed
from holdfast.resilience.retry import Retry, RetryOptions
from holdfast.validation.verdict import failed, passed, warned
from tests.guard.stage import (
    FRAGILE,
    Stage,
    caught,
    circuit,
    ended,
    items,
    origin,
)
from tests.guard.streams import Total, read, watched
from tests.jumping_time import EPOCH, jumping_clock


async def test_a_transports_stream_has_its_head_and_first_byte() -> None:
    """What came before the items is at hand; the first byte is when the reader got it."""
    stage = Stage()
    stream = await stage.guard.call(watched, Total(lambda _: None), 1, 2)
    assert stream.head == "headers"
    assert await read(stream) == [1, 2]
    assert stage.events == [ended(0.5, "succeeded", 500.0, first_byte_ms=250.0)]


async def test_a_rejected_stream_raises_after_its_last_item_once() -> None:
    """All items are delivered, then the watcher's *fail* is raised, told and counted."""
    stage, no = Stage(FRAGILE), failed("total", "not enough")
    stream = await stage.guard.call(watched, Total(lambda _: no), 1, 2)
    assert [await anext(stream), await anext(stream)] == [1, 2]
    with pytest.raises(SemanticError, match="not enough"):
        await anext(stream)
    assert await read(stream) == []
    assert circuit(stage.guard).consecutive_failures == 1
    assert stage.events == [
        AnswerJudged(origin(), EPOCH + 0.5, no),
        ended(0.5, "failed", 500.0, error="SemanticError", reason="not enough", verdict=no,
              first_byte_ms=250.0),
    ]  # fmt: skip


@pytest.mark.parametrize("verdict", [passed("total", 1.0), warned("total", "few", 0.5), None])
async def test_an_accepted_stream_carries_its_verdict(verdict: Verdict | None) -> None:
    """The watcher sees every item, and its judgement rides in the end of the call."""
    stage, watch = Stage(FRAGILE), Total(lambda _: verdict)
    assert await read(await stage.guard.call(watched, watch, 1, 2)) == [1, 2]
    assert watch.total == 3
    assert [(event.outcome, event.verdict) for event in stage.finished()] == [
        ("succeeded", verdict)
    ]


async def test_validators_of_whole_answers_do_not_see_streams() -> None:
    """An open stream is no answer yet."""
    seen: list[object] = []
    stage = Stage(validators=[seen.append])
    assert await read(await stage.guard.stream(items, 1)) == [1]
    assert seen == []


async def test_a_truncated_stream_is_a_protocol_failure() -> None:
    """The watcher may find that the end is missing."""
    stage = Stage(FRAGILE)

    def cut(_: int) -> Verdict | None:
        raise ProtocolError("no [DONE]")

    with pytest.raises(ProtocolError):
        await read(await stage.guard.call(watched, Total(cut), 1))
    assert stage.finished()[0].error == "ProtocolError"
    assert circuit(stage.guard).consecutive_failures == 1


async def test_a_stream_closed_early_is_not_judged() -> None:
    """Half an answer has no meaning to judge."""
    stage = Stage(FRAGILE)
    stream = await stage.guard.call(watched, Total(lambda _: failed("total", "too few")), 1, 2)
    await anext(stream)
    await stream.aclose()
    assert [(event.outcome, event.verdict) for event in stage.finished()] == [("succeeded", None)]


class Refusing:
    """A policy that opens an answer and then rejects it, as one that reads headers may."""

    def __init__(self, times: int) -> None:
        self.times = times

    async def __call__(self, call: Call, proceed: Proceed) -> object:
        """The answer, after *times* rejections."""
        answer: object = await proceed(call)
        self.times -= 1
        if self.times >= 0:
            raise Unavailable("not in the headers")
        return answer


async def test_an_opened_answer_that_a_policy_rejects_is_told_once() -> None:
    """Dropping the rejected stream later tells nothing more."""
    stage = Stage()
    guard = Guard("sun", "shine", [Refusing(1)], sink=stage.events.append, clock=jumping_clock())
    await caught(guard.call(watched, Total(lambda _: None), 1))
    gc.collect()
    await asyncio.sleep(0.0)
    assert [event.outcome for event in stage.finished()] == ["failed"]


async def test_an_opened_answer_that_a_policy_rejects_gives_its_permit_back() -> None:
    """A probe whose answer somebody further out does not want is over, and says how it went."""
    breaker = Breaker(BreakerOptions(consecutive_failures=2, open_seconds=8.0, jitter=0.0))
    guard = Guard("sun", "shine", [Refusing(9), breaker], clock=jumping_clock())
    for _ in range(2):
        await caught(guard.call(watched, Total(lambda _: None), 1))
    assert breaker.circuit.name == "open"
    await asyncio.sleep(8.0)
    await caught(guard.call(watched, Total(lambda _: None), 1))
    assert (breaker.circuit.name, breaker.circuit.trips) == ("open", 2)


async def test_an_opened_answer_given_up_for_a_retry_does_not_end_the_call() -> None:
    """The second attempt's stream is the call's; the first one's end means nothing any more."""
    stage, retry = Stage(), Retry(RetryOptions(first_wait_seconds=0.0))
    policies: list[Policy] = [retry, Refusing(1)]
    guard = Guard("sun", "shine", policies, sink=stage.events.append, clock=jumping_clock())
    kept: list[OpenStream[object]] = []

    async def opened() -> OpenStream[object]:
        kept.append(await watched(Total(lambda _: None), 1, 2))
        return kept[-1]

    stream = await guard.call(opened)
    await kept[0].aclose()
    assert stage.finished() == []
    assert await read(stream) == [1, 2]
    assert [(event.outcome, event.attempts) for event in stage.finished()] == [("succeeded", 2)]
