"""The generic cell rate algorithm (ITU-T I.371): when a bucket will be empty again is all of it."""

import asyncio
from typing import NamedTuple

_GRAIN_SECONDS = 1e-6
"""A place that is free so soon is free: event loops fire timers a rounding error early."""

_LONGEST_BLOCK_SECONDS = 3600.0
"""However long a provider says to stay away, after this one call asks again."""


class Pace(NamedTuple):
    """One place each *interval_seconds*, *burst* of them at once."""

    interval_seconds: float
    burst: int


class Bucket:
    """What is used of one rate. Every method takes *now* in monotonic seconds."""

    __slots__ = ("_blocked_until", "_empty_at", "_pace")

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._empty_at = 0.0
        self._blocked_until = 0.0

    def reserve_several(self, now: float, cost: int) -> float:
        """Take *cost* places when all are free: 0.0. Else the seconds until then; none is taken."""
        wait = self.wait_seconds(now, cost - 1)
        if wait == 0.0:
            self.book(now, cost)
        return wait

    def wait_seconds(self, now: float, ahead: int = 0) -> float:
        """How long a call that came *now* would wait behind *ahead* others."""
        interval, burst = self._pace
        tolerance = interval * (burst - 1)
        goes_at = max(self._empty_at - tolerance, self._blocked_until, now)
        if ahead:
            empty_at = max(self._empty_at, goes_at) + ahead * interval
            goes_at = max(empty_at - tolerance, goes_at)
        wait = goes_at - now
        return wait if wait > _GRAIN_SECONDS else 0.0

    def book(self, now: float, cost: int) -> None:
        """Note that *cost* places were taken."""
        self._empty_at = max(self._empty_at, now) + cost * self._pace.interval_seconds

    def change(self, pace: Pace, now: float) -> None:
        """Go by *pace* from *now* on. What is used stays used, up to a whole burst."""
        used = max(self._empty_at - now, 0.0) / self._pace.interval_seconds
        self._empty_at = now + min(used, pace.burst) * pace.interval_seconds
        self._pace = pace

    def give_back(self, now: float, cost: int) -> None:
        """*cost* places that were taken are free after all: nobody went."""
        del now
        self._empty_at -= cost * self._pace.interval_seconds

    def block(self, now: float, seconds: float) -> None:
        """The provider said: not before *seconds* from now (believed for an hour at most)."""
        self._blocked_until = max(self._blocked_until, now + min(seconds, _LONGEST_BLOCK_SECONDS))

    def full_in_seconds(self, now: float) -> float:
        """Until the whole burst is available again."""
        return max(self._empty_at - now, self._blocked_until - now, 0.0)

    async def pause(self, seconds: float) -> None:
        """Wait until it is worth asking again: *seconds* at most."""
        await asyncio.sleep(seconds)
