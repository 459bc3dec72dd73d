"""What is counted about calls, in a shape that can be added up."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from math import inf
from operator import attrgetter
from typing import Any

from holdfast.events import AnswerJudged, AttemptFailed, CallFinished
from holdfast.telemetry.histogram import Histogram
from holdfast.telemetry.plain import Plain, add_counts, add_up, named, names
from holdfast.telemetry.spent import Spending, Spent, merge, spend

SECONDS_BUCKETS = (
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5,
    5.0, 7.5, 10.0, 30.0, 60.0,
)  # fmt: skip
"""Upper bounds of what is counted, in seconds: every bound that an exposed histogram has."""


def count_into(buckets: list[int], milliseconds: list[float]) -> None:
    """Count *milliseconds*, which ascend, into *buckets*: one for each bound, one beyond."""
    before, place = 0, bisect_left(SECONDS_BUCKETS, milliseconds[0] / 1000) if milliseconds else 0
    while before < len(milliseconds):
        bound = SECONDS_BUCKETS[place] if place < len(SECONDS_BUCKETS) else inf
        after = bisect_right(milliseconds, bound, before, key=_seconds)
        buckets[place] += after - before
        before, place = after, place + 1


def _seconds(milliseconds: float) -> float:
    return milliseconds / 1000


class Successes:
    """What many plain successes have in common, counted once for every tally that they enter."""

    __slots__ = ("events", "latency", "not_judged", "passes", "used", "waited")

    def __init__(self, events: Sequence[CallFinished], latencies: Sequence[float]) -> None:
        self.events = events
        self.latency, self.waited = Histogram(), Histogram()
        self.latency.add_sorted(latencies)
        self.waited.add_all([event.waited_ms for event in events])
        judged = [event.verdict.judgement for event in events if event.verdict is not None]
        self.not_judged, self.passes = len(events) - len(judged), judged.count("pass")
        self.used = [event for event in events if event.usage is not None]


class Tally:
    """Calls by outcome, answers by verdict, attempts by duration.

    *succeeded* are the provider's own answers. *served* counts the others by where they are from
    (cache, stale, coalesced, fallback, default, fault); *rescued* are those of them that stand in
    for a failure, which went out and is among *errors*. *refused* and *cancelled* calls enter
    neither rates nor latency. *latency* counts every attempt that went out, milliseconds;
    *waited* every call.
    """

    __slots__ = (
        "attempts", "cancelled", "errors", "failed", "fails", "latency", "not_judged", "passes",
        "rate_limited", "refused", "rescued", "retries", "served", "succeeded", "usage", "waited",
        "warns",
    )  # fmt: skip

    def __init__(self) -> None:
        self.succeeded = self.failed = self.refused = self.cancelled = self.rescued = 0
        self.attempts = self.retries = self.rate_limited = 0
        self.passes = self.warns = self.fails = self.not_judged = 0
        self.errors: dict[str, int] = {}
        self.usage: Spending = {}
        self.served: dict[str, int] = {}
        self.latency = Histogram()
        self.waited = Histogram()

    @property
    def total(self) -> int:
        """Calls that went out and came back from the provider, well or not."""
        return self.succeeded + self.failed + self.rescued

    @property
    def answered(self) -> int:
        """Calls whose caller got an acceptable answer, wherever it was from."""
        return self.succeeded + sum(self.served.values())

    @property
    def judged(self) -> int:
        """Answers a validator looked at."""
        return self.passes + self.warns + self.fails

    @property
    def success_rate(self) -> float | None:
        """Percent of the calls that went out that the provider answered; None when none did."""
        return 100 * self.succeeded / self.total if self.total else None

    @property
    def meaning_rate(self) -> float | None:
        """Percent of the judged answers that were accepted; None when none was judged."""
        return 100 * (self.passes + self.warns) / self.judged if self.judged else None

    def add_call(self, event: CallFinished, told: bool = False) -> None:
        """Count a finished call; *told*: its last attempt was counted by `add_attempt` already."""
        if event.outcome != "succeeded":
            self._add_other(event)
        elif event.served_from != "provider":
            self._add_served(event)
        else:
            self.succeeded += 1
            self._add_verdict(event)
        attempts, latency_ms = event.attempts, event.latency_ms
        self.attempts += attempts
        if attempts > 1:
            self.retries += attempts - 1
        if latency_ms is not None and not told and is_the_providers(event):
            self.latency.add(latency_ms)
        self.waited.add(event.waited_ms)
        if event.usage is not None:
            spend(self.usage, event.usage, event.at)

    def add_successes(self, several: "Successes") -> None:
        """Count calls that the provider answered at the first attempt."""
        count = len(several.events)
        self.succeeded += count
        self.attempts += count
        self.passes += several.passes
        self.not_judged += several.not_judged
        self.latency.merge(several.latency)
        self.waited.merge(several.waited)
        for event in several.used:
            if event.usage is not None:
                spend(self.usage, event.usage, event.at)

    def add_refusals(self, count: int, waited: Histogram) -> None:
        """Count *count* calls that never went out, after *waited*."""
        self.refused += count
        self.waited.merge(waited)

    def add_attempt(self, event: AttemptFailed) -> None:
        """Count a failed attempt that another one shall follow (the last one is its call's)."""
        if event.error == "RateLimited":
            self.rate_limited += 1
        if event.retry_in_seconds is not None:
            self.latency.add(event.latency_ms)

    def add_judgement(self, event: AnswerJudged) -> None:
        """Count an answer that was not simply accepted (a pass comes with its call)."""
        if event.verdict.judgement == "fail":
            self.fails += 1
        else:
            self.warns += 1

    def merge(self, other: "Tally") -> None:
        """Add all that *other* counted."""
        for name, more in zip(_COUNTS, _counts(other), strict=True):
            if more:
                setattr(self, name, getattr(self, name) + more)
        for error, count in other.errors.items():
            self.errors[error] = self.errors.get(error, 0) + count
        if other.usage:
            merge(self.usage, other.usage)
        for source, count in other.served.items():
            self.served[source] = self.served.get(source, 0) + count
        self.latency.merge(other.latency)
        self.waited.merge(other.waited)

    def plain(self) -> Plain:
        """Its numbers as JSON can hold them; what there was none of is not in it."""
        found: Plain = {
            "counts": list(_counts(self)),
            "latency": self.latency.plain(),
            "waited": self.waited.plain(),
        }
        if self.errors:
            found["errors"] = {named(error): count for error, count in self.errors.items()}
        if self.served:
            found["served"] = {named(source): count for source, count in self.served.items()}
        if self.usage:
            found["usage"] = {named(*key): spent.plain() for key, spent in self.usage.items()}
        return found

    @classmethod
    def of(cls, plains: Sequence[Mapping[str, Any]]) -> "Tally":
        """What the *plains* of several tell, together."""
        made = cls()
        for name, count in zip(_COUNTS, add_up(one["counts"] for one in plains), strict=True):
            setattr(made, name, count)
        for plain in plains:
            _add_named(made.errors, plain.get("errors"))
            _add_named(made.served, plain.get("served"))
            if usage := plain.get("usage"):
                merge(made.usage, {_pair(it): Spent.of(one) for it, one in usage.items()})
        made.latency = Histogram.of(one["latency"] for one in plains)
        made.waited = Histogram.of(one["waited"] for one in plains)
        return made

    def _add_verdict(self, event: CallFinished) -> None:
        verdict = event.verdict
        if verdict is None:
            self.not_judged += 1
        elif verdict.judgement == "pass":
            self.passes += 1

    def _add_served(self, event: CallFinished) -> None:
        source = event.served_from.partition(":")[0]
        self.served[source] = self.served.get(source, 0) + 1
        if is_rescued(event):
            self.rescued += 1
            self._add_error(event)

    def _add_other(self, event: CallFinished) -> None:
        if event.outcome == "failed":
            self.failed += 1
            self._add_error(event)
        elif event.outcome == "refused":
            self.refused += 1
        else:
            self.cancelled += 1

    def _add_error(self, event: CallFinished) -> None:
        error = event.error or "unknown"
        self.errors[error] = self.errors.get(error, 0) + 1


def is_rescued(event: CallFinished) -> bool:
    """Whether it went out and failed, and its caller was served something else."""
    return event.outcome == "succeeded" and event.error is not None and event.attempts > 0


def is_the_providers(event: CallFinished) -> bool:
    """Whether the last attempt's time is the provider's: it came back, and no fault answered."""
    if event.outcome == "succeeded":
        return event.served_from == "provider" or is_rescued(event)
    return event.outcome == "failed"


_COUNTS = (
    "attempts", "cancelled", "failed", "fails", "not_judged", "passes", "rate_limited", "refused",
    "rescued", "retries", "succeeded", "warns",
)  # fmt: skip
_counts = attrgetter(*_COUNTS)


def _add_named(counts: dict[str, int], told: Mapping[str, int] | None) -> None:
    if told:
        add_counts(counts, ((names(key)[0], count) for key, count in told.items()))


def _pair(key: str) -> tuple[str, str]:
    unit, model = names(key)
    return unit, model
