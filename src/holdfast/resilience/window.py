"""Counts over the last so many seconds, in constant time and little space."""

from collections.abc import Sequence

_BAD, _SLOW = 1 << 48, 1 << 96
_MASK = _BAD - 1

_Past = tuple[int, int]
"""A bucket's number, and what it counted."""


class Window:
    """How many results, bad and slow ones, fell in the last *seconds* (± one bucket).

    Most results are good ones of the current bucket: whoever is in a hurry, and sees that it is
    not yet *ends*, adds one to *fresh* and is done.
    """

    __slots__ = ("_buckets", "_current", "_past", "_seconds", "_settled", "bad", "ends", "fresh",
                 "slow")  # fmt: skip

    def __init__(self, seconds: float, buckets: int = 10) -> None:
        self._seconds, self._buckets = seconds, buckets
        self._past: Sequence[_Past] = ()  # those that counted something, oldest first
        self._current = 0
        self.ends = seconds / buckets
        self.fresh = 0  # three counts in one number: small, and added at once
        self._settled = self.bad = self.slow = 0

    @property
    def total(self) -> int:
        """All results."""
        return self._settled + (self.fresh & _MASK)

    def add(self, now: float, bad: bool, slow: bool = False) -> None:
        """Count one result at *now* (monotonic seconds)."""
        if now >= self.ends:
            self.advance(now)
        result = 1
        if bad:
            result += _BAD
            self.bad += 1
        if slow:
            result += _SLOW
            self.slow += 1
        self.fresh += result

    def add_several(self, now: float, count: int) -> None:
        """Count *count* good results at *now*."""
        self.advance(now)
        self.fresh += count

    def advance(self, now: float) -> None:
        """Forget what is older than the window."""
        bucket_seconds = self._seconds / self._buckets
        bucket = int(now / bucket_seconds)
        if bucket <= self._current:
            return
        past = self._past
        if self.fresh:
            past = (*past, (self._current, self.fresh))
            self._settled += self.fresh & _MASK
        oldest = bucket - self._buckets
        while past and past[0][0] <= oldest:
            gone = past[0][1]
            self._settled -= gone & _MASK
            self.bad -= gone >> 48 & _MASK
            self.slow -= gone >> 96
            past = past[1:]
        self._past, self._current, self.fresh = past, bucket, 0
        self.ends = (bucket + 1) * bucket_seconds

    def clear(self) -> None:
        """Forget everything."""
        self._past = ()
        self.fresh = self._settled = self.bad = self.slow = 0
