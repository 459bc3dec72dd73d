"""The tasks that share: they say how it goes, survive everything, and keep no call waiting."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import pytest

from holdfast.errors import BreakerOpen, HoldfastError
from holdfast.events import BreakerMoved, Event
from holdfast.resilience.breaker import Breaker
from holdfast.resilience.circuit import BreakerOptions
from holdfast.resilience.limiter import Limiter, LimiterOptions
from holdfast.resilience.shared import SharedState, SharingFailed, SharingOptions, SharingStatus
from holdfast.resilience.shared_loop import Sharing
from holdfast.resilience.shared_memory import MemorySharedState
from tests.jumping_time import jumping_clock
from tests.resilience.lone import call, through

BREAKER = BreakerOptions(consecutive_failures=2, open_seconds=10.0, jitter=0.0)
RATE = LimiterOptions(calls=10, per_seconds=10.0, burst=6, max_wait_seconds=0.0)


class Moody:
    """A state that answers late, with *error*, or never (*hangs*); bad ones *swallow* their end."""

    def __init__(self, state: SharedState) -> None:
        self._state = state
        self.error: Exception | None = None
        self.hangs = self.swallows = False
        self.seconds = 0.0
        self.asked: list[float] = []
        self.is_closed = False

    def __getattr__(self, name: str) -> Any:
        async def answer(*args: object) -> object:
            loop = asyncio.get_running_loop()
            self.asked.append(loop.time())
            try:
                await asyncio.sleep(1e9 if self.hangs else self.seconds)
            except asyncio.CancelledError:
                if self.swallows:
                    raise OSError("cut meanwhile") from None
                raise
            if self.error is not None:
                raise self.error
            return await getattr(self._state, name)(*args)

        return answer

    async def close(self) -> None:
        """Closed, whatever the mood."""
        self.is_closed = True


class Process:
    """What one process has; *told* is every change of status, *events* what it emitted."""

    def __init__(self, state: SharedState) -> None:
        self.state = Moody(state)
        self.events: list[Event] = []
        self.told: list[SharingStatus] = []
        self.sharing = Sharing(
            self.state, SharingOptions(), sink=self.events.append, clock=jumping_clock(),
            random=lambda: 1.0, on_change=self.told.append,
        )  # fmt: skip
        self.circuit = self.sharing.circuit("sun", "shine", BREAKER)
        self.breaker, self.limiter = Breaker(BREAKER), Limiter(RATE)
        self.breaker.circuit = self.circuit
        self.limiter.rate = self.sharing.rate("sun", RATE)
        self.running: asyncio.Task[None] = asyncio.create_task(self.sharing.run())

    @property
    def status(self) -> str:
        """How sharing goes."""
        return self.sharing.status().status

    async def fail(self) -> None:
        """Fail until the breaker opens."""
        for call_id in range(BREAKER.consecutive_failures):
            with pytest.raises(OSError, match="dark"):
                await through(self.breaker, call(call_id=call_id), _failure)


async def _failure() -> None:
    raise OSError("dark")


async def _answer() -> str:
    return "light"


@asynccontextmanager
async def processes(count: int = 2) -> AsyncIterator[Sequence[Process]]:
    """Processes that met in memory and know of each other."""
    state = MemorySharedState(asyncio.get_running_loop().time)
    found = [Process(state) for _ in range(count)]
    await asyncio.sleep(1.0)
    try:
        yield found
    finally:
        for process in found:
            await process.sharing.stop(1.0)
            await process.running


async def test_opened_in_one_it_refuses_in_the_other_within_a_second() -> None:
    """And the other process says so, once, with where it came from."""
    async with processes() as (one, other):
        await one.fail()
        await asyncio.sleep(0.9)
        with pytest.raises(BreakerOpen):
            await through(other.breaker, call(), _answer)
        assert other.events == [event for event in other.events if isinstance(event, BreakerMoved)]
        (moved,) = other.events
        assert isinstance(moved, BreakerMoved)
        assert (moved.integration, moved.operation) == ("sun", "shine")
        assert (moved.before, moved.after) == ("closed", "open")
        assert moved.reason == "2 failures in a row (in another process)"
        assert 9.0 < (moved.retry_in_seconds or 0.0) <= 10.0


async def test_it_recovers_everywhere_by_one_probe() -> None:
    """After the open time callers of all processes let one out; it closes all."""
    async with processes(3) as all_of_them:
        await all_of_them[0].fail()
        await asyncio.sleep(9.9)
        went_out = 0
        while went_out == 0:
            for process in all_of_them:
                went_out += await _goes(process)
            await asyncio.sleep(0.1)
        assert went_out == 1
        await asyncio.sleep(0.5)
        assert {process.circuit.name for process in all_of_them} == {"closed"}


async def _goes(process: Process) -> bool:
    try:
        await through(process.breaker, call(), _answer)
    except BreakerOpen:
        return False
    return True


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (SharingFailed("ConnectionError: refused"), "ConnectionError: refused"),
        (ValueError("password=hunter2"), "ValueError"),
    ],
)
async def test_redis_down_is_said_and_survived(error: Exception, said: str) -> None:
    """Degraded since when and why, without secrets; back by itself."""
    async with processes(1) as (one,):
        one.state.error = error
        await asyncio.sleep(60.0)
        status = one.sharing.status()
        assert (status.status, status.last_error) == ("degraded", said)
        assert status.failures > 5
        assert (status.last_error_at or 0.0) > status.since
        one.state.error = None
        await asyncio.sleep(5.1)
        assert [told.status for told in one.told] == ["ok", "degraded", "ok"]
        assert one.sharing.status().joins == 2


async def test_redis_hung_is_asked_ever_less_and_delays_no_call() -> None:
    """Calls are decided at once; questions come after growing pauses of five seconds at most."""
    loop = asyncio.get_running_loop()
    async with processes(1) as (one,):
        one.state.hangs = True
        for call_id in range(50):
            began = loop.time()
            await through(one.breaker, call(call_id=call_id), _answer)
            one.limiter.rate.reserve(loop.time())
            assert loop.time() == began
            await asyncio.sleep(0.01)
        asked = len(one.state.asked)
        await asyncio.sleep(60.0)
        gaps = [after - before for before, after in pairwise(one.state.asked[asked:])]
        assert gaps == sorted(gaps)
        assert max(gaps) == pytest.approx(5.5)
        assert one.sharing.status().last_error == "no answer within 0.5 s"
        one.state.hangs = False


async def test_a_slow_state_is_still_shared() -> None:
    """What answers within the bound is in reach, and a move is still everywhere within 1 s."""
    async with processes() as (one, other):
        one.state.seconds = other.state.seconds = 0.1
        await asyncio.sleep(1.0)
        await one.fail()
        await asyncio.sleep(1.0)
        assert other.circuit.name == "open"
        assert (one.status, other.status) == ("ok", "ok")
        assert one.sharing.status().round_trip_ms == pytest.approx(100.0)


async def test_what_was_decided_alone_is_told_on_return() -> None:
    """A breaker that opened while nobody could be reached opens everywhere afterwards."""
    async with processes() as (one, other):
        one.state.error = SharingFailed("away")
        await asyncio.sleep(0.3)
        await one.fail()
        await asyncio.sleep(1.0)
        assert (one.circuit.name, other.circuit.name) == ("open", "closed")
        one.state.error = None
        await asyncio.sleep(2.0)
        assert other.circuit.name == "open"


async def test_a_limit_is_shared_and_refusals_are_told_the_time() -> None:
    """Of six at once that two share, six go out of both together."""
    async with processes() as (one, other):
        went_out = 0
        for number in range(40):
            try:
                await through((one, other)[number % 2].limiter, call(), _answer)
            except HoldfastError:
                pass
            else:
                went_out += 1
            await asyncio.sleep(0.002)
        assert went_out == 6


async def test_an_operation_has_one_circuit() -> None:
    """Two guards of the same operation see the same breaker."""
    async with processes(1) as (one,):
        assert one.sharing.circuit("sun", "shine") is one.circuit
        assert one.sharing.circuit("sun", "set") is not one.circuit


async def test_after_the_end_everybody_decides_alone() -> None:
    """Leave to probe is given back, the way to the others closed, the breaker works on."""
    async with processes() as (one, other):
        await one.fail()
        await asyncio.sleep(10.3)
        assert one.circuit.name == "open"
        await one.sharing.stop(1.0)
        assert one.state.is_closed
        with pytest.raises(BreakerOpen):
            await through(other.breaker, call(), _answer)
        await asyncio.sleep(0.5)
        await through(other.breaker, call(), _answer)
        await through(one.breaker, call(), _answer)


async def test_an_end_while_the_others_hang_takes_its_time_and_no_more() -> None:
    """Whatever can not be told in time is left to end by itself."""
    loop = asyncio.get_running_loop()
    async with processes(1) as (one,):
        one.state.hangs = True
        began = loop.time()
        await one.sharing.stop(1.0)
        assert loop.time() - began <= 1.0
        assert one.state.is_closed


async def test_a_driver_that_swallows_its_cancellation_does_not_keep_it_running() -> None:
    """The tasks end with the run, whatever the state makes of being cancelled."""
    async with processes(1) as (one,):
        one.state.swallows = one.state.hangs = True
        await asyncio.sleep(0.3)
        one.running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(one.running, 10.0)
        one.running = asyncio.create_task(asyncio.sleep(0))
