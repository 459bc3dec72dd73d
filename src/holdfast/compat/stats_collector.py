"""``src/core/stats_collector.py`` of the Crowd system: how long queries took, by kind."""

import resource
import sys
from collections import deque
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.telemetry.application import OVERFLOW

_MOST_TYPES = 100


class _Queries:
    """One kind: a count and a sum for good, and the last few durations in seconds."""

    def __init__(self, most_recent: int) -> None:
        self.count, self.total = 0, 0.0
        self.recent: deque[float] = deque(maxlen=most_recent)

    def add(self, seconds: float) -> None:
        self.count += 1
        self.total += seconds
        self.recent.append(seconds)

    def document(self) -> dict[str, float]:
        return {
            "count": self.count,
            "avg_response_time": _mean(self.total, self.count),
            "recent_avg_response_time": _mean(sum(self.recent), len(self.recent)),
            "total_time": self.total,
        }


class StatsCollector:
    """Counts queries by kind, in seconds; safe from any thread.

    At most 100 kinds: what is new beyond is counted as one, "_overflow". ValueError for a
    *max_recent_queries* below 1 and for a duration that is negative or no number.
    """

    def __init__(self, max_recent_queries: int = 100, clock: Clock = SYSTEM_CLOCK) -> None:
        if max_recent_queries < 1:
            raise ValueError(f"max_recent_queries must be at least 1, got {max_recent_queries}")
        self._most_recent, self._clock, self._lock = max_recent_queries, clock, Lock()
        self._started_at, self._since = clock.wall(), clock.monotonic()
        self._types: dict[str, _Queries] = {}

    def record_query(self, query_type: str, seconds: float) -> None:
        """One query of *query_type* took so long."""
        if not seconds >= 0:
            raise ValueError(f"seconds must be a number of at least 0, got {seconds!r}")
        with self._lock:
            known = query_type in self._types or len(self._types) < _MOST_TYPES
            name = query_type if known else OVERFLOW
            self._types.setdefault(name, _Queries(self._most_recent)).add(seconds)

    def get_query_stats(self) -> dict[str, Any]:
        """``total_queries``, ``avg_response_time``, ``total_time`` and the same ``by_type``."""
        with self._lock:
            by_type = {name: one.document() for name, one in self._types.items()}
        count = sum(int(one["count"]) for one in by_type.values())
        total = sum(one["total_time"] for one in by_type.values())
        return {
            "total_queries": count,
            "avg_response_time": _mean(total, count),
            "total_time": total,
            "by_type": by_type,
        }

    def get_memory_stats(self) -> dict[str, Any]:
        """MiB of the process: ``rss_mb`` now (None where there is no /proc), ``peak_rss_mb``."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        unit = 1024**2 if sys.platform == "darwin" else 1024
        return {"rss_mb": _resident_mib(), "peak_rss_mb": round(peak / unit, 2)}

    def get_system_uptime(self) -> dict[str, Any]:
        """``start_time`` (Unix seconds), ``uptime_seconds`` and ``uptime_formatted`` (h:mm:ss)."""
        seconds = self._clock.monotonic() - self._since
        minutes, second = divmod(int(seconds), 60)
        hours, minute = divmod(minutes, 60)
        return {
            "start_time": self._started_at,
            "uptime_seconds": seconds,
            "uptime_formatted": f"{hours}:{minute:02}:{second:02}",
        }

    def get_comprehensive_stats(self) -> dict[str, Any]:
        """All of them: ``queries``, ``memory`` and ``uptime``."""
        return {
            "queries": self.get_query_stats(),
            "memory": self.get_memory_stats(),
            "uptime": self.get_system_uptime(),
        }

    def get_performance_summary(self) -> dict[str, Any]:
        """Counts, rate, and the kinds of query that take most of the time and longest each."""
        stats, uptime = self.get_query_stats(), self.get_system_uptime()["uptime_seconds"]
        by_type: dict[str, dict[str, float]] = stats["by_type"]
        return {
            "total_queries": stats["total_queries"],
            "avg_response_time": stats["avg_response_time"],
            "queries_per_second": _mean(stats["total_queries"], uptime),
            "slowest_type": _highest(by_type, lambda one: one["avg_response_time"]),
            "busiest_type": _highest(by_type, lambda one: one["total_time"]),
        }

    def reset_query_stats(self) -> None:
        """Count anew; the start time stays."""
        with self._lock:
            self._types.clear()


def _mean(total: float, count: float) -> float:
    return total / count if count else 0.0


def _highest(
    by_type: dict[str, dict[str, float]], figure: Callable[[dict[str, float]], float]
) -> str | None:
    return max(by_type, key=lambda name: figure(by_type[name]), default=None)


def _resident_mib(statm: Path = Path("/proc/self/statm")) -> float | None:
    try:
        pages = int(statm.read_text(encoding="ascii").split()[1])
    except OSError:
        return None
    return round(pages * resource.getpagesize() / 1024**2, 2)
