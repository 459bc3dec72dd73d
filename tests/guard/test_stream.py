"""Guarded streams: retried before the first item, told once however they end."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from functools import partial

import pytest

from holdfast.errors import Unavailable
from holdfast.guard.stream import Nothing, OpenStream
from holdfast.resilience.retry import RetryOptions
from tests.guard.stage import (
    FRAGILE,
    Stage,
    attempt_failed,
    breaker_name,
    cancelled_after,
    caught,
    circuit,
    ended,
    items,
    moved,
)
from tests.guard.streams import Total, read, watched
from tests.jumping_time import JumpingLoop


async def test_a_stream_read_to_its_end_is_one_success() -> None:
    """First byte and total time are the provider's; nothing is told before the end."""
    stage = Stage()
    stream = await stage.guard.stream(items, 1, 2, 3, after=0.5)
    assert stage.events == []
    await asyncio.sleep(1.0)
    assert await read(stream) == [1, 2, 3]
    assert stage.events == [ended(2.5, "succeeded", 2500.0, first_byte_ms=500.0)]


async def test_an_empty_stream_is_a_success_without_items() -> None:
    """A stream that ends before its first item has been answered all the same."""
    stage = Stage()
    assert await read(await stage.guard.stream(items)) == []
    assert stage.events == [ended(0.0, "succeeded", 0.0)]


async def test_a_stream_that_never_starts_is_retried() -> None:
    """The first item is part of the attempt: what fails before it is tried again."""
    stage, scripts = Stage(), list[tuple[object, ...]]([(1, 2), (Unavailable("down"),)])

    def opened() -> AsyncIterator[object]:
        return items(*scripts.pop())

    assert await read(await stage.guard.stream(opened)) == [1, 2]
    assert stage.events == [
        attempt_failed(0.25, 1, "Unavailable", "down", 250.0, 0.5),
        ended(1.25, "succeeded", 500.0, attempts=2, waited_ms=500.0, total_ms=1250.0,
              first_byte_ms=250.0),
    ]  # fmt: skip


async def test_a_stream_that_never_starts_times_out() -> None:
    """Waiting for the first item is bounded like any attempt."""
    stage = Stage(FRAGILE)
    await caught(stage.guard.stream(items, 1, after=99.0))
    reason = "no answer within 8 s"
    assert stage.events == [ended(8.0, "failed", 8000.0, error="TimedOut", reason=reason)]


async def test_an_error_in_the_middle_is_a_failure_and_not_retried() -> None:
    """What was delivered cannot be taken back: the error passes, and counts."""
    stage, error = Stage(replace(FRAGILE, retry=RetryOptions())), Unavailable("cut")
    for _ in range(2):
        stream = await stage.guard.stream(items, 1, error)
        assert await anext(stream) == 1
        with pytest.raises(Unavailable) as info:
            await anext(stream)
        assert info.value is error
    assert stage.events == [
        ended(0.5, "failed", 500.0, error="Unavailable", reason="cut", first_byte_ms=250.0),
        moved(1.0, "closed", "open", "2 failures in a row", 16.0),
        ended(1.0, "failed", 500.0, call_id=2, error="Unavailable", reason="cut",
              first_byte_ms=250.0),
    ]  # fmt: skip


async def test_closing_early_is_no_failure_and_closes_the_source() -> None:
    """The provider did answer; its generator is closed at once, first item read or not."""
    stage, closed = Stage(), list[str]()

    async def rays(name: str) -> AsyncIterator[int]:
        try:
            while True:
                yield 1
        finally:
            closed.append(name)

    for name, reads in (("unread", 0), ("read", 2)):
        async with aclosing(await stage.guard.stream(rays, name)) as stream:
            for _ in range(reads):
                await anext(stream)
        assert closed.pop() == name
        assert await read(stream) == []
    assert stage.outcomes() == ["succeeded"] * 2


async def test_a_stream_is_ended_by_its_first_end_only() -> None:
    """Closing after the end, or twice, tells nothing more."""
    stage = Stage()
    stream = await stage.guard.stream(items, 1)
    assert await read(stream) == [1]
    await stream.aclose()
    await stream.aclose()
    assert await read(stream) == []
    assert stage.outcomes() == ["succeeded"]


async def test_a_closed_stream_has_no_more_items() -> None:
    """Whatever its source would still give."""

    class Endless:
        def __aiter__(self) -> "Endless":
            return self

        async def __anext__(self) -> object:
            return 1

    stream: OpenStream[object] = OpenStream(Endless())
    assert await anext(stream) == 1
    await stream.aclose()
    assert await read(stream) == []


async def test_a_reader_cancelled_in_the_middle_is_neutral() -> None:
    """The caller went away: no failure, and the probe's permit comes back."""
    stage = Stage(FRAGILE)
    for _ in range(3):
        stream = await stage.guard.stream(items, 1, 2, after=1.0)
        await cancelled_after(0.5, read(stream))
    assert stage.outcomes() == ["cancelled"] * 3
    assert (breaker_name(stage.guard), circuit(stage.guard).consecutive_failures) == ("closed", 0)


async def test_a_dropped_stream_ends_its_call() -> None:
    """Losing the last reference is an early close: told once, at the loop's next turn."""
    stage = Stage()
    stream = await stage.guard.stream(items, 1, 2)
    assert await anext(stream) == 1
    del stream
    assert stage.events == []
    await asyncio.sleep(0.0)
    assert stage.outcomes() == ["succeeded"]


async def test_a_stream_collected_in_another_thread_ends_in_its_loop() -> None:
    """The garbage collector may run anywhere; the breaker and the sinks are told here."""
    stage = Stage()
    cycle: list[object] = [await stage.guard.stream(items, 1)]
    cycle.append(cycle)
    del cycle
    gc.collect()
    assert stage.events == []
    await asyncio.sleep(0.0)
    assert stage.outcomes() == ["succeeded"]


def test_a_stream_that_outlives_its_loop_is_told_when_it_goes() -> None:
    """When no loop is left to do it, the call ends where the stream is dropped."""
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:

        async def main() -> tuple[Stage, OpenStream[object]]:
            stage = Stage()
            return stage, await stage.guard.call(watched, Total(lambda _: None), 1)

        stage, stream = runner.run(main())
    assert stage.events == []
    del stream
    assert stage.outcomes() == ["succeeded"]


async def test_a_stream_that_nobody_guards_is_just_its_items() -> None:
    """Without a call there is nothing to tell."""
    stream = OpenStream(items(1, 2))
    assert await read(stream) == [1, 2]
    assert [item async for item in Nothing()] == []
    await OpenStream(Nothing()).aclose()


async def test_named_arguments_reach_the_stream() -> None:
    """As in a call."""
    stage = Stage()
    assert await read(await stage.guard.stream(partial(items, 1), 2, after=1.0)) == [1, 2]
    assert asyncio.get_running_loop().time() == 2.0


async def test_a_guard_around_a_guarded_stream_holds_it_too() -> None:
    """Both calls end with the stream, each with its first item's time."""
    inner, outer = Stage(FRAGILE), Stage(FRAGILE)
    for script, outcome in (((1, 2), "succeeded"), ((1, Unavailable("cut")), "failed")):
        stream = await outer.guard.call(inner.guard.stream, items, *script)
        assert (inner.finished(), outer.finished()) == ([], [])
        await caught(read(stream))
        assert (inner.outcomes(), outer.outcomes()) == ([outcome], [outcome])
        assert [call.first_byte_ms for call in inner.finished() + outer.finished()] == [250.0] * 2
        inner.events.clear()
        outer.events.clear()
