"""The buffer keeps the record out of everybody's way, and loses nothing silently."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from holdfast.telemetry.buffer import Buffer, BufferOptions, RecordStatus
from tests.jumping_time import EPOCH, jumping_clock
from tests.telemetry.logs import FakeLog, fact, poison


@asynccontextmanager
async def running(log: FakeLog, options: BufferOptions | None = None) -> AsyncIterator[Buffer]:
    """A buffer that is writing to *log*."""
    buffer = Buffer(log, options, clock=jumping_clock())
    task = asyncio.create_task(buffer.run())
    try:
        await asyncio.sleep(0)
        yield buffer
    finally:
        await buffer.stop(5.0)
        await task


async def test_events_are_written_within_the_flush_time() -> None:
    """A quarter of a second later, in order, in one batch."""
    log = FakeLog()
    async with running(log) as buffer:
        for number in range(3):
            buffer(fact(number))
        await asyncio.sleep(0.26)
        assert list(log.kept.values()) == [fact(0), fact(1), fact(2)]
        assert log.batches == [3]
        assert buffer.status() == RecordStatus("ok", 0, 3, {}, None, EPOCH + 0.25)


async def test_a_full_batch_does_not_wait() -> None:
    """Size flushes before time does."""
    log = FakeLog()
    async with running(log, BufferOptions(batch_size=10)) as buffer:
        for number in range(10):
            buffer(fact(number))
        await asyncio.sleep(0.001)
        assert log.batches == [10]


async def test_taking_an_event_never_raises_or_waits() -> None:
    """Over capacity the oldest go, counted, though nobody is writing."""
    log = FakeLog()
    buffer = Buffer(log, BufferOptions(capacity=100))
    for number in range(250):
        buffer(fact(number))
    assert buffer.status() == RecordStatus("off", 100, 0, {"buffer_full": 150})
    await buffer.stop(1.0)
    assert next(iter(log.kept.values())) == fact(150)


async def test_a_log_that_is_away_gets_everything_when_it_returns() -> None:
    """The batch is kept, tried again after growing pauses, and the status says why."""
    log = FakeLog()
    log.mood = lambda: "away"
    async with running(log) as buffer:
        buffer(fact(0))
        await asyncio.sleep(120.0)
        status = buffer.status()
        assert (status.status, status.waiting) == ("failing", 1)
        assert status.last_error == "ConnectionError: the log is away"
        # 0.1 s doubling up to 10 s: 8 appends in the first 13 s, then one every 10 s.
        assert log.appends == 18
        log.mood = lambda: "well"
        await asyncio.sleep(10.0)
        assert buffer.status().status == "ok"
        assert list(log.kept.values()) == [fact(0)]


async def test_a_log_that_hangs_delays_the_record_only() -> None:
    """It is failing after its time, not asked again before it has ended, and then it is."""
    log = FakeLog()
    log.mood = lambda: "hanging"
    async with running(log, BufferOptions(append_seconds=2.0)) as buffer:
        buffer(fact(0))
        await asyncio.sleep(2.3)
        assert buffer.status().status == "failing"
        assert buffer.status().last_error == "TimeoutError: no answer within 2 s"
        log.mood = lambda: "well"
        await asyncio.sleep(27.0)
        assert (log.appends, buffer.status().status) == (1, "failing")
        await asyncio.sleep(20.0)
        assert (log.appends, buffer.status().status, buffer.status().written) == (2, "ok", 1)


async def test_an_answer_that_comes_late_counts() -> None:
    """What the log kept after all is not written again."""
    log = FakeLog()
    log.mood = lambda: "slow"
    async with running(log, BufferOptions(append_seconds=1.0)) as buffer:
        buffer(fact(0))
        await asyncio.sleep(2.0)
        assert buffer.status().status == "failing"
        await asyncio.sleep(3.0)
        assert (log.appends, buffer.status().status, buffer.status().written) == (1, "ok", 1)


async def test_an_answer_that_got_lost_is_asked_for_again_under_the_same_numbers() -> None:
    """The log can tell a repeated batch from a new one."""
    log = FakeLog()
    moods = iter(["answer lost", "well", "well"])
    log.mood = lambda: next(moods)
    async with running(log) as buffer:
        buffer(fact(0))
        await asyncio.sleep(1.0)
        buffer(fact(1))
        await asyncio.sleep(1.0)
        assert log.kept == {0: fact(0), 1: fact(1)}
        assert buffer.status().written == 2


async def test_one_poisonous_event_is_set_aside_and_the_others_are_kept() -> None:
    """The batch is halved until the event stands alone: found in 2 log2(n) appends, no pause."""
    log = FakeLog()
    async with running(log, BufferOptions(batch_size=500)) as buffer:
        for number in range(500):
            buffer(poison(number) if number == 321 else fact(number))
        await asyncio.sleep(0.001)
        status = buffer.status()
        assert (status.status, status.written, status.dropped) == ("ok", 499, {"rejected": 1})
        assert status.last_error == "EventsRefused: no column holds this"
    assert sorted(log.kept) == [number for number in range(500) if number != 321]
    assert log.appends <= 2 * 9 + 1


async def test_a_log_that_refuses_an_event_is_not_away() -> None:
    """When all that waits is poison, the trouble is over once the log says so."""
    log = FakeLog()
    log.mood = lambda: "away"
    async with running(log) as buffer:
        buffer(poison(0))
        await asyncio.sleep(1.0)
        assert buffer.status().status == "failing"
        log.mood = lambda: "well"
        await asyncio.sleep(2.0)
        assert (buffer.status().status, buffer.status().dropped) == ("ok", {"rejected": 1})


async def test_what_waits_says_that_the_record_is_behind() -> None:
    """A log that answers, but slowly, is behind."""
    log = FakeLog()
    log.mood = lambda: "slow"
    async with running(log, BufferOptions(batch_size=10)) as buffer:
        for number in range(40):
            buffer(fact(number))
        await asyncio.sleep(1.0)
        assert buffer.status().status == "behind"
        await asyncio.sleep(20.0)
        assert (buffer.status().status, buffer.status().written) == ("ok", 40)


async def test_stopping_writes_what_it_can_and_counts_the_rest() -> None:
    """The bound holds although the log hangs, and what comes afterwards is counted too."""
    log = FakeLog()
    loop = asyncio.get_running_loop()
    buffer = Buffer(log, BufferOptions(batch_size=10))
    task = asyncio.create_task(buffer.run())
    moods = iter(["well", "hanging"])
    log.mood = lambda: next(moods)
    for number in range(25):
        buffer(fact(number))
    before = loop.time()
    await buffer.stop(2.0)
    assert loop.time() - before == pytest.approx(2.0)
    buffer(fact(25))
    assert buffer.status() == RecordStatus(
        "off", 0, 10, {"shutdown": 16}, None, buffer.status().last_written_at
    )
    await task


async def test_stopping_does_not_sit_out_a_pause() -> None:
    """A log that is back by then gets the last events, however long the pause had grown."""
    log = FakeLog()
    log.mood = lambda: "away"
    async with running(log) as buffer:
        buffer(fact(0))
        await asyncio.sleep(100.0)
        log.mood = lambda: "well"
        await buffer.stop(0.1)
        assert (buffer.status().written, buffer.status().dropped) == (1, {})


async def test_a_buffer_whose_task_was_cancelled_still_flushes() -> None:
    """A host that cancels everything first does not lose the record."""
    log = FakeLog()
    log.mood = lambda: "slow"
    buffer = Buffer(log)
    task = asyncio.create_task(buffer.run())
    buffer(fact(0))
    await asyncio.sleep(1.0)
    task.cancel()
    await asyncio.wait({task})
    assert buffer.status().status == "off"
    await buffer.stop(5.0)
    assert (buffer.status().written, log.appends) == (1, 1)


@pytest.mark.real_time
async def test_any_thread_may_hand_events_in() -> None:
    """Nothing is lost or counted twice when many threads emit while the loop writes."""
    log = FakeLog()
    options = BufferOptions(capacity=1_000, batch_size=50)
    buffer = Buffer(log, options)
    task = asyncio.create_task(buffer.run())

    def emit() -> None:
        for number in range(2_000):
            buffer(fact(number))

    threads = [threading.Thread(target=emit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        await asyncio.to_thread(thread.join)
    await buffer.stop(5.0)
    await task
    status = buffer.status()
    assert status.written + sum(status.dropped.values()) == 8_000
    assert len(log.kept) == status.written > 0


@pytest.mark.parametrize("wrong", [{"capacity": 0}, {"batch_size": 0}, {"flush_seconds": 0.0}])
def test_options_that_cannot_work_are_refused(wrong: dict[str, int]) -> None:
    """The error shows what was asked for."""
    with pytest.raises(ValueError, match=next(iter(wrong))):
        BufferOptions(**wrong)
