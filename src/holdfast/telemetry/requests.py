"""Inbound requests, counted per method, route and status."""

from bisect import bisect_left
from threading import Lock

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.events import Event, RequestFinished
from holdfast.telemetry.histogram import Histogram
from holdfast.telemetry.rolling import Rolling
from holdfast.telemetry.tally import SECONDS_BUCKETS

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

    def add(self, event: RequestFinished) -> None:
        """Count one request."""
        setattr(self, event.outcome, getattr(self, event.outcome) + 1)
        self.latency.add(event.duration_ms)

    def merge(self, other: "RequestTally") -> None:
        """Add all that *other* counted."""
        self.succeeded += other.succeeded
        self.failed += other.failed
        self.client_gone += other.client_gone
        self.latency.merge(other.latency)


class Exposed:
    """One exposed series: how many, how long, how large."""

    __slots__ = ("buckets", "count", "request_bytes", "response_bytes", "seconds")

    def __init__(self) -> None:
        self.count = 0
        self.seconds = 0.0
        self.buckets = [0] * (len(SECONDS_BUCKETS) + 1)
        self.request_bytes = self.response_bytes = 0

    def add(self, event: RequestFinished) -> None:
        """Count one request."""
        seconds = event.duration_ms / 1000
        self.count += 1
        self.seconds += seconds
        self.buckets[bisect_left(SECONDS_BUCKETS, seconds)] += 1
        self.request_bytes += event.request_bytes
        self.response_bytes += event.response_bytes


class RequestMetrics:
    """A sink that counts requests; at most *most_series* label sets, the rest in one overflow."""

    def __init__(self, clock: Clock = SYSTEM_CLOCK, *, most_series: int = 2000) -> None:
        self.lifetime = RequestTally()
        self.overflowed = 0
        self._clock, self._most_series = clock, most_series
        self._exposed: dict[Labels, Exposed] = {}
        self._rolling: dict[tuple[str, str], Rolling[RequestTally]] = {}
        self._lock = Lock()

    def __call__(self, event: Event) -> None:
        """Count *event* if it is about a request."""
        if isinstance(event, RequestFinished):
            with self._lock:
                self._add(event)

    def exposed(self) -> dict[Labels, Exposed]:
        """Every series, to read at once."""
        with self._lock:
            return dict(self._exposed)

    def routes(self) -> dict[tuple[str, str], RequestTally]:
        """The rolling window of each (method, route) that was asked for in it."""
        now = self._clock.monotonic()
        with self._lock:
            merged = {key: _merged(rolling.held(now)) for key, rolling in self._rolling.items()}
        return {key: tally for key, tally in merged.items() if tally.total}

    def window(self) -> RequestTally:
        """The rolling window of all routes together."""
        return _merged(list(self.routes().values()))

    def _add(self, event: RequestFinished) -> None:
        self.lifetime.add(event)
        labels = (event.method, event.route, str(event.status), event.error or "")
        route = (event.method, event.route)
        if labels not in self._exposed and len(self._exposed) >= self._most_series:
            self.overflowed += 1
            labels, route = OVERFLOW, ("", "")
        self._exposed.setdefault(labels, Exposed()).add(event)
        if route not in self._rolling:
            self._rolling[route] = Rolling(RequestTally)
        self._rolling[route].at(self._clock.monotonic()).add(event)


def _merged(tallies: list[RequestTally]) -> RequestTally:
    together = RequestTally()
    for tally in tallies:
        together.merge(tally)
    return together
