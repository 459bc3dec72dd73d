"""What one process has that shares: a guard whose breaker and limiter decide by shared state."""

import asyncio
import time
from collections.abc import Callable

import pytest

from holdfast.errors import Unavailable
from holdfast.events import CallFinished, Event
from holdfast.guard.guard import Guard
from holdfast.resilience.breaker import Breaker
from holdfast.resilience.circuit import BreakerOptions
from holdfast.resilience.limiter import Limiter, LimiterOptions
from holdfast.resilience.shared import SharedState, SharingOptions, SharingStatus
from holdfast.resilience.shared_loop import Sharing

QUICK = SharingOptions(
    look_seconds=0.05, answer_seconds=0.15, first_pause_seconds=0.05, longest_pause_seconds=0.2,
    probe_seconds=0.5,
)  # fmt: skip
BREAKER = BreakerOptions(consecutive_failures=2, open_seconds=30.0, jitter=0.0)
RATE = LimiterOptions(calls=10_000, per_seconds=1.0, burst=1_000)


class Process:
    """Calls "sun shine" and shares by *state*; *told* is every change of status."""

    def __init__(self, state: SharedState) -> None:
        self.events: list[Event] = []
        self.told: list[SharingStatus] = []
        emit = self.events.append
        self.sharing = Sharing(state, QUICK, sink=emit, on_change=self.told.append)
        breaker, limiter = Breaker(BREAKER), Limiter(RATE)
        breaker.circuit = self.circuit = self.sharing.circuit("sun", "shine", BREAKER)
        limiter.rate = self.sharing.rate("sun", RATE)
        self.guard = Guard("sun", "shine", [breaker, limiter], sink=emit)
        self._running = asyncio.create_task(self.sharing.run())

    async def stop(self) -> None:
        """End as a process ends that is asked to; sharing must not have ended before."""
        assert not self._running.done()
        await self.sharing.stop(1.0)
        await self._running

    async def call(self) -> None:
        """One call that the provider answers."""
        await self.guard.call(_answer)

    async def calls(self, seconds: float) -> list[CallFinished]:
        """Call about every millisecond; any error is raised."""
        end, before = time.monotonic() + seconds, len(self.events)
        while time.monotonic() < end:
            await self.call()
            await asyncio.sleep(0.001)
        return [event for event in self.events[before:] if isinstance(event, CallFinished)]

    async def fail(self) -> None:
        """Fail as often as opens the breaker."""
        for _ in range(BREAKER.consecutive_failures):
            with pytest.raises(Unavailable):
                await self.guard.call(_failure)

    async def becomes(self, status: str) -> None:
        """Wait until sharing is *status*."""
        await until(lambda: self.sharing.status().status == status)


async def until(is_so: Callable[[], bool]) -> float:
    """Wait until it is so; for how long, in seconds."""
    began = time.monotonic()
    async with asyncio.timeout(5.0):
        while not is_so():  # nobody tells a test
            await asyncio.sleep(0.002)
    return time.monotonic() - began


async def _answer() -> str:
    return "light"


async def _failure() -> None:
    raise Unavailable("dark")
