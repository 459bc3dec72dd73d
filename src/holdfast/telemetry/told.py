"""Documents of counts, made anew only when something was counted."""

from collections.abc import Callable, Hashable

from holdfast.telemetry.plain import Plain


class Told:
    """One document for each name, with the mark that it was made at."""

    def __init__(self) -> None:
        self._known: dict[Hashable, tuple[object, Plain]] = {}

    def of(self, name: Hashable, mark: object, make: Callable[[], Plain]) -> Plain:
        """What *make* makes, or made when the *mark* of *name* was the same."""
        known = self._known.get(name)
        if known is None or known[0] != mark:
            known = self._known[name] = (mark, make())
        return known[1]


class ToldSlices:
    """The same for the slices of a window: only for the newest two is anything remembered."""

    def __init__(self) -> None:
        self._slices: dict[int, Told] = {}

    def at(self, number: int) -> Told:
        """What was told of slice *number*."""
        if number not in self._slices:
            self._slices = {n: one for n, one in self._slices.items() if n >= number - 1}
            self._slices[number] = Told()
        return self._slices[number]
