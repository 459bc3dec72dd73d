"""`StatsCollector` of the Crowd contract §3: its methods by name, its documents by shape."""

import asyncio
import threading
from pathlib import Path

import pytest

from holdfast.compat import stats_collector
from holdfast.compat.stats_collector import StatsCollector
from tests.api.host import shape
from tests.jumping_time import jumping_clock


async def test_record_query_and_get_query_stats() -> None:
    """The documented document: totals, and each type with its recent average."""
    stats = StatsCollector(max_recent_queries=2)
    for seconds in (4.0, 1.0, 3.0):
        stats.record_query("rag", seconds)
    stats.record_query("memory", 2.0)
    assert stats.get_query_stats() == {
        "total_queries": 4, "avg_response_time": 2.5, "total_time": 10.0,
        "by_type": {
            "rag": {
                "count": 3, "avg_response_time": 8 / 3, "recent_avg_response_time": 2.0,
                "total_time": 8.0,
            },
            "memory": {
                "count": 1, "avg_response_time": 2.0, "recent_avg_response_time": 2.0,
                "total_time": 2.0,
            },
        },
    }  # fmt: skip


async def test_get_system_uptime_goes_by_a_clock_that_cannot_jump_back() -> None:
    """Seconds since it was made, and the same to read."""
    clock = jumping_clock()
    began, stats = clock.wall(), StatsCollector(clock=clock)
    await asyncio.sleep(3_725.0)
    assert stats.get_system_uptime() == {
        "start_time": began, "uptime_seconds": 3_725.0, "uptime_formatted": "1:02:05",
    }  # fmt: skip


async def test_get_performance_summary_names_what_takes_the_time() -> None:
    """The slowest one, and the one that takes most in all."""
    stats = StatsCollector(clock=jumping_clock())
    for _ in range(8):
        stats.record_query("often", 1.0)
    stats.record_query("slow", 4.0)
    await asyncio.sleep(3.0)
    summary = stats.get_performance_summary()
    assert (summary["slowest_type"], summary["busiest_type"]) == ("slow", "often")
    assert (summary["total_queries"], summary["queries_per_second"]) == (9, 3.0)


def test_get_comprehensive_stats_get_memory_stats_and_reset_query_stats() -> None:
    """Everything at once; before the first query nothing divides by zero; a reset forgets."""
    stats = StatsCollector()
    stats.record_query("rag", 1.0)
    stats.reset_query_stats()
    whole = stats.get_comprehensive_stats()
    assert whole["queries"] == {
        "total_queries": 0, "avg_response_time": 0.0, "total_time": 0.0, "by_type": {},
    }  # fmt: skip
    assert whole["memory"]["peak_rss_mb"] > 1
    assert shape(whole["uptime"]) == shape(stats.get_system_uptime())
    assert stats.get_performance_summary()["slowest_type"] is None
    assert stats_collector._resident_mib(Path("/nowhere")) is None


@pytest.mark.real_time
def test_kinds_are_bounded_and_threads_lose_nothing() -> None:
    """Beyond a hundred they are one."""
    stats = StatsCollector()

    def work() -> None:
        for number in range(500):
            stats.record_query(f"kind-{number}", 0.1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = stats.get_query_stats()
    assert (found["total_queries"], len(found["by_type"])) == (2_000, 101)
    assert found["by_type"]["_overflow"]["count"] == 1_600


def test_bad_values_are_one_clear_error() -> None:
    """With the value."""
    with pytest.raises(ValueError, match="at least 1, got 0"):
        StatsCollector(0)
    with pytest.raises(ValueError, match="got -1"):
        StatsCollector().record_query("rag", -1.0)
