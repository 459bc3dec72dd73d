"""Work that is timed between two calls, where no block can hold it."""

from contextvars import ContextVar
from typing import Any

from holdfast.app.timed_work import TimedWork

_MOST = 16

_begun: ContextVar[tuple[TimedWork, ...]] = ContextVar("holdfast_begun_work", default=())
"""What was begun and not ended in this context, the newest last; the oldest are forgotten."""


def begin(work: TimedWork) -> TimedWork:
    """Time *work* from now on."""
    _begun.set((*_begun.get()[1 - _MOST :], work))
    return work.__enter__()


def ending(given: Any) -> TimedWork | None:
    """*given* if it is work that runs, else what this context began last; None: there is none."""
    running = [one for one in _begun.get() if one.is_running]
    if isinstance(given, TimedWork):
        found = given if given.is_running else None
    else:
        found = running[-1] if running else None
    _begun.set(tuple(one for one in running if one is not found))
    return found
