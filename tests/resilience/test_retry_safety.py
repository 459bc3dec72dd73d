"""What must not be done twice, what would be paid for twice, and how the waits are drawn."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import (
    CallFailed,
    Conflict,
    DeadlineExceeded,
    InvalidRequest,
    ProtocolError,
    RateLimited,
    SemanticError,
    TimedOut,
    Unavailable,
)
from holdfast.events import AttemptFailed, Event, Verdict
from holdfast.resilience.retry import Retry, RetryOptions, is_worth_retrying
from tests.guard.stage import Provider, caught, run
from tests.resilience.lone import call, through

UNKNOWN: list[CallFailed] = [
    TimedOut("late"), DeadlineExceeded("late"), Unavailable("502", status=502),
    Unavailable("reset"), ProtocolError("cut"),
]  # fmt: skip
KNOWN: list[CallFailed] = [
    RateLimited("slow down"), InvalidRequest("bad"), Conflict("twice"),
    SemanticError(Verdict("fail", "empty")),
]  # fmt: skip


def fresh(error: CallFailed) -> CallFailed:
    """*error* as nobody has seen it yet."""
    error.is_ambiguous = False
    return error


@pytest.mark.parametrize("safe", [True, False])
@pytest.mark.parametrize("error", [*UNKNOWN, *KNOWN], ids=str)
async def test_an_unsafe_operation_whose_effect_is_unknown_is_ambiguous(
    error: CallFailed, safe: bool
) -> None:
    """The error and every fact about it say so: it may have been done, so somebody must look."""
    events: list[Event] = []
    retry = Retry(RetryOptions(safe=safe, retries=0))
    await caught(through(retry, call(events=events), Provider(fresh(error))))
    assert error.is_ambiguous == (not safe and error in UNKNOWN)
    assert str(error).endswith("(it may have been done all the same)") == error.is_ambiguous
    (told,) = events
    assert isinstance(told, AttemptFailed)
    assert told.reason == str(error)


async def test_an_unsafe_operation_is_tried_again_when_it_never_left() -> None:
    """Without a connection nothing was done: that is certain, and safe to repeat."""
    refused = Unavailable("connection refused")
    refused.effect = "none"
    sun = Provider(refused, "light", after=0.0)
    assert await through(Retry(RetryOptions(safe=False)), call(), sun) == "light"
    assert not refused.is_ambiguous


@pytest.mark.parametrize("safe", [True, False])
async def test_what_would_be_the_same_again_is_not_paid_for_again(safe: bool) -> None:
    """A verdict can say that another attempt brings no better answer."""
    error = SemanticError(Verdict("fail", "truncated", repeat=False))
    sun = Provider(error)
    assert await caught(through(Retry(RetryOptions(safe=safe)), call(), sun)) is error
    assert sun.asked == 1
    assert not is_worth_retrying(error, safe)


WAITS = st.floats(0.0, 30.0)


@given(WAITS, WAITS, st.integers(0, 2**32))
def test_decorrelated_waits_lie_between_the_first_and_three_times_the_last(
    first: float, longest: float, seed: int
) -> None:
    """Each wait is drawn from there, and none is longer than the longest."""
    options = RetryOptions(
        retries=8, first_wait_seconds=first, max_wait_seconds=longest, jitter="decorrelated"
    )
    events: list[Event] = []

    async def main() -> None:
        retry = Retry(options, random=random.Random(seed).random)
        sun = Provider(Unavailable("down"), after=0.0)
        await caught(through(retry, call(events=events), sun))

    run(main())
    waits = [event.retry_in_seconds for event in events if isinstance(event, AttemptFailed)]
    assert len(waits) == 9
    last = first
    for wait in waits[:-1]:
        assert wait is not None
        assert min(first, longest) <= wait <= min(max(3 * last, first), longest) + 1e-9
        last = max(wait, first)


@pytest.mark.parametrize(
    ("draw", "waits"), [(0.0, [1.0, 1.0, 1.0]), (1.0, [3.0, 9.0, 20.0]), (0.5, [2.0, 3.5, 5.75])]
)
async def test_decorrelated_waits_by_example(draw: float, waits: list[float]) -> None:
    """From the first, 1 s, up to three times the last one, and 20 s at most."""
    events: list[Event] = []
    options = RetryOptions(retries=3, first_wait_seconds=1.0, jitter="decorrelated")
    retry = Retry(options, random=lambda: draw)
    await caught(through(retry, call(events=events), Provider(Unavailable("down"), after=0.0)))
    told = [event.retry_in_seconds for event in events if isinstance(event, AttemptFailed)]
    assert told == [*waits, None]
