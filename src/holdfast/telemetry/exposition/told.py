"""What the application told of itself, as text."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from holdfast.telemetry.application import ApplicationMetrics, Series
from holdfast.telemetry.exposition.lines import Lines, numbers_of
from holdfast.telemetry.family import Family, LabelValues

OVERFLOWED = Family(
    "holdfast_label_overflows_total", "counter",
    "Figures whose label set was one too many, by the metric that took them in as one.",
    ("metric",),
)  # fmt: skip


class Told:
    """The families that are told one by one."""

    def __init__(
        self, metrics: ApplicationMetrics, created_at: Callable[[], float] | None = None
    ) -> None:
        self._metrics = metrics
        self._lines = {key: Lines(family, created_at) for key, family in metrics.metrics.items()}
        self._overflowed = Lines(OVERFLOWED)

    def text(self) -> Iterator[str]:
        """Every series."""
        for key, lines in self._lines.items():
            yield from lines.of(_samples(lines.family, self._metrics.series(key)))
        overflowed = sorted(self._metrics.overflowed.items())
        yield from self._overflowed.of(((name,), number) for name, number in overflowed)


def _samples(
    family: Family, series: Iterable[tuple[LabelValues, Series]]
) -> Iterable[tuple[LabelValues, Any]]:
    if family.kind != "histogram":
        return ((labels, one.value) for labels, one in series)
    numbers = numbers_of(family.bounds, family.bounds)
    return ((labels, numbers(one.buckets, one.value)) for labels, one in series)
