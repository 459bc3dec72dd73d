"""A thread that computes keeps the interpreter from the event loop for 5 ms at a time, but here."""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

_ITEMS = 16
_SECONDS = 50e-6
"""Long enough for another thread to wake up and go on."""


def breathing(items: Iterable[T], sleep: Callable[[float], None] = time.sleep) -> Iterator[T]:
    """*items*, with a moment for other threads now and then; none in the event loop itself."""
    in_loop = asyncio._get_running_loop() is not None  # noqa: SLF001  # the public one raises
    for number, item in enumerate(items, 1):
        yield item
        if not in_loop and number % _ITEMS == 0:
            sleep(_SECONDS)
