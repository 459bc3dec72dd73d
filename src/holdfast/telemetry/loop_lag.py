"""How late the event loop is: whoever blocks it makes every request wait."""

import asyncio
from bisect import bisect_left
from collections.abc import Awaitable, Callable, Sequence

from holdfast.telemetry.tally import SECONDS_BUCKETS

PERIOD_SECONDS = 0.25


class LoopLag:
    """Asks to be woken every *PERIOD_SECONDS*, and counts by how much that came late."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self.buckets = [0] * (len(SECONDS_BUCKETS) + 1)
        self.seconds = 0.0
        self._monotonic = monotonic

    async def run(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Look for ever."""
        while True:
            asked = self._monotonic()
            await sleep(PERIOD_SECONDS)
            self.add(self._monotonic() - asked - PERIOD_SECONDS)

    def add(self, seconds: float) -> None:
        """Count one look that came *seconds* late."""
        late = max(seconds, 0.0)
        self.seconds += late
        self.buckets[bisect_left(SECONDS_BUCKETS, late)] += 1

    def plain(self) -> list[float]:
        """Its numbers as JSON can hold them: the buckets, then the seconds."""
        return [*self.buckets, self.seconds]

    def show(self, plain: Sequence[float]) -> None:
        """Answer with these from now on: for one that shows the lag of several loops."""
        *buckets, self.seconds = plain
        self.buckets = [int(count) for count in buckets]
