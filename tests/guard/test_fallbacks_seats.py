"""A bulkhead in its place: too busy is neither a failure nor slowness."""

import asyncio
from dataclasses import replace

from holdfast.errors import (
    BulkheadFull,
)
from holdfast.events import Outcome
from holdfast.guard.options import GuardOptions, build
from holdfast.resilience.bulkhead import Bulkhead, BulkheadOptions
from holdfast.telemetry.calls import CallMetrics
from tests.guard.stage import (
    FRAGILE,
    OPTIONS,
    Provider,
    Stage,
    breaker_name,
    caught,
    circuit,
    ended,
    items,
)
from tests.guard.streams import read
from tests.jumping_time import jumping_clock


def test_a_bulkhead_may_be_shared() -> None:
    """The seats of one integration's operations, given to each of their guards."""
    seats = Bulkhead()
    guard = build("sun", "shine", GuardOptions(bulkhead=BulkheadOptions(seats=1)), bulkhead=seats)
    assert seats in guard.policies


async def test_a_full_bulkhead_never_opens_the_breaker() -> None:
    """Being too busy is our own limit: no evidence against a healthy provider, probing or not."""
    tight = BulkheadOptions(seats=1, max_waiting=0)
    stage, sun = Stage(replace(FRAGILE, bulkhead=tight)), Provider("light", after=4.0)
    errors = await asyncio.gather(*(caught(stage.guard.call(sun)) for _ in range(50)))
    assert [type(error) for error in errors] == [type(None)] + [BulkheadFull] * 49
    assert (breaker_name(stage.guard), circuit(stage.guard).consecutive_failures) == ("closed", 0)
    assert sorted(stage.outcomes()) == ["refused"] * 49 + ["succeeded"]
    metrics = CallMetrics(jumping_clock())
    for event in stage.events:
        metrics(event)
    tally = metrics.lifetime("sun")
    assert (tally.refused, tally.total, tally.success_rate) == (49, 1, 100.0)
    assert tally.latency.count == 1


async def test_a_zero_wait_bulkhead_at_10_times_overload_serves_what_it_has_seats_for() -> None:
    """Ten seats, a tenth of a second each: 100 a second of the 1 000 that come, breaker closed."""
    seats = BulkheadOptions(seats=10, max_wait_seconds=0.0)
    stage = Stage(replace(OPTIONS, limiter=None, bulkhead=seats))
    sun = Provider("light", after=0.09375)

    async def come(number: int) -> BaseException | None:
        await asyncio.sleep(number / 1024)
        return await caught(stage.guard.call(sun))

    errors = await asyncio.gather(*(come(number) for number in range(4096)))
    answered = errors.count(None)
    could = 10 * 4 / 0.09375
    assert could * 0.98 <= answered <= could + 10
    assert {type(error) for error in errors} == {type(None), BulkheadFull}
    assert breaker_name(stage.guard) == "closed"


async def test_waiting_for_a_seat_is_waiting_and_not_latency() -> None:
    """The provider is not slow because we are busy."""
    stage = Stage(replace(FRAGILE, bulkhead=BulkheadOptions(seats=1)))
    sun = Provider("light", after=4.0)
    await asyncio.gather(*(stage.guard.call(sun) for _ in range(2)))
    assert stage.events == [
        ended(4.0, "succeeded", 4000.0),
        ended(8.0, "succeeded", 4000.0, call_id=2, waited_ms=4000.0, total_ms=8000.0),
    ]


async def test_a_stream_keeps_its_seat_until_its_end() -> None:
    """Opening it is not the end: who comes meanwhile is refused; a body sits just as long."""
    tight = BulkheadOptions(seats=1, max_waiting=0)
    stage = Stage(replace(FRAGILE, bulkhead=tight))
    stream = await stage.guard.stream(items, 1, 2)
    assert isinstance(await caught(stage.guard.call(Provider("light"))), BulkheadFull)
    assert await read(stream) == [1, 2]
    async with stage.guard:
        assert isinstance(await caught(stage.guard.call(Provider("light"))), BulkheadFull)
    assert await stage.guard.call(Provider("light")) == "light"
    outcomes: list[Outcome] = ["refused", "succeeded", "refused", "succeeded", "succeeded"]
    assert stage.outcomes() == outcomes
