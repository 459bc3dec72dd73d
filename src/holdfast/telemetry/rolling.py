"""The last so many seconds of something that can be merged, in slices that expire."""

from collections.abc import Callable
from typing import Generic, TypeVar

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

    def held(self, now: float) -> list[T]:
        """The slices of the window that counted something."""
        return [one for one in self.series(now) if one is not None]

    def put(self, number: int, one: T) -> None:
        """Let *one* be slice *number*: counted elsewhere."""
        self._ring[number % self.slices] = (number, one)

    def slice(self, number: int) -> T | None:
        """The slice of this number (its begin by the step), None when nothing was counted."""
        held = self._ring[number % self.slices]
        return held[1] if held is not None and held[0] == number else None
