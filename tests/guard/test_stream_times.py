"""A stream may not hang: each wait for an item is bounded, and so is the whole."""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import pytest

from holdfast.errors import DeadlineExceeded, TimedOut
from holdfast.guard.options import GuardOptions
from holdfast.guard.stream import OpenStream
from holdfast.resilience.bulkhead import Bulkhead, BulkheadOptions
from tests.guard.stage import (
    FRAGILE,
    Stage,
    breaker_name,
    caught,
    circuit,
    ended,
    items,
    moved,
    open_breaker,
)
from tests.guard.streams import read

IDLE = replace(FRAGILE, stream_idle_seconds=4.0)
PAUSE = "no further item within 4 s"
WHOLE = "the stream had not ended when the call's time was up"


async def hanging(closed: list[str] | None = None, *, after: int = 1) -> AsyncIterator[int]:
    """*after* items, one each second, and then nothing for ever; tells when it was *closed*."""
    try:
        for number in range(after):
            await asyncio.sleep(1.0)
            yield number
        await asyncio.sleep(math.inf)
    finally:
        if closed is not None:
            closed.append("closed")


class Silent:
    """An iterator of one item that is no generator, so that only `aclose` closes it."""

    def __init__(self) -> None:
        self.closed, self.items = 0, [1]

    def __aiter__(self) -> "Silent":
        return self

    async def __anext__(self) -> int:
        if not self.items:
            await asyncio.sleep(math.inf)
        return self.items.pop()

    async def aclose(self) -> None:
        """Count it, and fail as a broken connection may."""
        self.closed += 1
        raise OSError("already gone")


async def test_a_pause_that_is_too_long_is_a_failure() -> None:
    """It counts against the provider, closes the source and is told once."""
    stage, closed = Stage(IDLE), list[str]()
    for _ in range(2):
        stream = await stage.guard.stream(hanging, closed)
        assert await anext(stream) == 0
        with pytest.raises(TimedOut, match=PAUSE) as info:
            await anext(stream)
        assert type(info.value) is TimedOut
        assert closed.pop() == "closed"
    assert stage.events == [
        ended(5.0, "failed", 5000.0, error="TimedOut", reason=PAUSE, first_byte_ms=1000.0),
        moved(10.0, "closed", "open", "2 failures in a row", 16.0),
        ended(10.0, "failed", 5000.0, call_id=2, error="TimedOut", reason=PAUSE,
              first_byte_ms=1000.0),
    ]  # fmt: skip


async def test_pauses_within_the_bound_add_up_freely() -> None:
    """Each wait is bounded by itself, however many there are."""
    stage = Stage(IDLE)
    stream = await stage.guard.stream(items, *range(8), after=3.5)
    assert await read(stream) == list(range(8))
    assert stage.outcomes() == ["succeeded"]


async def test_a_reader_may_take_its_time() -> None:
    """Between two reads nobody waits for the provider."""
    stage = Stage(IDLE)
    stream = await stage.guard.stream(items, 1, 2, 3, after=3.0)
    for expected in (1, 2, 3):
        assert await anext(stream) == expected
        await asyncio.sleep(7.0)
    assert await read(stream) == []
    assert stage.outcomes() == ["succeeded"]


async def test_a_pause_is_bounded_like_an_attempt_unless_told_otherwise() -> None:
    """The attempt's own timeout is the default, infinity is no bound."""
    long = replace(FRAGILE, deadline_seconds=None)
    for options, outcome in (
        (long, ["failed"]),
        (replace(long, stream_idle_seconds=math.inf), ["succeeded"]),
        (replace(long, stream_idle_seconds=20.0), ["succeeded"]),
        (replace(long, timeout_seconds=None), ["succeeded"]),
        (replace(long, timeout_seconds=None, stream_idle_seconds=4.0), ["failed"]),
        (replace(long, deadline_seconds=60.0, timeout_seconds=None), ["succeeded"]),
    ):
        stage = Stage(options)
        stream = await stage.guard.stream(paused, 9.0)
        await caught(read(stream))
        assert stage.outcomes() == outcome, options


async def paused(seconds: float) -> AsyncIterator[int]:
    """Two items with a pause between them."""
    yield 1
    await asyncio.sleep(seconds)
    yield 2


async def test_the_calls_deadline_bounds_the_whole_stream() -> None:
    """However regularly its items come."""
    stage = Stage(replace(IDLE, deadline_seconds=10.0))
    stream = await stage.guard.stream(items, *range(99), after=3.0)
    with pytest.raises(DeadlineExceeded, match=WHOLE):
        await read(stream)
    assert stage.events == [
        ended(10.0, "failed", 10000.0, error="DeadlineExceeded", reason=WHOLE,
              first_byte_ms=3000.0),
    ]  # fmt: skip


async def test_a_stream_left_unread_past_the_deadline_says_nothing_of_the_provider() -> None:
    """Its reader has left: permit and source are given back, and who comes late is told."""
    stage, closed = Stage(replace(IDLE, deadline_seconds=10.0)), list[str]()
    stream = await stage.guard.stream(hanging, closed, after=2)
    assert await anext(stream) == 0
    await asyncio.sleep(20.0)
    assert (stage.outcomes(), closed) == (["cancelled"], ["closed"])
    assert circuit(stage.guard).consecutive_failures == 0
    for _ in range(2):
        with pytest.raises(DeadlineExceeded, match=WHOLE):
            await anext(stream)
    await stream.aclose()
    assert stage.outcomes() == ["cancelled"]


async def test_a_hanging_probe_opens_the_breaker_again() -> None:
    """It does not stay half open until the reader leaves."""
    stage = Stage(IDLE)
    await open_breaker(stage)
    await asyncio.sleep(16.0)
    reader = asyncio.create_task(caught(read(await stage.guard.stream(hanging))))
    assert breaker_name(stage.guard) == "half_open"
    assert isinstance(await reader, TimedOut)
    assert breaker_name(stage.guard) == "open"


async def test_a_hanging_stream_gives_its_seat_back() -> None:
    """The next call gets it."""
    seats = BulkheadOptions(seats=1, max_waiting=0)
    stage = Stage(replace(IDLE, bulkhead=seats))
    await caught(read(await stage.guard.stream(hanging)))
    (bulkhead,) = (one for one in stage.guard.policies if isinstance(one, Bulkhead))
    assert bulkhead.taken == 0
    assert await read(await stage.guard.stream(items, 1)) == [1]


async def test_the_readers_own_cancellation_is_neutral() -> None:
    """Before the bound, and in the same instant."""
    loop = asyncio.get_running_loop()
    for seconds in (2.0, 4.0):
        stage = Stage(IDLE)
        reader = asyncio.create_task(read(await stage.guard.stream(hanging)))
        loop.call_later(seconds, reader.cancel)
        assert isinstance(await caught(reader), asyncio.CancelledError)
        assert stage.outcomes() == ["cancelled"]
        assert circuit(stage.guard).consecutive_failures == 0


async def test_an_interrupted_reader_goes_on_uncancelled() -> None:
    """Its task carries no trace of how we interrupted it."""
    stage = Stage(IDLE)
    await caught(read(await stage.guard.stream(hanging)))
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    async with asyncio.timeout(60.0):
        await asyncio.sleep(30.0)


async def test_a_source_that_is_no_generator_is_closed_too() -> None:
    """And an error on its way out does not replace ours."""
    stage, source = Stage(IDLE), Silent()

    async def opened() -> OpenStream[int]:
        return OpenStream(source)

    assert isinstance(await caught(read(await stage.guard.call(opened))), TimedOut)
    assert (source.closed, stage.outcomes()) == (1, ["failed"])


async def test_a_source_that_swallows_the_interruption_has_timed_out_all_the_same() -> None:
    """What comes after the bound comes too late."""

    async def stubborn() -> AsyncIterator[int]:
        yield 1
        try:
            await asyncio.sleep(math.inf)
        except asyncio.CancelledError:
            yield 2

    stage = Stage(IDLE)
    stream = await stage.guard.stream(stubborn)
    assert await anext(stream) == 1
    assert isinstance(await caught(anext(stream)), TimedOut)
    assert stage.outcomes() == ["failed"]


async def test_an_endless_stream_has_only_its_own_bound() -> None:
    """A conversation may last, and pause."""

    async def opened(idle_seconds: float) -> OpenStream[object]:
        return OpenStream(items(1, 2, after=50.0), endless=True, idle_seconds=idle_seconds)

    stage = Stage(IDLE)
    assert await read(await stage.guard.call(opened, math.inf)) == [1, 2]
    assert isinstance(await caught(read(await stage.guard.call(opened, 30.0))), TimedOut)
    assert stage.outcomes() == ["succeeded", "failed"]


async def test_a_body_is_not_bounded() -> None:
    """``async with guard`` is the caller's own work."""
    stage = Stage(IDLE)
    async with stage.guard:
        await asyncio.sleep(99.0)
    assert stage.outcomes() == ["succeeded"]


async def test_no_timer_outlives_its_stream() -> None:
    """Neither of the pause nor of the deadline, however the stream ended."""
    stage = Stage(IDLE)
    await read(await stage.guard.stream(items, 1, 2))
    async with aclosing(await stage.guard.stream(items, 1, 2)) as stream:
        await anext(stream)
    stream = await stage.guard.stream(items, 1, 2)
    del stream
    ended_at = asyncio.get_running_loop().time()
    await asyncio.sleep(0.0)
    timers = asyncio.get_running_loop()._scheduled  # type: ignore[attr-defined]
    assert [one for one in timers if not one.cancelled() and one.when() > ended_at + 8.0] == []


def test_a_bound_of_no_time_is_refused() -> None:
    """As for the other times of a guard."""
    with pytest.raises(ValueError, match="times > 0"):
        GuardOptions(stream_idle_seconds=0.0)
