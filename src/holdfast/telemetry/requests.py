"""Inbound requests, counted per method, route and status."""

from collections.abc import Sequence
from operator import add
from threading import Lock

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.events import Event, RequestFinished
from holdfast.telemetry.fold import Fold, happened
from holdfast.telemetry.histogram import Histogram
from holdfast.telemetry.rolling import STEP_SECONDS, Rolling
from holdfast.telemetry.tally import SECONDS_BUCKETS, count_into

Labels = tuple[str, str, str, str]
"""(method, route template, status code, error type); all empty: the overflow series."""

OVERFLOW: Labels = ("", "", "", "")


class RequestTally:
    """Requests by outcome; *latency* in milliseconds to the last body byte."""

    __slots__ = ("client_gone", "failed", "latency", "succeeded")

    def __init__(self) -> None:
        self.succeeded = self.failed = self.client_gone = 0
        self.latency = Histogram()

    @property
    def total(self) -> int:
        """Requests that ended, however."""
        return self.succeeded + self.failed + self.client_gone

    @property
    def success_rate(self) -> float | None:
        """Percent of the requests whose client stayed; None when there was none."""
        answered = self.succeeded + self.failed
        return 100 * self.succeeded / answered if answered else None

    def add(self, events: Sequence[RequestFinished], durations_ms: list[float]) -> None:
        """Count *events*, which took *durations_ms*, the shortest first."""
        outcomes = [event.outcome for event in events]
        self.succeeded += outcomes.count("succeeded")
        self.failed += outcomes.count("failed")
        self.client_gone += outcomes.count("client_gone")
        self.latency.add_sorted(durations_ms)

    def merge(self, other: "RequestTally") -> None:
        """Add all that *other* counted."""
        self.succeeded += other.succeeded
        self.failed += other.failed
        self.client_gone += other.client_gone
        self.latency.merge(other.latency)


class Exposed:
    """One exposed series: how many, how long, how large."""

    __slots__ = (
        "buckets", "count", "first_byte_buckets", "first_byte_seconds", "request_bytes",
        "response_bytes", "seconds",
    )  # fmt: skip

    def __init__(self) -> None:
        self.count = 0
        self.seconds = self.first_byte_seconds = 0.0
        self.buckets = [0] * (len(SECONDS_BUCKETS) + 1)
        self.first_byte_buckets = [0] * (len(SECONDS_BUCKETS) + 1)
        self.request_bytes = self.response_bytes = 0

    def add(self, events: Sequence[RequestFinished], durations_ms: list[float]) -> None:
        """Count *events*, which took *durations_ms*, the shortest first."""
        self.count += len(events)
        self.seconds += sum(durations_ms) / 1000
        count_into(self.buckets, durations_ms)
        first = sorted([one.first_byte_ms for one in events if one.first_byte_ms is not None])
        self.first_byte_seconds += sum(first) / 1000
        count_into(self.first_byte_buckets, first)
        self.request_bytes += sum([event.request_bytes for event in events])
        self.response_bytes += sum([event.response_bytes for event in events])

    def plus(self, other: "Exposed") -> "Exposed":
        """Both together, without their first bytes."""
        both = Exposed()
        both.count = self.count + other.count
        both.seconds = self.seconds + other.seconds
        both.buckets = list(map(add, self.buckets, other.buckets))
        both.request_bytes = self.request_bytes + other.request_bytes
        both.response_bytes = self.response_bytes + other.response_bytes
        return both


class RequestMetrics(Fold):
    """A sink that counts requests; at most *most_series* label sets, the rest in one overflow."""

    def __init__(self, clock: Clock = SYSTEM_CLOCK, *, most_series: int = 2000) -> None:
        self.overflowed = 0
        self._lifetime = RequestTally()
        self._clock, self._most_series = clock, most_series
        self._exposed: dict[Labels, Exposed] = {}
        self._rolling: dict[tuple[str, str], Rolling[RequestTally]] = {}
        self._lock = Lock()

    def __call__(self, event: Event) -> None:
        """Count *event* if it is about a request."""
        if isinstance(event, RequestFinished):
            with self._lock:
                self._add_alike([event], self._clock.monotonic())

    def take_in(self, events: Sequence[Event], since: float) -> None:
        """Count those of *events* that are about requests, each in the slice it happened in."""
        requests = [event for event in events if isinstance(event, RequestFinished)]
        if not requests:
            return
        with self._lock:
            now = self._clock.monotonic()
            if int(since / STEP_SECONDS) != int(now / STEP_SECONDS):
                for event in requests:
                    self._add_alike([event], happened(event.at, since, now, self._clock))
                return
            alike: dict[tuple[str, str, int, str | None], list[RequestFinished]] = {}
            for event in requests:
                key = (event.method, event.route, event.status, event.error)
                several = alike.get(key)
                if several is None:
                    several = alike[key] = []
                several.append(event)
            for several in alike.values():
                self._add_alike(several, now)

    @property
    def lifetime(self) -> RequestTally:
        """Every request since the process started, live: read single numbers only."""
        self.catch_up()
        return self._lifetime

    def exposed(self) -> dict[Labels, Exposed]:
        """Every series, to read at once."""
        self.catch_up()
        with self._lock:
            return dict(self._exposed)

    def routes(self) -> dict[tuple[str, str], RequestTally]:
        """The rolling window of each (method, route) that was asked for in it."""
        self.catch_up()
        now = self._clock.monotonic()
        with self._lock:
            merged = {key: _merged(rolling.held(now)) for key, rolling in self._rolling.items()}
        return {key: tally for key, tally in merged.items() if tally.total}

    def window(self) -> RequestTally:
        """The rolling window of all routes together."""
        return _merged(list(self.routes().values()))

    def _add_alike(self, events: list[RequestFinished], now: float) -> None:
        """Count *events* of one route, status and error."""
        first = events[0]
        labels = (first.method, first.route, str(first.status), first.error or "")
        route = (first.method, first.route)
        if labels not in self._exposed and len(self._exposed) >= self._most_series:
            self.overflowed += len(events)
            labels, route = OVERFLOW, ("", "")
        if labels not in self._exposed:
            self._exposed[labels] = Exposed()
        if route not in self._rolling:
            self._rolling[route] = Rolling(RequestTally)
        durations_ms, several = sorted([event.duration_ms for event in events]), RequestTally()
        several.add(events, durations_ms)
        self._lifetime.merge(several)
        self._rolling[route].at(now).merge(several)
        self._exposed[labels].add(events, durations_ms)


def _merged(tallies: list[RequestTally]) -> RequestTally:
    together = RequestTally()
    for tally in tallies:
        together.merge(tally)
    return together
