"""Work that waits for a thread is seen, whoever runs the threads."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import anyio.to_thread
import pytest
from anyio import CapacityLimiter

from holdfast.telemetry.executor_backlog import NAMES, executor_backlog

pytestmark = pytest.mark.real_time


async def test_what_waits_for_a_thread_is_counted() -> None:
    """Fails when asyncio moves what we look at, or anyio does."""
    loop, open_gate = asyncio.get_running_loop(), threading.Event()
    loop.set_default_executor(ThreadPoolExecutor(1))
    anyio.to_thread.current_default_thread_limiter().total_tokens = 1
    quiet = executor_backlog()
    work = [loop.run_in_executor(None, open_gate.wait) for _ in range(3)]
    work += [asyncio.ensure_future(anyio.to_thread.run_sync(open_gate.wait)) for _ in range(4)]
    await asyncio.sleep(0.05)
    busy = executor_backlog()
    open_gate.set()
    await asyncio.gather(*work)
    assert (quiet, busy) == (dict.fromkeys(NAMES, 0), {"anyio": 3, "asyncio": 2})
    assert executor_backlog() == dict.fromkeys(NAMES, 0)
    assert isinstance(anyio.to_thread.current_default_thread_limiter(), CapacityLimiter)


def test_outside_of_a_loop_nothing_is_known() -> None:
    """And nothing is said: the family stands there without samples."""
    assert executor_backlog() == {}
