"""Work that waits for a thread: sync endpoints and `asyncio.to_thread`, when all threads are busy.

Looked at when asked, so that it costs nothing in between. Only from within the event loop.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from anyio.to_thread import current_default_thread_limiter
from prometheus_client.core import GaugeMetricFamily

NAMES = ("anyio", "asyncio")
"""Who runs the threads: ``anyio`` those of sync endpoints, ``asyncio`` the loop's default ones."""


def executor_backlog() -> Mapping[str, int]:
    """How much waits now, by who runs the threads; what cannot be known is not in it."""
    try:
        loop: Any = asyncio.get_running_loop()
        waiting = current_default_thread_limiter().statistics().tasks_waiting
    except RuntimeError:  # in a thread, or before there is a loop
        return {}
    # Private, and no attribute in every loop: watched by a test.
    executor = getattr(loop, "_default_executor", None)
    queue = getattr(executor, "_work_queue", None)
    return {"anyio": waiting, **({"asyncio": queue.qsize()} if queue is not None else {})}


def backlog_family(waiting: Mapping[str, int]) -> GaugeMetricFamily:
    """The metric family, with a sample for each of *waiting*."""
    family = GaugeMetricFamily(
        "holdfast_executor_waiting_tasks", "Work that waits for a thread.", labels=("executor",)
    )
    for executor, number in sorted(waiting.items()):
        family.add_metric((executor,), number)
    return family
