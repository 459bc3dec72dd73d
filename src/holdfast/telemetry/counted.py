"""All that is known of one operation's calls."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

from holdfast.events import CallFinished, fact
from holdfast.telemetry.histogram import Histogram
from holdfast.telemetry.plain import Plain, add_up, latest
from holdfast.telemetry.rolling import Rolling
from holdfast.telemetry.tally import SECONDS_BUCKETS, Successes, Tally, count_into
from holdfast.telemetry.told import Told, ToldSlices


@fact
class Problem:
    """The last thing that went wrong with an operation; *at* is Unix seconds."""

    at: float
    operation: str
    error: str
    reason: str


class Counted:
    """All that is known of one operation's calls. *buckets* are cumulative-to-be, per bound."""

    def __init__(self) -> None:
        self.lifetime = Tally()
        self.rolling: Rolling[Tally] = Rolling(Tally)
        self.buckets = [0] * (len(SECONDS_BUCKETS) + 1)
        self.trips = 0
        self.last_call_at: float | None = None
        self.last_success_at: float | None = None
        self.last_failure_at: float | None = None
        self.problem: Problem | None = None
        self._told, self._told_slices = Told(), ToldSlices()

    def tallies(self, now: float) -> tuple[Tally, Tally]:
        """What happened at *now* is counted in both: in its slice, and for good."""
        return self.rolling.at(now), self.lifetime

    def add_successes(self, events: list[CallFinished], now: float) -> None:
        """Count calls that the provider answered at the first attempt."""
        latencies = sorted([event.latency_ms or 0.0 for event in events])
        several = Successes(events, latencies)
        for tally in self.tallies(now):
            tally.add_successes(several)
        self.last_success_at = self.last_call_at = events[-1].at
        count_into(self.buckets, latencies)

    def add_refusals(self, waited_ms: list[float], now: float) -> None:
        """Count calls that never went out, after so long each."""
        waited = Histogram()
        waited.add_all(waited_ms)
        for tally in self.tallies(now):
            tally.add_refusals(len(waited_ms), waited)

    def add_duration(self, latency_ms: float) -> None:
        """Count one attempt that came back, in its bucket."""
        self.buckets[bisect_left(SECONDS_BUCKETS, latency_ms / 1000)] += 1

    def plain(self) -> Plain:
        """All but the window, as JSON can hold it. Made anew only when something was counted."""
        mark = (_mark(self.lifetime), self.trips, id(self.problem))
        return self._told.of(None, mark, self._plain)

    def plain_slice(self, number: int) -> Plain | None:
        """What slice *number* of the window holds, as JSON can hold it; made anew as above."""
        tally = self.rolling.slice(number)
        if tally is None:
            return None
        return self._told_slices.at(number).of(None, _mark(tally), tally.plain)

    def _plain(self) -> Plain:
        found = {
            **self.lifetime.plain(),
            "buckets": list(self.buckets),
            "trips": self.trips,
            "last": [self.last_call_at, self.last_success_at, self.last_failure_at],
        }
        if (it := self.problem) is not None:
            found["problem"] = [it.at, it.operation, it.error, it.reason]
        return found

    def afresh(self) -> "Counted":
        """The same with an empty window: for one that nobody counts into any more."""
        made = Counted()
        made.lifetime, made.buckets, made.trips = self.lifetime, self.buckets, self.trips
        made.last_call_at, made.problem = self.last_call_at, self.problem
        made.last_success_at, made.last_failure_at = self.last_success_at, self.last_failure_at
        return made

    @classmethod
    def of(cls, plains: Sequence[Mapping[str, Any]]) -> "Counted":
        """What the *plains* of several tell, together."""
        made = cls()
        made.lifetime = Tally.of(plains)
        made.trips = sum(one["trips"] for one in plains)
        made.buckets = add_up(one["buckets"] for one in plains)
        lasts = reduce(latest, (one["last"] for one in plains))
        made.last_call_at, made.last_success_at, made.last_failure_at = lasts
        problems = [one["problem"] for one in plains if "problem" in one]
        made.problem = Problem(*max(problems)) if problems else None
        return made


def _mark(tally: Tally) -> object:
    """Another one after each event that *tally* counts."""
    return tally.waited.count, tally.latency.count, tally.fails, tally.warns, tally.rate_limited
