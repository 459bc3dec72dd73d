"""One process's part of a rate that several share: what it may use without asking."""

import math

from holdfast.resilience.bucket import Pace

_GRAIN_SECONDS = 1e-6


class Share:
    """One of *processes* equal parts of a bucket, by the generic cell rate algorithm."""

    def __init__(self, pace: Pace) -> None:
        self._empty_at = -math.inf
        self.processes = 1
        self.change(pace)

    def change(self, pace: Pace) -> None:
        """Be a part of *pace* from now on; what is used takes as long as before."""
        self._interval, self._full = pace.interval_seconds, pace.interval_seconds * pace.burst
        self.divide(self.processes)

    def divide(self, processes: int) -> None:
        """There are so many parts now: one place of this one takes *step_seconds*."""
        self.processes = max(processes, 1)
        self.step_seconds = self._interval * self.processes
        self._tolerance = max(self._full - self.step_seconds, 0.0)
        self._longest = max(self._full, self.step_seconds)

    def wait_seconds(self, now: float, ahead: int = 0, *, at_once: bool = True) -> float:
        """Until the part has a place for one more behind *ahead* others, *at_once* or evenly."""
        tolerance = self._tolerance if at_once else 0.0
        wait = max(self._empty_at, now) + ahead * self.step_seconds - tolerance - now
        return wait if wait > _GRAIN_SECONDS else 0.0

    def take(self, now: float, cost: int) -> None:
        """Note what goes. Leases may go beyond the part: it is used up then, not in debt."""
        taken = cost * self.step_seconds
        empty_at = max(self._empty_at, now) + taken
        self._empty_at = min(empty_at, now + max(self._longest, taken))

    def give_back(self, cost: int) -> None:
        """What was taken did not go."""
        self._empty_at -= cost * self.step_seconds

    def full_in_seconds(self, now: float) -> float:
        """Until nothing of it is used."""
        return max(self._empty_at - now, 0.0)

    def used(self, now: float) -> int:
        """How many places of it are not made up for yet."""
        return math.ceil(self.full_in_seconds(now) / self.step_seconds - 1e-9)
