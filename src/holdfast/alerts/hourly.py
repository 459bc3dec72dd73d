"""How much counters grew in the last hour, from what they show now and then."""

from collections import deque
from collections.abc import Mapping

HOUR_SECONDS = 3_600.0
_STEP_SECONDS = 60.0

Pair = tuple[int, int]

Counts = Mapping[str, Pair]
"""Two counters by integration, cumulative."""


class Hourly:
    """Remembers one look a minute, for an hour. *now* is monotonic seconds.

    A counter that went back (a reset) grew by what it shows.
    """

    def __init__(self) -> None:
        self._looks: deque[tuple[float, Counts]] = deque()

    def grown(self, now: float, counts: Counts) -> Counts:
        """How much each counter of *counts* grew in the last hour, or since the first look."""
        while len(self._looks) > 1 and self._looks[1][0] <= now - HOUR_SECONDS:
            self._looks.popleft()
        if not self._looks or now - self._looks[-1][0] >= _STEP_SECONDS:
            self._looks.append((now, counts))
        before = self._looks[0][1]
        return {name: _since(before.get(name), shown) for name, shown in counts.items()}


def _since(before: Pair | None, now: Pair) -> Pair:
    first, second = before or (0, 0)
    return _grown(first, now[0]), _grown(second, now[1])


def _grown(before: int, now: int) -> int:
    return now - before if now >= before else now
