"""Waiting for a provider's job: later and later, inside a deadline."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from holdfast.clock import Clock
from holdfast.errors import (
    BreakerOpen,
    BulkheadFull,
    CallFailed,
    DeadlineExceeded,
    HoldfastError,
    LimitReached,
    SemanticError,
)
from holdfast.resilience.retry import is_worth_retrying

T = TypeVar("T")

_PASSING = (BreakerOpen, BulkheadFull, LimitReached)


@dataclass(frozen=True, slots=True, kw_only=True)
class Polling:
    """How patiently: waits grow by *growth* from the first to the longest, and end in time."""

    deadline_seconds: float
    first_wait_seconds: float = 1.0
    longest_wait_seconds: float = 5.0
    growth: float = 1.5


async def poll(
    what: str,
    read: Callable[[], Awaitable[T]],
    is_settled: Callable[[T], bool],
    plan: Polling,
    clock: Clock,
) -> T:
    """What *read* gives once it *is_settled*; *what* names it in messages.

    A look that fails for a while does not lose the job: it is looked at again. Raises what makes
    every further look useless, and `DeadlineExceeded` after a last look at the deadline.
    """
    ends_at = clock.monotonic() + plan.deadline_seconds
    wait = plan.first_wait_seconds
    while True:
        asked, failure = 0.0, None
        try:
            found = await read()
            if is_settled(found):
                return found
        except HoldfastError as error:
            asked, failure = _passes_after_seconds(error), error
        left = ends_at - clock.monotonic()
        if left <= 0:
            late = f"{what} is not ready after {plan.deadline_seconds:g} s; it may still become so"
            raise DeadlineExceeded(late) from failure
        await asyncio.sleep(min(max(wait, asked), left))
        wait = min(wait * plan.growth, plan.longest_wait_seconds)


def _passes_after_seconds(error: HoldfastError) -> float:
    """The wait that *error* asks for; raises it when waiting does not help."""
    if isinstance(error, _PASSING):
        return error.retry_in_seconds or 0.0
    lasting = isinstance(error, SemanticError)  # the guard has asked again already
    if isinstance(error, CallFailed) and not lasting and is_worth_retrying(error, safe=True):
        return error.retry_after_seconds or 0.0
    raise error
