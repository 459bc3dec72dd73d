"""What was counted in several places, added up: once, where nobody counts there any more."""

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

from holdfast.telemetry.merged import Merged

T = TypeVar("T")

_NEWEST = 2
"""So many slices of a window may be told anew each second; the sum of the others lasts a step."""
_BLOCK = 8
"""So many of the others have a sum of their own, which lasts until the first of them leaves."""


class Sums(Generic[T]):
    """Sums that *add* makes, which nobody changes. Remembered from the first `fresh` on."""

    def __init__(self, add: Callable[[Sequence[T]], T]) -> None:
        self._add = add
        self._known: Merged[T] | None = None

    def fresh(self) -> None:
        """There is something else to be added up, and it never changes.

        What was not asked for since the last time is forgotten.
        """
        if self._known is None:
            self._known = Merged(self._add)
        self._known.done()

    def of(self, name: Hashable, parts: list[T]) -> T:
        """The sum of *parts*; the one made before, if it was of the very same ones."""
        if self._known is None:
            return self._add(parts)
        return parts[0] if len(parts) == 1 else self._known.one(name, parts)

    def of_window(self, name: Hashable, slices: Sequence[T | None], last: int) -> T:
        """The same of a window's *slices*, oldest first, of which the newest has number *last*."""
        if self._known is None:
            return self._add([one for one in slices if one is not None])
        blocks: dict[int, list[T]] = {}
        for number, one in enumerate(slices[:-_NEWEST], last - len(slices) + 1):
            if one is not None:
                blocks.setdefault(number // _BLOCK, []).append(one)
        older = [self.of((name, number), block) for number, block in blocks.items()]
        parts = [self.of((name, "older"), older)] if older else []
        parts += [one for one in slices[-_NEWEST:] if one is not None]
        return self.of((name, "all"), parts)
