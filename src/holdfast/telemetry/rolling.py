"""The last so many seconds of something that can be merged, in slices that expire."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from holdfast.telemetry.sums import Sums

T = TypeVar("T")

STEP_SECONDS = 5.0
"""How long a slice is, if nothing else is asked for."""


class Rolling(Generic[T]):
    """*slices* slices of *step_seconds*; every method takes *now* in monotonic seconds."""

    def __init__(
        self, make: Callable[[], T], *, step_seconds: float = STEP_SECONDS, slices: int = 60
    ) -> None:
        self.step_seconds, self.slices = step_seconds, slices
        self._make = make
        self._ring: list[tuple[int, T] | None] = [None] * slices
        self._current: T
        self._begins = self._ends = 0.0

    def at(self, now: float) -> T:
        """The slice to count into."""
        if self._begins <= now < self._ends:
            return self._current
        number = int(now / self.step_seconds)
        slot = number % self.slices
        held = self._ring[slot]
        if held is None or held[0] != number:
            held = self._ring[slot] = (number, self._make())
        self._current = held[1]
        self._begins, self._ends = number * self.step_seconds, (number + 1) * self.step_seconds
        return self._current

    def series(self, now: float) -> list[T | None]:
        """Oldest first, one entry a slice, None where nothing was counted."""
        last, slices, ring = int(now / self.step_seconds), self.slices, self._ring
        return [
            held[1] if (held := ring[number % slices]) and held[0] == number else None
            for number in range(last - slices + 1, last + 1)
        ]

    def together(self, now: float, sums: Sums[T], *, of: Hashable) -> T:
        """All that was counted, as *sums* adds it up; *of* tells several windows apart."""
        return sums.of_window(of, self.series(now), int(now / self.step_seconds))

    def put(self, number: int, one: T) -> None:
        """Let *one* be slice *number*: counted elsewhere."""
        self._ring[number % self.slices] = (number, one)

    def slice(self, number: int) -> T | None:
        """The slice of this number (its begin by the step), None when nothing was counted."""
        held = self._ring[number % self.slices]
        return held[1] if held is not None and held[0] == number else None
