"""The workers' processes, under the names of the client library's own collectors."""

from collections.abc import Callable, Iterator, Mapping

from prometheus_client import CollectorRegistry, PlatformCollector, generate_latest

from holdfast.telemetry.exposition.lines import Lines, single
from holdfast.telemetry.family import Family
from holdfast.telemetry.process import STATISTICS, Process

_GAUGES = (
    Family("process_virtual_memory_bytes", "gauge", "Virtual memory size in bytes."),
    Family("process_resident_memory_bytes", "gauge", "Resident memory size in bytes."),
    Family(
        "process_start_time_seconds", "gauge",
        "Start time of the process since unix epoch in seconds.",
    ),
    Family("process_open_fds", "gauge", "Number of open file descriptors."),
    Family("process_max_fds", "gauge", "Maximum number of open file descriptors."),
)  # fmt: skip
_CPU = Family(
    "process_cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds."
)
_COLLECTOR = (
    Family(
        "python_gc_objects_collected_total", "counter", "Objects collected during gc",
        ("generation",),
    ),
    Family(
        "python_gc_objects_uncollectable_total", "counter",
        "Uncollectable objects found during GC", ("generation",),
    ),
    Family(
        "python_gc_collections_total", "counter",
        "Number of times this generation was collected", ("generation",),
    ),
)  # fmt: skip


class Processes:
    """*process* has what all workers counted, *now* answers what they use by name."""

    def __init__(self, process: Process, now: Callable[[], Mapping[str, float]]) -> None:
        self._process, self._now = process, now
        self._platform = CollectorRegistry()
        PlatformCollector(registry=self._platform)

    def text(self) -> Iterator[str]:
        """Every series; of the gauges those that this platform knows."""
        now = self._now()
        cpu_seconds, *collector = self._process.plain()
        yield from (single(one, now[one.name]) for one in _GAUGES if one.name in now)
        yield single(_CPU, cpu_seconds)
        for place, family in enumerate(_COLLECTOR):
            each = collector[place :: len(STATISTICS)]
            yield from Lines(family).of(((str(n),), count) for n, count in enumerate(each))
        yield generate_latest(self._platform).decode()
