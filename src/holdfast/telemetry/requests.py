"""Inbound requests, counted per method, route and status."""

from collections.abc import Mapping, Sequence
from operator import add
from threading import Lock
from typing import Any

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.events import Event, RequestFinished
from holdfast.telemetry.breath import breathing
from holdfast.telemetry.fold import Fold, happened
from holdfast.telemetry.histogram import Histogram
from holdfast.telemetry.plain import Plain, add_up, named
from holdfast.telemetry.rolling import STEP_SECONDS, Rolling
from holdfast.telemetry.sums import Sums
from holdfast.telemetry.tally import SECONDS_BUCKETS, count_into
from holdfast.telemetry.told import Told, ToldSlices

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

    def plain(self) -> Plain:
        """Its numbers as JSON can hold them."""
        counts = [self.succeeded, self.failed, self.client_gone]
        return {"counts": counts, "latency": self.latency.plain()}

    @classmethod
    def of(cls, plains: Sequence[Mapping[str, Any]]) -> "RequestTally":
        """What the *plains* of several tell, together."""
        made = cls()
        counts = add_up(one["counts"] for one in plains)
        made.succeeded, made.failed, made.client_gone = counts
        made.latency = Histogram.of(one["latency"] for one in plains)
        return made


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

    def plain(self) -> Plain:
        """Its numbers as JSON can hold them."""
        totals = [
            self.count, self.seconds, self.first_byte_seconds, self.request_bytes,
            self.response_bytes,
        ]  # fmt: skip
        buckets, first = list(self.buckets), list(self.first_byte_buckets)
        return {"totals": totals, "buckets": buckets, "first_byte_buckets": first}

    @classmethod
    def of(cls, plains: Sequence[Mapping[str, Any]]) -> "Exposed":
        """What the *plains* of several tell, together."""
        made = cls()
        totals = add_up(one["totals"] for one in plains)
        made.count, made.seconds, made.first_byte_seconds, *sizes = totals
        made.request_bytes, made.response_bytes = sizes
        made.buckets = add_up(one["buckets"] for one in plains)
        made.first_byte_buckets = add_up(one["first_byte_buckets"] for one in plains)
        return made


class RequestMetrics(Fold):
    """A sink that counts requests; at most *most_series* label sets, the rest in one overflow."""

    def __init__(self, clock: Clock = SYSTEM_CLOCK, *, most_series: int = 2000) -> None:
        self.overflowed = 0
        self._lifetime = RequestTally()
        self._clock, self._most_series = clock, most_series
        self._exposed: dict[Labels, Exposed] = {}
        self._rolling: dict[tuple[str, str], Rolling[RequestTally]] = {}
        self._told, self._told_slices = Told(), ToldSlices()
        self._sums = Sums(_merged)
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
            merged = {
                key: rolling.together(now, self._sums, of=key)
                for key, rolling in self._rolling.items()
            }
        return {key: tally for key, tally in merged.items() if tally.total}

    def window(self) -> RequestTally:
        """The rolling window of all routes together."""
        routes = list(self.routes().values())
        with self._lock:
            return self._sums.of("all", routes)

    def plain(self) -> Plain:
        """Everything since the process started, as JSON can hold it."""
        self.catch_up()
        exposed = {}
        for labels, one in breathing(list(self._exposed.items())):
            with self._lock:  # one at a time: nobody who counts waits for all of them
                exposed[named(*labels)] = self._told.of(labels, one.count, one.plain)
        with self._lock:
            lifetime = self._lifetime
            told = self._told.of(None, lifetime.total, lifetime.plain)
            return {"lifetime": told, "exposed": exposed}

    def plain_slice(self, number: int) -> Plain:
        """What slice *number* of the window holds, by (method, route)."""
        found = {}
        told = self._told_slices.at(number)
        for key, rolling in breathing(list(self._rolling.items())):
            with self._lock:
                if (tally := rolling.slice(number)) is not None:
                    found[named(*key)] = told.of(key, tally.total, tally.plain)
        return found

    def show(
        self, lifetime: RequestTally, exposed: dict[Labels, Exposed],
        rolling: dict[tuple[str, str], Rolling[RequestTally]],
    ) -> None:  # fmt: skip
        """Answer with these from now on: for one that shows what others counted."""
        with self._lock:
            self._lifetime, self._exposed, self._rolling = lifetime, exposed, rolling
            self._sums.fresh()

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


def _merged(tallies: Sequence[RequestTally]) -> RequestTally:
    together = RequestTally()
    for tally in tallies:
        together.merge(tally)
    return together
