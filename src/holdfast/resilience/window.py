"""Counts over the last so many seconds, in constant space and time."""


class Window:
    """How many results, and how many bad ones, fell in the last *seconds* (± one bucket)."""

    __slots__ = ("_bad", "_bucket_seconds", "_current", "_good", "bad", "total")

    def __init__(self, seconds: float, buckets: int = 10) -> None:
        self._bucket_seconds = seconds / buckets
        self._good = [0] * buckets
        self._bad = [0] * buckets
        self._current = 0
        self.total = self.bad = 0

    def add(self, now: float, bad: bool) -> None:
        """Count one result at *now* (monotonic seconds)."""
        self.advance(now)
        slot = self._current % len(self._bad)
        if bad:
            self._bad[slot] += 1
            self.bad += 1
        else:
            self._good[slot] += 1
        self.total += 1

    def advance(self, now: float) -> None:
        """Forget what is older than the window."""
        bucket = int(now / self._bucket_seconds)
        if bucket <= self._current:
            return
        size = len(self._bad)
        for old in range(max(self._current + 1, bucket - size + 1), bucket + 1):
            slot = old % size
            self.total -= self._good[slot] + self._bad[slot]
            self.bad -= self._bad[slot]
            self._good[slot] = self._bad[slot] = 0
        self._current = bucket

    def clear(self) -> None:
        """Forget everything."""
        size = len(self._bad)
        self._good, self._bad = [0] * size, [0] * size
        self.total = self.bad = 0
