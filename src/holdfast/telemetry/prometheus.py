"""Prometheus: every metric we expose is named here, and nowhere else.

A collector over the folds: nothing is counted a second time on the way of a call. The HTTP names
are OpenTelemetry's conventions in Prometheus form.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.metrics_core import Metric

from holdfast.events import BreakerName, fact
from holdfast.telemetry.buffer import RecordStatus
from holdfast.telemetry.calls import CallMetrics
from holdfast.telemetry.deployment.figures import DeploymentFigures, deployment
from holdfast.telemetry.requests import OVERFLOW, RequestMetrics
from holdfast.telemetry.shared_state import SharedStateFigures, shared_state
from holdfast.telemetry.tally import SECONDS_BUCKETS, Tally

_HTTP_LABELS = (
    "http_request_method", "http_route", "http_response_status_code", "error_type",
    "otel_metric_overflow",
)  # fmt: skip
_CALL_LABELS = ("integration", "operation")
_BREAKER_STATES: tuple[BreakerName, ...] = (
    "closed", "half_open", "open", "forced_open", "forced_closed", "disabled",
)  # fmt: skip


@fact
class Read:
    """What is read at each scrape. *breakers*: (integration, operation, state)."""

    calls: CallMetrics
    requests: RequestMetrics
    in_flight: Callable[[], int]
    open_websockets: Callable[[], int]
    breakers: Callable[[], Iterable[tuple[str, str, BreakerName]]]
    record: Callable[[], RecordStatus]
    dropped: Callable[[], Mapping[str, int]]
    shared_state: Callable[[], SharedStateFigures | None] = lambda: None
    deployment: Callable[[], DeploymentFigures | None] = lambda: None


class Exposition:
    """A prometheus_client collector in a registry of its own."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def text(self) -> bytes:
        """The exposition, format 0.0.4."""
        return generate_latest(self._registry)

    def describe(self) -> Iterable[Metric]:
        """Nothing is collected at registration."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Every family, with HELP and TYPE even without samples."""
        yield from self._requests()
        yield from self._calls()
        yield from self._spending()
        yield self._breakers()
        yield from self._own()
        yield from shared_state(self._read.shared_state())
        yield from deployment(self._read.deployment())

    def _requests(self) -> Iterator[Metric]:
        read = self._read
        seconds = HistogramMetricFamily(
            "http_server_request_duration_seconds",
            "Duration of inbound requests to the last body byte.",
            labels=_HTTP_LABELS,
        )
        received = CounterMetricFamily(
            "http_server_request_body_bytes", "Request body bytes received.", labels=_HTTP_LABELS
        )
        sent = CounterMetricFamily(
            "http_server_response_body_bytes", "Response body bytes sent.", labels=_HTTP_LABELS
        )
        for labels, one in read.requests.exposed().items():
            values = (*labels, "true" if labels == OVERFLOW else "")
            seconds.add_metric(values, _cumulative(one.buckets), one.seconds)
            received.add_metric(values, one.request_bytes)
            sent.add_metric(values, one.response_bytes)
        yield from (seconds, received, sent)
        yield GaugeMetricFamily(
            "http_server_active_requests", "Inbound requests in flight.", read.in_flight()
        )
        yield GaugeMetricFamily(
            "http_server_websocket_active_connections",
            "Inbound WebSocket connections that are open.",
            read.open_websockets(),
        )

    def _calls(self) -> Iterator[Metric]:
        finished = CounterMetricFamily(
            "holdfast_calls", "Guarded calls by outcome.", labels=(*_CALL_LABELS, "outcome")
        )
        served = CounterMetricFamily(
            "holdfast_answers_served", "Answered calls by where the answer is from.",
            labels=(*_CALL_LABELS, "source"),
        )  # fmt: skip
        judged = CounterMetricFamily(
            "holdfast_answers_judged", "Answers by what validators said of their meaning.",
            labels=(*_CALL_LABELS, "judgement"),
        )  # fmt: skip
        failed = CounterMetricFamily(
            "holdfast_call_errors", "Failed calls by error.", labels=(*_CALL_LABELS, "error_type")
        )
        seconds = HistogramMetricFamily(
            "holdfast_attempt_duration_seconds",
            "Duration of attempts that went out, without waits.",
            labels=_CALL_LABELS,
        )
        retries = CounterMetricFamily(
            "holdfast_retries", "Attempts beyond the first.", labels=_CALL_LABELS
        )
        trips = CounterMetricFamily(
            "holdfast_breaker_trips", "Times a breaker opened.", labels=_CALL_LABELS
        )
        for key in self._read.calls.operations_called():
            counted = self._read.calls.counted(key)
            if counted is None:
                continue
            tally = self._read.calls.lifetime(*key)
            for outcome, number in _outcomes(tally):
                finished.add_metric((*key, outcome), number)
            for source, number in sorted({"provider": tally.succeeded, **tally.served}.items()):
                served.add_metric((*key, source), number)
            for judgement, number in _judgements(tally):
                judged.add_metric((*key, judgement), number)
            for error, number in sorted(tally.errors.items()):
                failed.add_metric((*key, error), number)
            seconds.add_metric(key, _cumulative(counted.buckets), tally.latency.total / 1000)
            retries.add_metric(key, tally.retries)
            trips.add_metric(key, counted.trips)
        yield from (finished, served, judged, failed, seconds, retries, trips)

    def _spending(self) -> Iterator[Metric]:
        usage, cost, unpriced = _spending_families()
        for key in self._read.calls.operations_called():
            for (unit, model), spent in self._read.calls.lifetime(*key).usage.items():
                usage.add_metric((*key, model, unit), spent.amount)
                cost.add_metric((*key, model, unit), spent.cost_usd)
                unpriced.add_metric((*key, model, unit), spent.unpriced)
        yield from (usage, cost, unpriced)

    def _breakers(self) -> Metric:
        states = GaugeMetricFamily(
            "holdfast_breaker_state", "1 for the state a breaker is in.",
            labels=(*_CALL_LABELS, "state"),
        )  # fmt: skip
        for integration, operation, now in self._read.breakers():
            for state in _BREAKER_STATES:
                states.add_metric((integration, operation, state), float(state == now))
        return states

    def _own(self) -> Iterator[Metric]:
        record = self._read.record()
        yield CounterMetricFamily(
            "holdfast_record_written_events", "Events the record has kept.", record.written
        )
        yield GaugeMetricFamily(
            "holdfast_record_waiting_events", "Events waiting to be recorded.", record.waiting
        )
        yield GaugeMetricFamily(
            "holdfast_record_spooled_events", "Events on disk until the database returns.",
            record.spooled,
        )  # fmt: skip
        yield GaugeMetricFamily(
            "holdfast_record_spool_bytes", "What the spooled events take.", record.spool_bytes
        )
        dropped = CounterMetricFamily(
            "holdfast_events_dropped", "Events that were dropped, by reason.", labels=("reason",)
        )
        for reason, number in sorted({**record.dropped, **self._read.dropped()}.items()):
            dropped.add_metric((reason,), number)
        yield dropped


def _spending_families() -> tuple[CounterMetricFamily, CounterMetricFamily, CounterMetricFamily]:
    labels = (*_CALL_LABELS, "model", "unit")
    return (
        CounterMetricFamily(
            "holdfast_usage", "What providers said was used up, in their units.", labels=labels
        ),
        CounterMetricFamily(
            "holdfast_cost_usd", "What that cost in US dollars, as far as it has a price.",
            labels=labels,
        ),
        CounterMetricFamily(
            "holdfast_unpriced_calls", "Calls whose usage has no known price.", labels=labels
        ),
    )  # fmt: skip


def _outcomes(tally: Tally) -> tuple[tuple[str, int], ...]:
    return (
        ("succeeded", tally.answered),
        ("failed", tally.failed),
        ("refused", tally.refused),
        ("cancelled", tally.cancelled),
    )


def _judgements(tally: Tally) -> tuple[tuple[str, int], ...]:
    return (("pass", tally.passes), ("warn", tally.warns), ("fail", tally.fails))


def _cumulative(buckets: list[int]) -> list[tuple[str, float]]:
    bounds = [*(str(bound) for bound in SECONDS_BUCKETS), "+Inf"]
    so_far, found = 0, []
    for bound, number in zip(bounds, buckets, strict=True):
        so_far += number
        found.append((bound, float(so_far)))
    return found
