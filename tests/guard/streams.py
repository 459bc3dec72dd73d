"""Streams to guard, and how to read them."""

from collections.abc import AsyncIterator, Callable

from holdfast.events import Verdict
from holdfast.guard.stream import OpenStream
from tests.guard.stage import (
    items,
)


class Total:
    """A watch that adds up what it sees, and judges as told."""

    def __init__(self, judge: Callable[[int], Verdict | None]) -> None:
        self.total, self._judge = 0, judge

    def feed(self, item: int) -> None:
        """Add one."""
        self.total += item

    def end(self) -> Verdict | None:
        """What was told of the total."""
        return self._judge(self.total)


async def watched(watch: Total, *script: object) -> OpenStream[object]:
    """A stream of *script* under *watch*, as a transport opens it."""
    return OpenStream(items(*script), head="headers", watch=watch)


async def read(stream: AsyncIterator[object]) -> list[object]:
    """All items, to the end."""
    return [item async for item in stream]
