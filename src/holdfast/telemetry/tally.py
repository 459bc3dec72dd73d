"""What is counted about calls, in a shape that can be added up."""

from holdfast.events import AnswerJudged, AttemptFailed, CallFinished
from holdfast.telemetry.histogram import Histogram
from holdfast.telemetry.spent import Spending, merge, spend

SECONDS_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds of the exposed histograms, in seconds; they reach what a voice or a chat takes."""


class Tally:
    """Calls by outcome, answers by verdict, attempts by duration.

    *refused* and *cancelled* calls enter neither rates nor latency. *latency* counts every attempt
    that went out, milliseconds; *waited* every call.
    """

    __slots__ = (
        "attempts", "cancelled", "errors", "failed", "fails", "latency", "not_judged", "passes",
        "rate_limited", "refused", "retries", "succeeded", "usage", "waited", "warns",
    )  # fmt: skip

    def __init__(self) -> None:
        self.succeeded = self.failed = self.refused = self.cancelled = 0
        self.attempts = self.retries = self.rate_limited = 0
        self.passes = self.warns = self.fails = self.not_judged = 0
        self.errors: dict[str, int] = {}
        self.usage: Spending = {}
        self.latency = Histogram()
        self.waited = Histogram()

    @property
    def total(self) -> int:
        """Calls that went out and came back."""
        return self.succeeded + self.failed

    @property
    def judged(self) -> int:
        """Answers a validator looked at."""
        return self.passes + self.warns + self.fails

    @property
    def success_rate(self) -> float | None:
        """Percent of the calls that went out; None when none did."""
        return 100 * self.succeeded / self.total if self.total else None

    @property
    def meaning_rate(self) -> float | None:
        """Percent of the judged answers that were accepted; None when none was judged."""
        return 100 * (self.passes + self.warns) / self.judged if self.judged else None

    def add_call(self, event: CallFinished, told: bool = False) -> None:
        """Count a finished call; *told*: its last attempt was counted by `add_attempt` already."""
        if event.outcome == "succeeded":
            self.succeeded += 1
            verdict = event.verdict
            if verdict is None:
                self.not_judged += 1
            elif verdict.judgement == "pass":
                self.passes += 1
        else:
            self._add_other(event)
        attempts, latency_ms = event.attempts, event.latency_ms
        self.attempts += attempts
        if attempts > 1:
            self.retries += attempts - 1
        if latency_ms is not None and not told and event.outcome in _WENT_OUT:
            self.latency.add(latency_ms)
        self.waited.add(event.waited_ms)
        if event.usage is not None:
            spend(self.usage, event.usage, event.at)

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
        for name in _COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for error, count in other.errors.items():
            self.errors[error] = self.errors.get(error, 0) + count
        if other.usage:
            merge(self.usage, other.usage)
        self.latency.merge(other.latency)
        self.waited.merge(other.waited)

    def _add_other(self, event: CallFinished) -> None:
        if event.outcome == "failed":
            self.failed += 1
            error = event.error or "unknown"
            self.errors[error] = self.errors.get(error, 0) + 1
        elif event.outcome == "refused":
            self.refused += 1
        else:
            self.cancelled += 1


_WENT_OUT = ("succeeded", "failed")

_COUNTS = (
    "attempts", "cancelled", "failed", "fails", "not_judged", "passes", "rate_limited", "refused",
    "retries", "succeeded", "warns",
)  # fmt: skip
