"""Outbound calls, counted per integration and operation: lifetime totals and rolling windows."""

from collections.abc import Iterable, Sequence
from threading import Lock

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.events import (
    AnswerJudged,
    AttemptFailed,
    BreakerMoved,
    CallFinished,
    Event,
    Origin,
)
from holdfast.telemetry.breath import breathing
from holdfast.telemetry.counted import Counted, Problem
from holdfast.telemetry.fold import Fold, happened
from holdfast.telemetry.plain import Plain, named
from holdfast.telemetry.rolling import STEP_SECONDS
from holdfast.telemetry.sums import Sums
from holdfast.telemetry.tally import Tally, is_rescued

Key = tuple[str, str]
"""(integration, operation)."""

OVERFLOW: Key = ("_overflow", "_overflow")
"""Where calls are counted once there are too many different operations."""


_COUNTED = frozenset((CallFinished, AttemptFailed, AnswerJudged, BreakerMoved))


class CallMetrics(Fold):
    """A sink that counts calls, and answers with merged copies that nobody else changes."""

    def __init__(self, clock: Clock = SYSTEM_CLOCK, *, most_keys: int = 1000) -> None:
        self.since = clock.wall()
        self.overflowed = 0
        self._clock, self._most_keys = clock, most_keys
        self._counted: dict[Key, Counted] = {}
        self._by_integration: dict[str, list[tuple[str, Counted]]] | None = None
        self._told: dict[tuple[str, str, int], int] = {}
        self._sums = Sums(_merged)
        self._lock = Lock()

    def __call__(self, event: Event) -> None:
        """Count *event* if it is about a call."""
        with self._lock:
            self._add(event, self._clock.monotonic())

    def take_in(self, events: Sequence[Event], since: float) -> None:
        """Count those of *events* that are about calls, each in the slice it happened in."""
        with self._lock:
            now = self._clock.monotonic()
            if int(since / STEP_SECONDS) == int(now / STEP_SECONDS):
                self._add_all(events, now)
                return
            for event in events:
                is_end = isinstance(event, CallFinished)
                self._add(event, happened(event.at, since, now, self._clock) if is_end else now)

    def operations_called(self) -> list[Key]:
        """Every operation that was called, in order of first call."""
        self.catch_up()
        with self._lock:
            return list(self._counted)

    def operations(self, integration: str) -> list[str]:
        """The operations of *integration* that were called."""
        self.catch_up()
        with self._lock:
            return [operation for operation, _ in self._of_integration(integration)]

    def counted(self, key: Key) -> Counted | None:
        """What is known of one operation, live: read single numbers only."""
        self.catch_up()
        return self._counted.get(key)

    def counted_of(self, integration: str) -> list[Counted]:
        """The same of every operation of *integration* that was called."""
        self.catch_up()
        with self._lock:
            return [counted for _, counted in self._of_integration(integration)]

    def window(self, integration: str, operation: str | None = None) -> Tally:
        """The rolling window of one operation, or of all the integration's together."""
        self.catch_up()
        now = self._clock.monotonic()
        with self._lock:
            windows = [
                counted.rolling.together(now, self._sums, of=(integration, name))
                for name, counted in self._matching(integration, operation)
            ]
            return windows[0] if len(windows) == 1 else self._sums.of(integration, windows)

    def lifetime(self, integration: str, operation: str | None = None) -> Tally:
        """Everything since the process started or `reset`."""
        self.catch_up()
        with self._lock:
            its = [one.lifetime for _, one in self._matching(integration, operation)]
            return self._sums.of(("lifetime", integration, operation), its)

    def series(self, integration: str) -> list[Tally | None]:
        """The window slice by slice, oldest first, all operations together."""
        self.catch_up()
        now = self._clock.monotonic()
        with self._lock:
            columns = [it.rolling.series(now) for _, it in self._of_integration(integration)]
            slices = (
                [one for one in column if one is not None] for column in zip(*columns, strict=True)
            )
            return [
                self._sums.of((integration, number), held) if held else None
                for number, held in enumerate(slices, int(now / STEP_SECONDS))
            ]

    def problem(self, integration: str) -> Problem | None:
        """The latest problem of any operation."""
        found = [one.problem for one in self.counted_of(integration) if one.problem]
        return max(found, key=lambda problem: problem.at, default=None)

    def reset(self, integration: str | None = None) -> None:
        """Forget the counts of *integration*, or of all."""
        self.catch_up()
        with self._lock:
            for key in [key for key in self._counted if integration in (None, key[0])]:
                del self._counted[key]
            self._by_integration = None

    def plain(self) -> Plain:
        """Everything since the start or `reset`, as JSON can hold it, by operation."""
        self.catch_up()
        found = {}
        for key, counted in breathing(list(self._counted.items())):
            with self._lock:  # one at a time: nobody who counts waits for all of them
                found[named(*key)] = counted.plain()
        return found

    def plain_slice(self, number: int) -> Plain:
        """What slice *number* of the window holds, by operation."""
        found = {}
        for key, counted in breathing(list(self._counted.items())):
            with self._lock:
                if (plain := counted.plain_slice(number)) is not None:
                    found[named(*key)] = plain
        return found

    def show(self, counted: dict[Key, Counted], since: float) -> None:
        """Answer with these from now on: for one that shows what others counted."""
        with self._lock:
            self._counted, self.since = counted, since
            self._by_integration = None
            self._sums.fresh()

    def _matching(self, integration: str, operation: str | None) -> list[tuple[str, Counted]]:
        return [one for one in self._of_integration(integration) if operation in (None, one[0])]

    def _of_integration(self, integration: str) -> Sequence[tuple[str, Counted]]:
        """Under the lock. There may be a thousand integrations, and a page asks for each."""
        if self._by_integration is None:
            self._by_integration = {}
            for (name, operation), counted in self._counted.items():
                self._by_integration.setdefault(name, []).append((operation, counted))
        return self._by_integration.get(integration, ())

    def _of(self, integration: str, operation: str, events: int = 1) -> Counted:
        counted = self._counted.get((integration, operation))
        if counted is None:
            key = (integration, operation)
            if len(self._counted) >= self._most_keys:
                self.overflowed += events
                key = OVERFLOW
            counted = self._counted.setdefault(key, Counted())
            self._by_integration = None
        return counted

    def _add_all(self, events: Sequence[Event], now: float) -> None:
        """Of one operation's plain ends many are counted at once."""
        succeeded: dict[Key, list[CallFinished]] = {}
        refused: dict[Key, list[float]] = {}
        for event in events:
            if type(event) is not CallFinished or event.attempts > 1:
                if type(event) in _COUNTED:
                    self._add(event, now)
                continue
            origin, outcome = event.origin, event.outcome
            key = (origin.integration, origin.operation)
            if outcome == "succeeded" and event.served_from == "provider" and event.attempts:
                alike = succeeded.get(key)
                if alike is None:
                    self._of(*key, 0)  # operations stand in the order of their first call
                    alike = succeeded[key] = []
                alike.append(event)
            elif outcome == "refused" and event.usage is None:
                if key not in refused:
                    self._of(*key, 0)
                    refused[key] = []
                refused[key].append(event.waited_ms)
            else:
                self._add(event, now)
        for key, ends in succeeded.items():
            self._of(*key, len(ends)).add_successes(ends, now)
        for key, waited_ms in refused.items():
            self._of(*key, len(waited_ms)).add_refusals(waited_ms, now)

    def _add(self, event: Event, now: float) -> None:
        if isinstance(event, CallFinished):
            self._add_call(event, now)
        elif isinstance(event, AttemptFailed):
            self._add_attempt(event, now)
        elif isinstance(event, AnswerJudged):
            for tally in self._of_origin(event.origin).tallies(now):
                tally.add_judgement(event)
        elif isinstance(event, BreakerMoved) and event.after == "open":
            self._of(event.integration, event.operation).trips += 1

    def _add_call(self, event: CallFinished, now: float) -> None:
        counted = self._of_origin(event.origin)
        told = bool(self._told) and self._told.pop(_call_of(event.origin), 0) == event.attempts
        for tally in counted.tallies(now):
            tally.add_call(event, told)
        if event.outcome == "failed" or is_rescued(event):
            counted.last_failure_at = event.at
            error, reason = event.error or "unknown", event.reason or ""
            counted.problem = Problem(event.at, event.origin.operation, error, reason)
        elif event.outcome == "succeeded" and event.served_from == "provider":
            counted.last_success_at = event.at
        else:
            return
        counted.last_call_at = event.at
        if event.latency_ms is not None and not told:
            counted.add_duration(event.latency_ms)

    def _add_attempt(self, event: AttemptFailed, now: float) -> None:
        origin = event.origin
        counted = self._of_origin(origin)
        for tally in counted.tallies(now):
            tally.add_attempt(event)
        counted.problem = Problem(event.at, origin.operation, event.error, event.reason)
        if event.retry_in_seconds is not None:
            self._told[_call_of(origin)] = event.attempt
            counted.add_duration(event.latency_ms)

    def _of_origin(self, origin: Origin) -> Counted:
        return self._of(origin.integration, origin.operation)


def _call_of(origin: Origin) -> tuple[str, str, int]:
    return origin.integration, origin.operation, origin.call_id


def _merged(tallies: Iterable[Tally]) -> Tally:
    together = Tally()
    for tally in tallies:
        together.merge(tally)
    return together
