"""What happens again and again, told once at first and then as one count for each interval."""

from collections.abc import Hashable
from typing import Generic, NamedTuple, TypeVar

Kind = TypeVar("Kind", bound=Hashable)

_MOST_KINDS = 1000


class Repeated(NamedTuple, Generic[Kind]):
    """*times* more of *kind* within *seconds*."""

    kind: Kind
    times: int
    seconds: float


class Repeats(Generic[Kind]):
    """Counts by kind what was told less than *seconds* ago; every method takes *now* (monotonic).

    At most 1000 kinds are known at a time; of further ones each is told.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._known: dict[Kind, tuple[float, int]] = {}
        self._due_at = 0.0

    def __len__(self) -> int:
        return len(self._known)

    def is_new(self, kind: Kind, now: float) -> bool:
        """Whether to tell this one; else it is counted."""
        known = self._known.get(kind)
        if known is None:
            if len(self._known) < _MOST_KINDS:
                self._due_at = now + self._seconds if not self._known else self._due_at
                self._known[kind] = now, 0
            return True
        since, count = known
        self._known[kind] = since, count + 1
        return False

    def due(self, now: float, *, at_once: bool = False) -> list[Repeated[Kind]]:
        """The counts whose interval is over, or all. What did not happen again is forgotten."""
        if now < self._due_at and not at_once:
            return []
        found = []
        for kind, (since, count) in list(self._known.items()):
            if now - since < self._seconds and not at_once:
                continue
            if count:
                found.append(Repeated(kind, count, now - since))
                self._known[kind] = now, 0
            else:
                del self._known[kind]
        begun = [since for since, _ in self._known.values()]
        self._due_at = min(begun, default=now) + self._seconds
        return found
