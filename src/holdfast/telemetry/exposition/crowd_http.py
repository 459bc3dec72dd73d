"""Inbound requests under the names of the Crowd contract §2: nobody's dashboard need change.

Each name is there twice where the contract knew two: the documented one, and the one that was
really exported. `http_requests_total` has the exact status, the others its class (``2xx``).
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from typing import Any

from holdfast.telemetry.exposition.lines import CUT, Lines, numbers_of
from holdfast.telemetry.family import SECONDS, Family, LabelValues
from holdfast.telemetry.requests import OVERFLOW, Exposed, Labels, RequestMetrics

HIGH_RESOLUTION = (
    0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0,
    7.5, 10.0, 30.0, 60.0,
)  # fmt: skip

_UNMATCHED = "none"
"""The handler of requests that no route answers, as prometheus-fastapi-instrumentator has it."""

_SERIES_AT_ONCE = 200

_STATUS = ("handler", "method", "status")
_HANDLER = ("handler", "method")

InFlight = Callable[[], Mapping[tuple[str, str], int]]
"""Open requests by (method, route)."""


def names(prefix: str, *, aliases: bool) -> list[str]:
    """What the contract's names begin with; nothing when *prefix* is "none"."""
    return [] if prefix == "none" else [prefix, f"{prefix}_http"][: 1 + aliases]


def _counter(name: str) -> Family:
    return Family(name, "counter", "Inbound requests that ended.", _STATUS)


def _histogram(name: str, labels: tuple[str, ...], bounds: tuple[float, ...]) -> Family:
    words = "Duration of inbound requests to the last body byte."
    return Family(name, "histogram", words, labels, bounds)


def _summary(name: str, what: str, labels: tuple[str, ...]) -> Family:
    return Family(name, "summary", f"{what} body bytes on the wire.", labels)


PLAIN = (
    _counter("http_requests_total"),
    _histogram("http_request_duration_seconds", _HANDLER, SECONDS),
    _histogram("http_request_duration_highr_seconds", (), HIGH_RESOLUTION),
    _summary("http_request_size_bytes", "Request", ("handler",)),
    _summary("http_response_size_bytes", "Response", ("handler",)),
    Family("http_requests_inprogress", "gauge", "Inbound requests in flight.", _HANDLER),
)
"""Those whose names no setting changes."""


def prefixed(start: str) -> tuple[Family, ...]:
    """Those whose names begin with *start*."""
    return (
        _counter(f"{start}_requests_total"),
        _histogram(f"{start}_request_duration_seconds", _STATUS, SECONDS),
        _summary(f"{start}_request_size_bytes", "Request", _STATUS),
        _summary(f"{start}_response_size_bytes", "Response", _STATUS),
    )


def families(prefix: str, *, aliases: bool) -> list[Family]:
    """All of them."""
    starts = names(prefix, aliases=aliases)
    return [*(family for start in starts for family in prefixed(start)), *PLAIN]


class CrowdHttp:
    """The families of the Crowd contract about HTTP."""

    def __init__(
        self, requests: RequestMetrics, in_flight: InFlight, prefix: str, *, aliases: bool,
        created_at: Callable[[], float] | None = None,
    ) -> None:  # fmt: skip
        self._requests, self._in_flight = requests, in_flight
        self._named = [_Named(start, created_at) for start in names(prefix, aliases=aliases)]
        self._plain = [Lines(family, created_at) for family in PLAIN]

    def text(self) -> Iterator[str]:
        """Every series."""
        yield CUT
        exposed = self._requests.exposed()
        by_status = yield from _summed(exposed, lambda labels: (*_route(labels), _status(labels)))
        by_class = yield from _summed(by_status, lambda labels: (*labels[:2], f"{labels[2][0]}xx"))
        by_route = yield from _summed(by_class, lambda labels: labels[:2])
        by_handler = yield from _summed(by_route, lambda labels: labels[:1])
        for named in self._named:
            yield from named.text(by_class)
        total, duration, fine, received, sent, open_now = self._plain
        yield from total.of((key, one.count) for key, one in by_status.items())
        yield from duration.of(_durations(by_route, SECONDS))
        together = yield from _summed(by_handler, lambda _: ())
        yield from fine.of(_durations(together, HIGH_RESOLUTION))
        yield from received.of(_received(by_handler))
        yield from sent.of(_sent(by_handler))
        yield from open_now.of(
            ((route or _UNMATCHED, method), number)
            for (method, route), number in self._in_flight().items()
        )


class _Named:
    """The four families that begin with the contract's prefix."""

    def __init__(self, start: str, created_at: Callable[[], float] | None) -> None:
        families = (Lines(family, created_at) for family in prefixed(start))
        self._total, self._duration, self._received, self._sent = families

    def text(self, by_class: Mapping[LabelValues, Exposed]) -> Iterator[str]:
        yield from self._total.of((key, one.count) for key, one in by_class.items())
        yield from self._duration.of(_durations(by_class, SECONDS))
        yield from self._received.of(_received(by_class))
        yield from self._sent.of(_sent(by_class))


def _durations(
    series: Mapping[LabelValues, Exposed], bounds: tuple[float, ...]
) -> Iterable[tuple[LabelValues, tuple[float, ...]]]:
    numbers = numbers_of(bounds)
    return ((key, numbers(one.buckets, one.seconds)) for key, one in series.items())


def _received(series: Mapping[LabelValues, Exposed]) -> Iterable[tuple[LabelValues, object]]:
    return ((key, (one.count, one.request_bytes)) for key, one in series.items())


def _sent(series: Mapping[LabelValues, Exposed]) -> Iterable[tuple[LabelValues, object]]:
    return ((key, (one.count, one.response_bytes)) for key, one in series.items())


def _route(labels: Labels) -> tuple[str, str]:
    method, route = labels[:2]
    return ("_overflow", "_overflow") if labels == OVERFLOW else (route or _UNMATCHED, method)


def _status(labels: Labels) -> str:
    """Three digits: without a response, nginx's 499 for a client that left, 500 for our fault."""
    status, error = labels[2:]
    if labels == OVERFLOW:
        return "000"
    return status if status != "0" else "500" if error else "499"


def _summed(
    series: Mapping[Any, Exposed], key_of: Callable[[Any], LabelValues]
) -> Generator[str, None, dict[LabelValues, Exposed]]:
    """Returns *series* added up by what *key_of* leaves of their labels; cuts now and then."""
    together: dict[LabelValues, Exposed] = {}
    for number, (labels, one) in enumerate(series.items(), 1):
        key = key_of(labels)
        before = together.get(key)
        together[key] = one if before is None else before.plus(one)
        if number % _SERIES_AT_ONCE == 0:
            yield CUT
    return together
