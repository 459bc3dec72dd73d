"""Outbound calls, counted per integration and operation: lifetime totals and rolling windows."""

from bisect import bisect_left
from collections.abc import Iterable
from threading import Lock

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.events import (
    AnswerJudged,
    AttemptFailed,
    BreakerMoved,
    CallFinished,
    Event,
    Origin,
    fact,
)
from holdfast.telemetry.rolling import Rolling
from holdfast.telemetry.tally import SECONDS_BUCKETS, Tally

Key = tuple[str, str]
"""(integration, operation)."""

OVERFLOW: Key = ("_overflow", "_overflow")
"""Where calls are counted once there are too many different operations."""


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
        self._former = Tally()
        self.rolling: Rolling[Tally] = Rolling(Tally, retire=self._former.merge)
        self.buckets = [0] * (len(SECONDS_BUCKETS) + 1)
        self.trips = 0
        self.last_call_at: float | None = None
        self.last_success_at: float | None = None
        self.last_failure_at: float | None = None
        self.problem: Problem | None = None

    def lifetime(self) -> Tally:
        """Everything: each event is counted once, in a slice, and slices add up."""
        return _merged((self._former, *self.rolling.kept()))


class CallMetrics:
    """A sink that counts calls, and answers with merged copies that nobody else changes."""

    def __init__(self, clock: Clock = SYSTEM_CLOCK, *, most_keys: int = 1000) -> None:
        self.since = clock.wall()
        self.overflowed = 0
        self._clock, self._most_keys = clock, most_keys
        self._counted: dict[Key, Counted] = {}
        self._told: dict[tuple[str, str, int], int] = {}
        self._lock = Lock()

    def __call__(self, event: Event) -> None:
        """Count *event* if it is about a call."""
        if type(event) is CallFinished:  # the common case, on the way of every call
            with self._lock:
                self._add_call(event)
        elif isinstance(event, AttemptFailed):
            with self._lock:
                self._add_attempt(event)
        elif isinstance(event, AnswerJudged):
            with self._lock:
                self._add_judgement(event)
        elif isinstance(event, BreakerMoved) and event.after == "open":
            with self._lock:
                self._of(event.integration, event.operation).trips += 1

    def operations_called(self) -> list[Key]:
        """Every operation that was called, in order of first call."""
        with self._lock:
            return list(self._counted)

    def operations(self, integration: str) -> list[str]:
        """The operations of *integration* that were called."""
        return [operation for name, operation in self.operations_called() if name == integration]

    def counted(self, key: Key) -> Counted | None:
        """What is known of one operation, live: read single numbers only."""
        return self._counted.get(key)

    def window(self, integration: str, operation: str | None = None) -> Tally:
        """The rolling window of one operation, or of all the integration's together."""
        now = self._clock.monotonic()
        with self._lock:
            return _merged(
                one for counted in self._matching(integration, operation)
                for one in counted.rolling.held(now)
            )  # fmt: skip

    def lifetime(self, integration: str, operation: str | None = None) -> Tally:
        """Everything since the process started or `reset`."""
        with self._lock:
            return _merged(one.lifetime() for one in self._matching(integration, operation))

    def series(self, integration: str) -> list[Tally | None]:
        """The window slice by slice, oldest first, all operations together."""
        now = self._clock.monotonic()
        with self._lock:
            columns = [one.rolling.series(now) for one in self._matching(integration, None)]
            return [
                _merged(one for one in column if one is not None) if any(column) else None
                for column in zip(*columns, strict=True)
            ]

    def problem(self, integration: str) -> Problem | None:
        """The latest problem of any operation."""
        found = [one.problem for one in self._matching(integration, None) if one.problem]
        return max(found, key=lambda problem: problem.at, default=None)

    def reset(self, integration: str | None = None) -> None:
        """Forget the counts of *integration*, or of all."""
        with self._lock:
            for key in [key for key in self._counted if integration in (None, key[0])]:
                del self._counted[key]

    def _matching(self, integration: str, operation: str | None) -> list[Counted]:
        return [
            counted
            for (name, its_operation), counted in list(self._counted.items())
            if name == integration and operation in (None, its_operation)
        ]

    def _of(self, integration: str, operation: str) -> Counted:
        counted = self._counted.get((integration, operation))
        if counted is None:
            key = (integration, operation)
            if len(self._counted) >= self._most_keys:
                self.overflowed += 1
                key = OVERFLOW
            counted = self._counted.setdefault(key, Counted())
        return counted

    def _add_call(self, event: CallFinished) -> None:
        origin = event.origin
        counted = self._of(origin.integration, origin.operation)
        told = bool(self._told) and self._told.pop(_call_of(origin), 0) == event.attempts
        counted.rolling.at(self._clock.monotonic()).add_call(event, told)
        if event.outcome == "succeeded":
            counted.last_success_at = event.at
        elif event.outcome == "failed":
            counted.last_failure_at = event.at
            error, reason = event.error or "unknown", event.reason or ""
            counted.problem = Problem(event.at, origin.operation, error, reason)
        else:
            return
        counted.last_call_at = event.at
        if event.latency_ms is not None and not told:
            counted.buckets[bisect_left(SECONDS_BUCKETS, event.latency_ms / 1000)] += 1

    def _add_attempt(self, event: AttemptFailed) -> None:
        origin = event.origin
        counted = self._of(origin.integration, origin.operation)
        counted.rolling.at(self._clock.monotonic()).add_attempt(event)
        counted.problem = Problem(event.at, origin.operation, event.error, event.reason)
        if event.retry_in_seconds is not None:
            self._told[_call_of(origin)] = event.attempt
            counted.buckets[bisect_left(SECONDS_BUCKETS, event.latency_ms / 1000)] += 1

    def _add_judgement(self, event: AnswerJudged) -> None:
        counted = self._of(event.origin.integration, event.origin.operation)
        counted.rolling.at(self._clock.monotonic()).add_judgement(event)


def _call_of(origin: Origin) -> tuple[str, str, int]:
    return origin.integration, origin.operation, origin.call_id


def _merged(tallies: Iterable[Tally]) -> Tally:
    together = Tally()
    for tally in tallies:
        together.merge(tally)
    return together
