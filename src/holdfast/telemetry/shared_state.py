"""How sharing with other processes goes, for Prometheus."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from holdfast.events import fact


@fact
class SharedStateFigures:
    """*is_up*: others are in reach now. *round_trip_ms* is the last answer's."""

    is_up: bool
    failures: int
    joins: int
    round_trip_ms: float | None


def shared_state(figures: SharedStateFigures | None) -> Iterator[Metric]:
    """The families, without samples when nothing is shared."""
    up = GaugeMetricFamily(
        "holdfast_shared_state_up", "1 while breakers and rates are shared with other processes."
    )
    failures = CounterMetricFamily(
        "holdfast_shared_state_failures", "Questions to the shared state without a good answer."
    )
    joins = CounterMetricFamily(
        "holdfast_shared_state_joins", "Times that contact with the shared state was made."
    )
    trip = GaugeMetricFamily(
        "holdfast_shared_state_round_trip_seconds", "Duration of the last answered question."
    )
    if figures is not None:
        up.add_metric((), float(figures.is_up))
        failures.add_metric((), figures.failures)
        joins.add_metric((), figures.joins)
        if figures.round_trip_ms is not None:
            trip.add_metric((), figures.round_trip_ms / 1000)
    yield from (up, failures, joins, trip)
