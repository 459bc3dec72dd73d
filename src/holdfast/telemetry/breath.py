"""A thread that computes keeps the interpreter from the event loop for 5 ms at a time, but here."""

import asyncio
from collections.abc import Iterable, Iterator
from time import sleep
from typing import TypeVar

T = TypeVar("T")

_SECONDS = 50e-6
"""Long enough for another thread to wake up and go on."""


def breathing(items: Iterable[T], *, every: int = 16) -> Iterator[T]:
    """*items*, with a moment for other threads now and then; none in the event loop itself."""
    in_loop = asyncio._get_running_loop() is not None  # noqa: SLF001  # the public one raises
    for number, item in enumerate(items, 1):
        yield item
        if not in_loop and number % every == 0:
            sleep(_SECONDS)
