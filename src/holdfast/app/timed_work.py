"""Work of the application that is timed: a block, ``with`` or ``async with``."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from holdfast.clock import Clock
from holdfast.sessions.both_ways import BothWays

Ended = Callable[["TimedWork", float, BaseException | None], None]
"""Takes the work, its seconds and the error it ended with; must not raise."""


class TimedWork(BothWays["TimedWork"]):
    """What the block may still say of itself: ``with … as work: work.label(model="gpt-4o")``."""

    def __init__(self, clock: Clock, ended: Ended, labels: dict[str, Any]) -> None:
        self.labels = labels
        self._monotonic, self._ended = clock.monotonic, ended
        self._started: list[float] = []

    @property
    def is_running(self) -> bool:
        """Whether it began and has not ended."""
        return bool(self._started)

    def label(self, **labels: Any) -> None:
        """Set labels that are known only now."""
        self.labels.update(labels)

    def __enter__(self) -> Self:
        self._started.append(self._monotonic())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:  # fmt: skip
        self._ended(self, self._monotonic() - self._started.pop(), error)


def is_cancelled(error: BaseException | None) -> bool:
    """Whether nobody waits for the work any more: neither a success nor a failure."""
    return isinstance(error, (asyncio.CancelledError, GeneratorExit, KeyboardInterrupt))


def status_of(error: BaseException | None) -> str:
    """The HTTP status that *error* carries, as SDKs and HTTP clients do; else a word."""
    if error is None:
        return "success"
    if is_cancelled(error):
        return "cancelled"
    for carrier in (error, getattr(error, "response", None)):
        status = getattr(carrier, "status_code", None)
        if isinstance(status, int):
            return str(status)
    return "error"
