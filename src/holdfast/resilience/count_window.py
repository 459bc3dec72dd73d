"""Counts over the last so many results, however long ago they were."""


class CountWindow:
    """How many of the last *size* results were bad, and how many slow.

    The ring is one number with two bits for each result: a hundred of them take 52 bytes.
    """

    __slots__ = ("_ring", "_top", "bad", "slow", "total")

    def __init__(self, size: int) -> None:
        self._top = 2 * (size - 1)
        self._ring = 0
        self.total = self.bad = self.slow = 0

    def add(self, now: float, bad: bool, slow: bool = False) -> None:  # noqa: ARG002  # as a Window
        """Count one result, whenever it is; the oldest one goes when there is no room."""
        ring = self._ring
        gone = ring >> self._top
        if gone:
            ring ^= gone << self._top
            self.bad -= gone & 1
            self.slow -= gone >> 1
        if 2 * self.total <= self._top:
            self.total += 1
        self.bad += bad
        self.slow += slow
        self._ring = ring << 2 | slow << 1 | bad

    def clear(self) -> None:
        """Forget everything."""
        self._ring = self.total = self.bad = self.slow = 0
