"""A rate that several processes share, decided without asking.

The rule, in order:

1. Nobody goes while the provider asked everybody to stay away.
2. An admission *leased* from the others goes at once. Leases are fetched in the background,
   about as many as a tenth of a second uses up, before the last one is gone.
3. Without one, a process that knows nothing lets one call out on its own *share* (the rate and
   the burst, divided by the number of processes), owes it, and asks.
4. Further calls give the answer a millisecond, or wait for as long as the others said that the
   rate is used up; so does the first one when it has just been used up.
5. After that - the others are slow, hung or away - the share alone decides.

What was taken on the share is owed: the next lease begins by taking it off. So, while answers
come within the millisecond, all processes together admit *burst + rate x time*, and at most one
call more for each process. While they are late it can be one burst more for a moment, which is
made up for; while nobody can be reached, the shares add up to the whole.
"""

import asyncio
import math
from collections.abc import Callable

from holdfast.resilience.bucket import Bucket, Pace
from holdfast.resilience.keyed import Lane
from holdfast.resilience.limiter import LimiterOptions, Rate
from holdfast.resilience.share import Share
from holdfast.resilience.shared import MEMBER_SECONDS, Lease, LeaseAsk
from holdfast.resilience.shared_link import Link

_GRAIN_SECONDS = 1e-6
_ANSWER_SECONDS = 0.001
"""What a call beyond its process's share gives the others to answer."""

_AHEAD_SECONDS = 0.1
"""How much use is leased ahead."""

_ROUND_SECONDS = 0.02
"""A used up rate is asked again for about as much as this brings, not for each single call."""

_SHORT_SECONDS = 0.1
"""How long after it was used up a rate may still be wanted by many."""

_VALID_SECONDS = 1.0
"""A lease that nobody used is given back after this."""


class SharedBucket(Bucket):
    """A bucket of which every process knows its part; a call waits *patience_seconds* for it.

    *need* is told when it has something to ask; the asker calls `ask`, then `leased` or
    `unanswered`.
    """

    def __init__(
        self, name: str, pace: Pace, patience_seconds: float, link: Link,
        need: Callable[["SharedBucket"], None],
    ) -> None:  # fmt: skip
        super().__init__(pace)
        self._join(name, patience_seconds, link, need)

    def _join(
        self, name: str, patience_seconds: float, link: Link,
        need: Callable[["SharedBucket"], None],
    ) -> None:  # fmt: skip
        self.name = name
        self._patience = min(_ANSWER_SECONDS, patience_seconds)
        self.share = Share(self._pace)
        self._link, self._need = link, need
        self._joins = 0
        self._leased = self._low = self._owed = 0
        self._valid_until = self._away_until = -math.inf
        self._used_up_until = self._short_until = -math.inf
        self._asked_at: float | None = None
        self._answered_at = -math.inf
        self._taken = self._waiting = 0
        self._taken_since, self._per_second = -math.inf, 0.0
        self._news: asyncio.Event | None = None

    def reserve(self, now: float) -> float:
        """Take a place when one is free: 0.0. Else the seconds until one may be; none is taken."""
        if self._leased <= self._low or not self._away_until <= now < self._valid_until:
            return self.reserve_several(now, 1)
        self._leased -= 1  # as `book` would: most calls come by here
        self._taken += 1
        self.share.take(now, 1)
        self._count(now, 1)
        return 0.0

    def reserve_several(self, now: float, cost: int) -> float:
        """Take *cost* places when all are free: 0.0. Else the seconds until they may be."""
        wait = self.wait_seconds(now, cost - 1)
        if wait > 0.0 and cost > 1 and self._may_overdraw(now):
            wait = 0.0
        if wait == 0.0:
            self.book(now, cost)
        return wait

    def book(self, now: float, cost: int) -> None:
        """Note that *cost* places were taken: leased ones, else of the share, and owed."""
        if self._has(now, cost):
            self._leased -= cost
        elif self._link.is_up:
            self._owed += cost
        self.share.take(now, cost)
        self._count(now, cost)
        self._taken += cost
        self._waiting = max(self._waiting - cost, 0)
        if self._leased <= self._low and now >= self._used_up_until:
            self._want(now, 0)

    def wait_seconds(self, now: float, ahead: int = 0) -> float:
        """How long a call that came *now* would wait behind *ahead* others, as far as is known."""
        away = self._away_until - now
        return away if away > _GRAIN_SECONDS else self._wait_seconds(now, ahead)

    def change(self, pace: Pace, now: float) -> None:
        """Go by *pace* from *now* on; what was leased at the old one goes back."""
        super().change(pace, now)
        self.share.change(pace)
        self._owed, self._leased = self._owed - self._leased, 0
        self._used_up_until = self._short_until = -math.inf
        self._want(now, 0)

    def give_back(self, now: float, cost: int) -> None:
        """*cost* places that were taken are free after all; the others hear of it."""
        if self._link.is_up:
            self._owed -= cost
        self.share.give_back(cost)
        self._want(now, 0)

    def block(self, now: float, seconds: float) -> None:
        """The provider said: not before *seconds* from now (as any rate); the others hear of it."""
        super().block(now, seconds)
        self._away_until = max(self._away_until, now + super().wait_seconds(now))
        self._want(now, 0)

    def full_in_seconds(self, now: float) -> float:
        """Until the whole burst is available again, as far as is known here."""
        known = max(self._away_until - now, self._used_up_until - now, 0.0)
        return max(self.share.full_in_seconds(now), known)

    async def pause(self, seconds: float) -> None:
        """Wait for *seconds*, or until the others answered."""
        self._news = self._news or asyncio.Event()
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return

    def ask(self, now: float, member: str) -> LeaseAsk:
        """What to ask the others now, and what to tell them."""
        if self._joins != self._link.joins:  # alone until now: what is used of the share is owed
            self._joins, self._owed = self._link.joins, self.share.used(now)
        if self._leased and now >= self._valid_until:
            self._owed, self._leased = self._owed - self._leased, 0
        step, burst = self._pace
        ahead = int(min(self._used_per_second(now), 1 / step) * _AHEAD_SECONDS)
        wanted = max(min(max(ahead, self._waiting), burst) - self._leased, 0)
        owed = min(self._owed, burst)
        self._waiting = self._owed = 0
        blocked = max(self._away_until - now, 0.0)
        return LeaseAsk(self.name, step, burst, wanted, owed, blocked, member)

    def leased(self, ask: LeaseAsk, lease: Lease, now: float) -> None:
        """The others answered *ask*."""
        self._leased += lease.granted
        self._valid_until = now + _VALID_SECONDS
        self._low = lease.granted // 4
        self._used_up_until = now + lease.empty_seconds
        if lease.granted < ask.wanted and lease.empty_seconds > 0:
            step, burst = self._pace
            round_of = min(ask.wanted, burst // 2, int(_ROUND_SECONDS / step))
            self._used_up_until += max(round_of - 1, 0) * step
            self._short_until = self._used_up_until + _SHORT_SECONDS
        self._away_until = max(self._away_until, now + lease.blocked_seconds)
        self.share.divide(lease.members)
        self._answered_at = now
        self.unanswered()

    def unanswered(self) -> None:
        """There is no answer to wait for (any longer)."""
        self._asked_at = None
        if self._news is not None:
            self._news.set()
            self._news = None

    def _count(self, now: float, cost: int) -> None:
        """*cost* places were taken."""

    def _used_per_second(self, now: float) -> float:
        seconds = now - self._taken_since
        if seconds >= _AHEAD_SECONDS:
            self._per_second = self._taken / seconds
            self._taken, self._taken_since = 0, now
        return max(self._per_second, self._taken / _AHEAD_SECONDS)

    def _has(self, now: float, count: int) -> bool:
        return self._leased >= count and now < self._valid_until

    def _may_overdraw(self, now: float) -> bool:
        """Alone, what costs more than the share ever holds goes when that is full."""
        is_full = self.share.full_in_seconds(now) == 0.0
        return is_full and not self._link.is_up and now >= self._away_until

    def _wait_seconds(self, now: float, ahead: int) -> float:
        if self._has(now, ahead + 1):
            return 0.0
        if self._answered_at < now - MEMBER_SECONDS:  # until more is known all of them use it
            self.share.divide(self._link.members)
        if not self._link.is_up:
            return self.share.wait_seconds(now, ahead)
        used_up = self._used_up_until - now
        if used_up > _GRAIN_SECONDS:
            self._waiting = max(self._waiting, ahead + 1)
            return used_up + ahead * self.share.step_seconds
        is_first = self._want(now, ahead + 1)
        is_short = now < self._short_until
        share = self.share.wait_seconds(now, ahead, at_once=not is_short)
        if is_first and share == 0.0 and not is_short:
            return 0.0
        asked_at = now if self._asked_at is None else self._asked_at
        patience = asked_at + self._patience - now
        return patience if patience > _GRAIN_SECONDS else share

    def _want(self, now: float, waiting: int) -> bool:
        """Ask, unless an answer is under way; True when this began it."""
        self._waiting = max(self._waiting, waiting)
        if self._asked_at is not None or not self._link.is_up:
            return False
        self._asked_at = now
        self._need(self)
        return True


class SharedRate(SharedBucket, Rate):
    """The common rate of an integration, which counts what happens to it here."""

    def __init__(
        self, name: str, options: LimiterOptions, link: Link,
        need: Callable[[SharedBucket], None],
    ) -> None:  # fmt: skip
        Rate.__init__(self, options)
        self._join(name, options.max_wait_seconds, link, need)

    def _count(self, now: float, cost: int) -> None:
        self.used.add_several(now, cost)


class SharedLane(SharedBucket, Lane):
    """The rate of one key, and those of this process who wait at it."""

    def __init__(
        self, name: str, pace: Pace, patience_seconds: float, link: Link,
        need: Callable[[SharedBucket], None],
    ) -> None:  # fmt: skip
        Lane.__init__(self, pace)
        self._join(name, patience_seconds, link, need)
