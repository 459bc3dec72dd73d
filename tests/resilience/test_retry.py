"""Retries: bounded in number and time, polite, and never of what was refused."""

import asyncio
import gc
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import (
    AuthenticationError,
    BreakerOpen,
    Conflict,
    ContentRejected,
    DeadlineExceeded,
    InputRefused,
    InvalidRequest,
    LimitReached,
    NotFound,
    PermissionDenied,
    ProtocolError,
    ProviderError,
    QuotaExhausted,
    RateLimited,
    SemanticError,
    TimedOut,
    Unavailable,
)
from holdfast.events import AttemptFailed, Event, Verdict
from holdfast.resilience.retry import Retry, RetryOptions, is_worth_retrying
from tests.guard.stage import Provider, cancelled_after, caught, run
from tests.resilience.lone import call, through


@dataclass
class Told:
    """What one retried call did."""

    error: BaseException | None
    asked: int
    waits: list[float | None]
    waited_ms: float


def tried(
    provider: Provider, options: RetryOptions, *, draw: float = 1.0, deadline: float | None = None
) -> Told:
    """Call *provider* through `Retry` with every random draw at *draw*."""

    async def main() -> Told:
        events: list[Event] = []
        one = call(deadline=deadline, events=events)
        error = await caught(through(Retry(options, random=lambda: draw), one, provider))
        waits = [event.retry_in_seconds for event in events if isinstance(event, AttemptFailed)]
        return Told(error, provider.asked, waits, one.waited_ms)

    return run(main())


RETRIED: list[Exception] = [
    Unavailable("down"), TimedOut("late"), ProtocolError("cut"), RateLimited("slow down"),
    SemanticError(Verdict("fail", "empty")), OSError("reset"), TimeoutError(),
]  # fmt: skip
FINAL: list[Exception] = [
    DeadlineExceeded("late"), AuthenticationError("who"), PermissionDenied("no"),
    QuotaExhausted("empty"), InvalidRequest("bad"), NotFound("gone"), Conflict("twice"),
    ContentRejected("no"), KeyError("bug"),
]  # fmt: skip
REFUSED: list[Exception] = [
    InputRefused("long"), BreakerOpen("sun", 1.0), LimitReached("sun", 1.0),
]  # fmt: skip


@pytest.mark.parametrize("error", RETRIED, ids=lambda error: type(error).__name__)
def test_what_may_pass_is_tried_again(error: Exception) -> None:
    """Failures of a while are repeated as often as configured, and the last one is raised."""
    told = tried(Provider(error), RetryOptions(retries=2, first_wait_seconds=1.0))
    assert told == Told(error, 3, [1.0, 2.0, None], 3000.0)


@pytest.mark.parametrize("error", FINAL, ids=lambda error: type(error).__name__)
def test_what_will_not_pass_is_not(error: Exception) -> None:
    """What another attempt cannot change is raised at once, and told once."""
    assert tried(Provider(error), RetryOptions()) == Told(error, 1, [None], 0.0)


@pytest.mark.parametrize("error", REFUSED, ids=lambda error: type(error).__name__)
def test_what_was_refused_is_not(error: Exception) -> None:
    """A refusal is no failed attempt: not repeated, not told."""
    assert tried(Provider(error), RetryOptions()) == Told(error, 1, [], 0.0)


@pytest.mark.parametrize("error", [*RETRIED, *FINAL], ids=lambda error: type(error).__name__)
def test_an_unsafe_operation_is_repeated_only_when_nothing_was_done(error: Exception) -> None:
    """What may have been done once is not done twice; a 429 did nothing."""
    assert is_worth_retrying(error, safe=False) == isinstance(error, RateLimited)
    assert tried(Provider(error), RetryOptions(safe=False, retries=1)).asked == (
        2 if isinstance(error, RateLimited) else 1
    )


FAILURES = st.lists(
    st.builds(
        Unavailable,
        st.just("down"),
        retry_after_seconds=st.none() | st.floats(-5.0, 60.0),
    ),
    min_size=1,
)
OPTIONS = st.builds(
    RetryOptions,
    retries=st.integers(0, 6),
    first_wait_seconds=st.floats(0.0, 30.0),
    max_wait_seconds=st.floats(0.0, 30.0),
)


@given(FAILURES, OPTIONS, st.floats(0.0, 1.0), st.none() | st.floats(0.1, 90.0))
def test_attempts_and_waits_are_bounded(
    failures: list[ProviderError], options: RetryOptions, draw: float, deadline: float | None
) -> None:
    """Never more attempts than allowed, no wait above the longest, none beyond the deadline."""
    provider = Provider(*failures, after=0.0)
    told = tried(provider, options, draw=draw, deadline=deadline)
    assert told.asked == len(told.waits) <= options.retries + 1
    assert told.waits[-1] is None
    waits = [wait for wait in told.waits[:-1] if wait is not None]
    assert len(waits) == told.asked - 1
    assert all(0.0 <= wait <= options.max_wait_seconds for wait in waits)
    assert told.waited_ms == pytest.approx(sum(waits) * 1000, abs=1e-3)
    assert deadline is None or told.waited_ms < deadline * 1000 + 1e-3


@given(FAILURES, OPTIONS, st.floats(0.0, 1.0))
def test_a_retry_after_is_honoured_exactly_or_not_waited_for(
    failures: list[ProviderError], options: RetryOptions, draw: float
) -> None:
    """A told wait wins over the jitter; one that is too long ends the call."""
    told = tried(Provider(*failures, after=0.0), options, draw=draw)
    for number, wait in enumerate(told.waits):
        asked = failures[min(number, len(failures) - 1)].retry_after_seconds
        longest = min(options.first_wait_seconds * 2.0**number, options.max_wait_seconds)
        wanted = draw * longest if asked is None else max(asked, 0.0)
        is_last = number == options.retries or wanted > options.max_wait_seconds
        assert wait == (None if is_last else wanted)


@pytest.mark.parametrize(("deadline", "asked"), [(1.0, 1), (1.125, 2)])
def test_no_wait_uses_up_the_deadline(deadline: float, asked: int) -> None:
    """A pause after which no time would be left is not made: the failure is told at once."""
    provider = Provider(Unavailable("down"), after=0.0)
    told = tried(provider, RetryOptions(retries=1, first_wait_seconds=1.0), deadline=deadline)
    assert told.asked == asked


def test_thousands_of_retries_do_not_overflow() -> None:
    """The doubling stops where it no longer matters."""
    options = RetryOptions(retries=3000, first_wait_seconds=0.5, max_wait_seconds=2.0, budget=None)
    told = tried(Provider(Unavailable("down"), after=0.0), options)
    assert told.asked == 3001
    assert told.waits[-2] == 2.0


async def test_attempts_are_bounded_even_when_none_goes_out() -> None:
    """A policy further in that fails before the call goes out is not repeated for ever."""
    asked = 0

    async def broken(_: object) -> None:
        nonlocal asked
        asked += 1
        raise OSError("no shared limits")

    assert isinstance(await caught(Retry(RetryOptions(retries=3))(call(), broken)), OSError)
    assert asked == 4


async def test_a_cancelled_wait_counts_as_far_as_it_went() -> None:
    """Who leaves during the pause has waited that long."""
    one = call()
    retry = Retry(RetryOptions(first_wait_seconds=8.0), random=lambda: 1.0)
    error = await cancelled_after(
        2.25, through(retry, one, Provider(Unavailable("down"), after=0.25))
    )
    assert isinstance(error, asyncio.CancelledError)
    assert (one.waited_ms, one.attempts) == (2000.0, 1)


@pytest.mark.parametrize("refuse_from", [2, 99])
async def test_failed_calls_leave_no_garbage_behind(refuse_from: int) -> None:
    """No error keeps its own frames alive until the cyclic collector comes by."""
    retry = Retry(RetryOptions(first_wait_seconds=0.0))

    async def fail() -> bool:
        one = call()

        async def answer() -> None:
            raise BreakerOpen("sun", 1.0) if one.attempts >= refuse_from else Unavailable("down")

        try:
            await through(retry, one, answer)
        except Unavailable:
            return True
        return False

    assert await fail()
    gc.collect()
    gc.disable()
    try:
        for _ in range(100):
            assert await fail()
        assert gc.collect() == 0
    finally:
        gc.enable()


@pytest.mark.parametrize(
    "wrong", [{"retries": -1}, {"first_wait_seconds": -1}, {"max_wait_seconds": -1}]
)
def test_impossible_options_are_refused_with_their_values(wrong: dict[str, int]) -> None:
    """The error shows the options as they were given."""
    ((name, value),) = wrong.items()
    with pytest.raises(ValueError, match=rf"retry needs .* got .*{name}={value}"):
        RetryOptions(**wrong)  # type: ignore[arg-type]
