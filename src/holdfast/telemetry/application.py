"""What the application told of itself, added up: a fold with bounded labels."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from threading import Lock

from holdfast.events import Event, MetricTracked
from holdfast.telemetry.application_metrics import APPLICATION_METRICS
from holdfast.telemetry.family import Family, LabelValues
from holdfast.telemetry.fold import Fold

OVERFLOW = "_overflow"


class Series:
    """One series: *value* of a counter or gauge, or *buckets* and their sum *value*."""

    __slots__ = ("buckets", "value")

    def __init__(self, bounds: int) -> None:
        self.value = 0.0
        self.buckets = [0] * (bounds + 1)


class ApplicationMetrics(Fold):
    """A sink; at most *most_series* label sets a metric, the rest in one overflow series.

    *overflowed* counts by metric what went there; of a gauge it is dropped, for what others say
    cannot be added up.
    """

    def __init__(
        self, metrics: Mapping[str, Family] = APPLICATION_METRICS, *, most_series: int = 1000
    ) -> None:
        self.metrics, self.overflowed = metrics, Counter[str]()
        self._most_series = most_series
        self._series: dict[str, dict[LabelValues, Series]] = {key: {} for key in metrics}
        self._lock = Lock()

    def __call__(self, event: Event) -> None:
        """Count *event* if the application told it."""
        self.take_in((event,), 0.0)

    def take_in(self, events: Sequence[Event], since: float) -> None:  # noqa: ARG002  # as a fold
        """Count those of *events* that the application told."""
        for event in events:
            if isinstance(event, MetricTracked):
                with self._lock:
                    self._add(event, self.metrics[event.metric])

    def series(self, metric: str) -> list[tuple[LabelValues, Series]]:
        """Every series of *metric*, to read at once."""
        self.catch_up()
        with self._lock:
            return list(self._series[metric].items())

    def _add(self, event: MetricTracked, family: Family) -> None:
        known, labels = self._series[event.metric], event.labels
        if labels not in known and len(known) >= self._most_series:
            self.overflowed[family.name] += 1
            if family.kind == "gauge":
                return
            labels = (OVERFLOW,) * len(family.labels)
        series = known.get(labels)
        if series is None:
            series = known[labels] = Series(len(family.bounds))
        if family.kind == "histogram":
            series.buckets[bisect_left(family.bounds, event.value)] += 1
        series.value = event.value if family.kind == "gauge" else series.value + event.value
