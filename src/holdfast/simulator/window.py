"""Counting against a limit per window of time, as providers announce it in their headers."""

from holdfast.clock import Clock


class Window:
    """At most *limit* units in each *per_seconds*; the window starts with its first unit."""

    def __init__(self, limit: int, per_seconds: float, clock: Clock) -> None:
        self.limit, self.per_seconds = limit, per_seconds
        self._clock = clock
        self._started = float("-inf")
        self._used = 0

    def take(self, units: int = 1) -> bool:
        """Whether *units* more still fit; they are used up if so."""
        if self.resets_in_seconds <= 0:
            self._started, self._used = self._clock.monotonic(), 0
        if self._used + units > self.limit:
            return False
        self._used += units
        return True

    @property
    def remaining(self) -> int:
        """Units left in this window."""
        return self.limit if self.resets_in_seconds <= 0 else self.limit - self._used

    @property
    def resets_in_seconds(self) -> float:
        """Seconds until the window is over; 0 when none has started."""
        return max(0.0, self._started + self.per_seconds - self._clock.monotonic())
