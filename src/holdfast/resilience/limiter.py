"""The policy that keeps us within a rate: our own, and the one a provider announces.

The rule is the generic cell rate algorithm (ITU-T I.371): one number, the time at which the
bucket will be empty again, is the whole state.
"""

import asyncio
from collections import deque
from dataclasses import dataclass

from holdfast.errors import LimitReached, RateLimited
from holdfast.resilience.policy import Call, Proceed
from holdfast.resilience.window import Window

_GRAIN_SECONDS = 1e-6
"""A place that is free so soon is free: event loops fire timers a rounding error early."""

_LONGEST_BLOCK_SECONDS = 3600.0
"""However long a provider says to stay away, after this one call asks again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimiterOptions:
    """*calls* per *per_seconds*, *burst* of them at once; others wait up to *max_wait_seconds*."""

    calls: int = 60
    per_seconds: float = 60.0
    burst: int = 10
    max_wait_seconds: float = 5.0

    def __post_init__(self) -> None:
        if min(self.calls, self.burst) < 1 or self.per_seconds <= 0 or self.max_wait_seconds < 0:
            raise ValueError(f"limiter needs calls, burst >= 1 and times > 0, got {self}")


class Rate:
    """One bucket. Every method takes *now* in monotonic seconds."""

    def __init__(self, options: LimiterOptions) -> None:
        self.options = options
        self.refused = 0
        self.rate_limited = 0
        self.used = Window(options.per_seconds, buckets=60)
        self._interval = options.per_seconds / options.calls
        self._tolerance = self._interval * (options.burst - 1)
        self._empty_at = 0.0
        self._blocked_until = 0.0

    def reserve(self, now: float) -> float:
        """Take a place when one is free: 0.0. Else the seconds until one is, and none is taken."""
        wait = self.wait_seconds(now)
        if wait == 0.0:
            self._empty_at = max(self._empty_at, now) + self._interval
            self.used.add(now, False)
        return wait

    def wait_seconds(self, now: float, ahead: int = 0) -> float:
        """How long a call that came *now* would wait behind *ahead* others."""
        goes_at = max(self._empty_at - self._tolerance, self._blocked_until, now)
        if ahead:
            empty_at = max(self._empty_at, goes_at) + ahead * self._interval
            goes_at = max(empty_at - self._tolerance, goes_at)
        wait = goes_at - now
        return wait if wait > _GRAIN_SECONDS else 0.0

    def block(self, now: float, seconds: float) -> None:
        """The provider said: not before *seconds* from now (believed for an hour at most)."""
        self._blocked_until = max(self._blocked_until, now + min(seconds, _LONGEST_BLOCK_SECONDS))

    def full_in_seconds(self, now: float) -> float:
        """Until the whole burst is available again."""
        return max(self._empty_at - now, self._blocked_until - now, 0.0)


class Limiter:
    """Lets calls out at the allowed rate, in order of arrival; refuses who would wait too long.

    Only the first in the queue takes a place, and only to go at once: who leaves while waiting
    has taken nothing, and nobody who waits slips past a ``Retry-After`` that came meanwhile.
    """

    def __init__(self, options: LimiterOptions | None = None) -> None:
        self.rate = Rate(options or LimiterOptions())
        self._queue: deque[asyncio.Future[None]] = deque()

    async def __call__(self, call: Call, proceed: Proceed) -> object:
        """The answer; raises `LimitReached` with the time to wait."""
        if self._queue or self.rate.reserve(call.clock.monotonic()) > 0:
            await self._wait(call)
        try:
            answer: object = await proceed(call)
        except RateLimited as error:
            self.rate.rate_limited += 1
            self.rate.block(call.clock.monotonic(), error.retry_after_seconds or 0.0)
            raise
        return answer

    async def _wait(self, call: Call) -> None:
        arrived = call.clock.monotonic()
        until = arrived + self._patience_seconds(call)
        self._check(call, self.rate.wait_seconds(arrived, len(self._queue)), until - arrived)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        try:
            if self._queue[0] is not turn:
                await turn
            await self._take(call, until)
        finally:
            self._leave(turn)
            call.waited_ms += (call.clock.monotonic() - arrived) * 1000

    async def _take(self, call: Call, until: float) -> None:
        while (wait := self.rate.reserve(now := call.clock.monotonic())) > 0:
            self._check(call, wait, until - now)
            await asyncio.sleep(wait)

    def _leave(self, turn: asyncio.Future[None]) -> None:
        self._queue.remove(turn)
        if self._queue and not self._queue[0].done():
            self._queue[0].set_result(None)

    def _patience_seconds(self, call: Call) -> float:
        remaining = call.remaining_seconds()
        longest = self.rate.options.max_wait_seconds + _GRAIN_SECONDS
        return longest if remaining is None else min(longest, remaining - _GRAIN_SECONDS)

    def _check(self, call: Call, wait: float, patience_seconds: float) -> None:
        if wait > patience_seconds:
            self.rate.refused += 1
            raise LimitReached(call.origin.integration, wait)
