"""What processes use: of one worker as it is now, or of all of them together."""

import gc
import time
from collections.abc import Iterable, Mapping, Sequence

from prometheus_client import CollectorRegistry, ProcessCollector

STATISTICS = ("collected", "uncollectable", "collections")
"""The garbage collector's, of each generation."""

BEGAN = "process_start_time_seconds"
"""Of several processes the first one's is told."""


class Process:
    """This process; or, once it was told to *show* them, what several counted."""

    def __init__(self) -> None:
        self._shown: Sequence[float] | None = None
        self._collector = ProcessCollector(registry=CollectorRegistry())

    def plain(self) -> list[float]:
        """What only grows: seconds of processor time, then `STATISTICS` of each generation."""
        if self._shown is not None:
            return list(self._shown)
        each = [one[name] for one in gc.get_stats() for name in STATISTICS]
        return [time.process_time(), *each]

    def show(self, plain: Sequence[float]) -> None:
        """Answer with these from now on."""
        self._shown = plain

    def now(self) -> dict[str, float]:
        """Memory, files and start by the names Prometheus has for them; nothing but on Linux."""
        gauges = (one for one in self._collector.collect() if one.type == "gauge")
        return {one.name: sample.value for one in gauges for sample in one.samples}


def together(processes: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """What several use now: added up, and the start of the first."""
    found: dict[str, float] = {}
    for process in processes:
        for name, value in process.items():
            before = found.get(name)
            if before is None:
                found[name] = value
            else:
                found[name] = min(before, value) if name == BEGAN else before + value
    return found
