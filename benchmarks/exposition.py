"""A scrape of many series: how long the text takes, and for how long nobody else has a turn."""

from collections.abc import Callable, Iterable, Sequence
from random import Random
from statistics import median
from time import thread_time
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Histogram, generate_latest

from benchmarks.stopwatch import Effort, tidy_heap
from benchmarks.table import Table, Target
from holdfast.events import MetricTracked
from holdfast.telemetry.application import ApplicationMetrics
from holdfast.telemetry.exposition.lines import in_slices
from holdfast.telemetry.exposition.told import Told
from holdfast.telemetry.family import Family

LABEL_SETS = 10_000
_NAME, _ABOUT = "request_duration_seconds", "Duration of requests."
_LABELS = ("method", "route", "status")
_BOUNDS = Histogram.DEFAULT_BUCKETS[:-1]

Slices = Callable[[], Iterable[bytes]]


class Scrape(NamedTuple):
    """CPU milliseconds in all and of the longest slice, and how much text."""

    total_ms: float
    longest_ms: float
    size: int


async def measure(effort: Effort) -> list[Table]:
    """The same observations scraped in turns, after one scrape each that is not counted."""
    series = [("GET", f"/routes/{number}", "200") for number in range(LABEL_SETS)]
    theirs, ours = _client(series), _holdfast(series)
    with tidy_heap():
        rounds = [(_scrape(theirs), _scrape(ours)) for _ in range(max(effort.rounds // 5, 3) + 1)]
    their_scrapes, our_scrapes = zip(*rounds[1:], strict=True)
    return [_table(_middle(their_scrapes), _middle(our_scrapes), rounds[0][1])]


def _client(series: Sequence[tuple[str, ...]]) -> Slices:
    registry, dice = CollectorRegistry(), Random(7)
    histogram = Histogram(_NAME, _ABOUT, _LABELS, registry=registry)
    for labels in series:
        histogram.labels(*labels).observe(dice.expovariate(5))
    return lambda: [generate_latest(registry)]


def _holdfast(series: Sequence[tuple[str, ...]]) -> Slices:
    dice = Random(7)
    family = Family(_NAME, "histogram", _ABOUT, _LABELS, _BOUNDS)
    metrics = ApplicationMetrics({"one": family}, most_series=LABEL_SETS)
    for labels in series:
        metrics(MetricTracked("one", labels, dice.expovariate(5), 0.0))
    told = Told(metrics)
    return lambda: in_slices(told.text())


def _scrape(slices: Slices) -> Scrape:
    times, size, before = [], 0, thread_time()
    for piece in slices():
        now = thread_time()
        times.append(1000 * (now - before))
        size += len(piece)
        before = now
    return Scrape(sum(times), max(times), size)


def _middle(scrapes: Sequence[Scrape]) -> Scrape:
    return Scrape(*(median(column) for column in zip(*scrapes, strict=True)))


def _table(theirs: Scrape, ours: Scrape, first: Scrape) -> Table:
    rows = (("prometheus-client", theirs), ("**Holdfast**", ours), ("Holdfast, first", first))
    return Table(
        "Exposition",
        f"A scrape of a histogram with {LABEL_SETS:,} label sets and {len(_BOUNDS)} buckets, CPU "
        "time. The first scrape of a series makes the text around its numbers.",
        ("who", "ms", "longest slice, ms", "MB of text"),
        [
            (name, f"{one.total_ms:.0f}", f"{one.longest_ms:.1f}", f"{one.size / 1e6:.1f}")
            for name, one in rows
        ],
        [
            Target(
                "a scrape, in scrapes of prometheus-client", ours.total_ms / theirs.total_ms, 0.05
            ),
            Target("ms that a scrape holds up the event loop", ours.longest_ms, 10.0),
            Target("ms that a first scrape does", first.longest_ms, 10.0),
        ],
    )
