"""Writes that may hang: waited for, one at a time, neither cancelled nor overtaken."""

import asyncio
from typing import Protocol

from holdfast.storage.rows import Rows


class Writes(Protocol):
    """What is waited for."""

    async def write(self, rows: Rows, *, again: bool) -> None:
        """Keep all of *rows* or, raising, none."""


class Patience:
    """One write to *store* at a time.

    A cancelled database driver leaves its connection in doubt: one that hangs is left to end by
    itself, and nothing else is written before it has.
    """

    def __init__(self, store: Writes) -> None:
        self._store = store
        self._lock = asyncio.Lock()
        self._hanging: asyncio.Task[None] | None = None

    async def write(self, rows: Rows, again: bool, seconds: float) -> None:
        """As *store* does it; raises TimeoutError after *seconds*: then it may yet be written."""
        async with self._lock:
            if self._hanging is not None:
                await self._wait(self._hanging, seconds)
            task = asyncio.create_task(self._store.write(rows, again=again))
            task.add_done_callback(_retrieve)
            self._hanging = task
            await self._wait(task, seconds)
            task.result()

    async def _wait(self, task: "asyncio.Task[None]", seconds: float) -> None:
        await asyncio.wait({task}, timeout=seconds)
        if not task.done():
            raise TimeoutError(f"no answer within {seconds:g} s")
        self._hanging = None
        if task.cancelled():
            raise TimeoutError("the write was cancelled")


def _retrieve(task: "asyncio.Task[None]") -> None:
    # An error that nobody asks for would be reported when the task is collected.
    if not task.cancelled():
        task.exception()
