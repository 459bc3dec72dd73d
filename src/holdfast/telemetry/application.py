"""What the application told of itself, added up: a fold with bounded labels."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any

from holdfast.events import Event, MetricTracked
from holdfast.telemetry.application_metrics import APPLICATION_METRICS
from holdfast.telemetry.family import Family, LabelValues
from holdfast.telemetry.fold import Fold
from holdfast.telemetry.plain import Plain, named, names

OVERFLOW = "_overflow"


class Series:
    """One series: *value* of a counter or gauge, or *buckets* and their sum *value*."""

    __slots__ = ("buckets", "value")

    def __init__(self, bounds: int) -> None:
        self.value = 0.0
        self.buckets = [0] * (bounds + 1)


AllSeries = dict[str, dict[LabelValues, Series]]
"""By metric and labels."""


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
        self._series: AllSeries = {key: {} for key in metrics}
        self._gauges = tuple(key for key, family in metrics.items() if family.kind == "gauge")
        self._sums = tuple(key for key in metrics if key not in self._gauges)
        self._lock = Lock()
        self._told: Plain | None = None

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

    def plain(self) -> Plain:
        """All that can be added up, as JSON can hold it. Made anew only when something was told."""
        self.catch_up()
        with self._lock:
            if self._told is None:
                series = {
                    key: {
                        named(*labels): _numbers(self.metrics[key], one)
                        for labels, one in found.items()
                    }
                    for key in self._sums
                    if (found := self._series[key])
                }
                self._told = {
                    "series": series,
                    "overflowed": {named(name): count for name, count in self.overflowed.items()},
                }
            return self._told

    def gauges(self) -> Plain:
        """What is so right now, as JSON can hold it: worth nothing once this process is gone."""
        self.catch_up()
        with self._lock:
            return {
                key: {named(*labels): one.value for labels, one in found.items()}
                for key in self._gauges
                if (found := self._series[key])
            }

    def read(self, series: Mapping[str, Mapping[str, Any]]) -> AllSeries:
        """What `plain` and `gauges` told, by metric."""
        made: AllSeries = {key: {} for key in self.metrics}
        for key in series.keys() & made.keys():
            family = self.metrics[key]
            made[key] = {names(one): _series(family, it) for one, it in series[key].items()}
        return made

    def show(self, series: AllSeries, overflowed: Mapping[str, int]) -> None:
        """Answer with these from now on: for one that shows what others were told."""
        with self._lock:
            self._series = series
            self.overflowed = Counter({names(it)[0]: count for it, count in overflowed.items()})

    def _add(self, event: MetricTracked, family: Family) -> None:
        self._told = None
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


def _numbers(family: Family, one: Series) -> float | list[float]:
    return [*one.buckets, one.value] if family.kind == "histogram" else one.value


def _series(family: Family, numbers: Any) -> Series:
    made = Series(len(family.bounds))
    if family.kind == "histogram":
        *made.buckets, made.value = numbers
    else:
        made.value = numbers
    return made
