"""Counts over the last so many seconds, in constant space and time."""

_BAD, _SLOW = 1 << 48, 1 << 96
_MASK = _BAD - 1


class Window:
    """How many results, bad and slow ones, fell in the last *seconds* (± one bucket)."""

    __slots__ = (
        "_bucket_seconds",
        "_counts",
        "_current",
        "_ends",
        "_fresh",
        "bad",
        "slow",
        "total",
    )

    def __init__(self, seconds: float, buckets: int = 10) -> None:
        self._bucket_seconds = seconds / buckets
        self._counts = [0] * buckets  # three counts in one number each: small, and added at once
        self._current = self._fresh = 0  # the current one's is kept apart: most are counted there
        self._ends = self._bucket_seconds
        self.total = self.bad = self.slow = 0

    def add(self, now: float, bad: bool, slow: bool = False) -> None:
        """Count one result at *now* (monotonic seconds)."""
        if now >= self._ends:
            self.advance(now)
        if not (bad or slow):
            self.total += 1
            self._fresh += 1
            return
        result = 1
        self.total += 1
        if bad:
            result += _BAD
            self.bad += 1
        if slow:
            result += _SLOW
            self.slow += 1
        self._fresh += result

    def add_several(self, now: float, count: int) -> None:
        """Count *count* good results at *now*."""
        self.advance(now)
        self.total += count
        self._fresh += count

    def advance(self, now: float) -> None:
        """Forget what is older than the window."""
        bucket = int(now / self._bucket_seconds)
        if bucket <= self._current:
            return
        counts = self._counts
        size = len(counts)
        counts[self._current % size] = self._fresh
        for old in range(max(self._current + 1, bucket - size + 1), bucket + 1):
            if gone := counts[old % size]:
                self.total -= gone & _MASK
                self.bad -= gone >> 48 & _MASK
                self.slow -= gone >> 96
                counts[old % size] = 0
        self._current, self._fresh = bucket, 0
        self._ends = (bucket + 1) * self._bucket_seconds

    def clear(self) -> None:
        """Forget everything."""
        self._counts = [0] * len(self._counts)
        self._fresh = 0
        self.total = self.bad = self.slow = 0
