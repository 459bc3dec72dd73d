"""The last so many seconds of something that can be merged, in slices that expire."""

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar


class Mergeable(Protocol):
    """What a slice holds."""

    def merge(self, other: "Mergeable", /) -> None:
        """Add all that *other* counted."""


T = TypeVar("T")


class Rolling(Generic[T]):
    """*slices* slices of *step_seconds*; every method takes *now* in monotonic seconds.

    *retire* is handed each slice before its place is taken by a later one.
    """

    def __init__(
        self, make: Callable[[], T], *, step_seconds: float = 5.0, slices: int = 60,
        retire: Callable[[T], None] | None = None,
    ) -> None:  # fmt: skip
        self.step_seconds, self.slices = step_seconds, slices
        self._make, self._retire = make, retire
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
            if held is not None and self._retire is not None:
                self._retire(held[1])
            held = self._ring[slot] = (number, self._make())
        self._current = held[1]
        self._begins, self._ends = number * self.step_seconds, (number + 1) * self.step_seconds
        return self._current

    def kept(self) -> list[T]:
        """Every slice that was not retired yet, however old."""
        return [held[1] for held in self._ring if held is not None]

    def series(self, now: float) -> list[T | None]:
        """Oldest first, one entry a slice, None where nothing was counted."""
        last = int(now / self.step_seconds)
        return [self._slice(number) for number in range(last - self.slices + 1, last + 1)]

    def held(self, now: float) -> list[T]:
        """The slices of the window that counted something."""
        return [one for one in self.series(now) if one is not None]

    def _slice(self, number: int) -> T | None:
        held = self._ring[number % self.slices]
        return held[1] if held is not None and held[0] == number else None
