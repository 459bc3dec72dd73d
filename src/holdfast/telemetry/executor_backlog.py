"""Work that waits for a thread: sync endpoints and `asyncio.to_thread`, when all threads are busy.

Looked at when asked, so that it costs nothing in between. Only from within the event loop.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from anyio.to_thread import current_default_thread_limiter

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
