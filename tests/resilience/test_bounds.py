"""Timeouts, deadlines and input checks: what bounds a call before and while it is out."""

import asyncio
import math

import pytest

from holdfast import context
from holdfast.errors import DeadlineExceeded, DeadlinePassed, InputRefused, TimedOut
from holdfast.resilience.deadline import Deadline
from holdfast.resilience.input_check import InputCheck
from holdfast.resilience.policy import Call, Proceed, compose
from holdfast.resilience.timeout import Timeout
from tests.guard.stage import Provider, cancelled_after, caught
from tests.resilience.lone import call, through


async def test_a_timeout_ends_the_attempt_at_its_time() -> None:
    """No answer within the time is `TimedOut`, exactly then; a faster one passes."""
    late = await caught(through(Timeout(2.0), call(), Provider("late", after=9.0)))
    assert (type(late), str(late)) == (TimedOut, "no answer within 2 s")
    assert asyncio.get_running_loop().time() == 2.0
    assert await through(Timeout(2.0), call(), Provider("light", after=1.75)) == "light"


@pytest.mark.parametrize("seconds", [2.0, math.inf])
async def test_what_the_deadline_leaves_shortens_the_timeout(seconds: float) -> None:
    """The attempt ends with the whole call's time, and says that there is none left."""
    late = await caught(through(Timeout(seconds), call(deadline=0.5), Provider("x", after=9.0)))
    assert (type(late), str(late)) == (DeadlineExceeded, "no answer within the 0.5 s left")
    assert asyncio.get_running_loop().time() == 0.5


@pytest.mark.parametrize("deadline", [0.0, -1.0])
async def test_no_attempt_goes_out_after_the_deadline(deadline: float) -> None:
    """With no time left the attempt is refused, not started."""
    sun = Provider("light")
    error = await caught(through(Timeout(2.0), call(deadline=deadline), sun))
    assert (type(error), sun.asked) == (DeadlinePassed, 0)


async def test_the_functions_own_timeout_error_stays_its_own() -> None:
    """Only what we ended ourselves is called our timeout."""
    own = TimeoutError("the library's")
    assert await caught(through(Timeout(2.0), call(), Provider(own))) is own


async def test_the_callers_cancellation_is_not_a_timeout() -> None:
    """Who leaves gets the cancellation he asked for."""
    gone = await cancelled_after(1.0, through(Timeout(2.0), call(), Provider("x", after=9.0)))
    assert isinstance(gone, asyncio.CancelledError)


@pytest.mark.parametrize("deadline", [None, 1.0], ids=["its own timer", "the deadline's"])
@pytest.mark.parametrize("in_spite", ["an answer", OSError("closed badly")])
async def test_who_makes_something_else_of_its_end_leaves_no_cancellation_behind(
    deadline: float | None, in_spite: str | Exception
) -> None:
    """As with `asyncio.timeout`: else a task group of the caller takes it for his own."""

    async def stubborn() -> str:
        try:
            await asyncio.sleep(9.0)
        except asyncio.CancelledError:
            if isinstance(in_spite, Exception):
                raise in_spite from None
        return str(in_spite)

    provider = through(Timeout(2.0), call(deadline=deadline), stubborn)
    if isinstance(in_spite, Exception):
        assert await caught(provider) is in_spite
    else:
        assert await provider == in_spite
    task = asyncio.current_task()
    assert (task and task.cancelling(), asyncio.get_running_loop().time()) == (0, deadline or 2.0)


async def remembered(outer: float | None, seconds: float) -> tuple[float | None, float | None]:
    """The deadline of a call under *outer* and its own *seconds*, and that of nested calls."""
    one = call(deadline=outer)
    inside: list[float | None] = []

    async def answer() -> None:
        inside.append(context.deadline.get())

    await through(Deadline(seconds), one, answer)
    return one.deadline, inside[0]


@pytest.mark.parametrize(
    ("outer", "seconds", "expected"),
    [(None, 5.0, 5.0), (3.0, 5.0, 3.0), (9.0, 5.0, 5.0), (5.0, 5.0, 5.0)],
)
async def test_nested_deadlines_only_shrink(
    outer: float | None, seconds: float, expected: float
) -> None:
    """The earlier of both holds, nested calls inherit it, and it ends with the call."""
    assert await remembered(outer, seconds) == (expected, expected)
    assert context.deadline.get() is None


async def test_a_call_without_time_is_refused_before_anything_is_spent() -> None:
    """Under a deadline that has passed nothing further in is asked, be it a breaker or a limit."""
    sun = Provider("light")
    error = await caught(through(Deadline(5.0), call(deadline=0.0), sun))
    assert (type(error), sun.asked) == (DeadlinePassed, 0)


async def test_checks_see_the_arguments_and_may_refuse() -> None:
    """Each check looks in turn; the first refusal ends the call before it goes out."""
    seen: list[tuple[object, ...]] = []

    def too_long(arguments: tuple[object, ...]) -> None:
        if len(str(arguments[0])) > 5:
            raise InputRefused(f"at most 5 characters, got {len(str(arguments[0]))}")

    check, sun = InputCheck([seen.append, too_long]), Provider("light", after=0.0)
    assert await through(check, call("short"), sun) == "light"
    error = await caught(through(check, call("longer"), sun))
    assert str(error) == "at most 5 characters, got 6"
    assert (sun.asked, seen) == (1, [("short",), ("longer",)])


async def test_policies_stand_in_the_order_given() -> None:
    """The first policy is the outermost: it comes first and leaves last."""
    trace: list[str] = []

    def named(name: str) -> object:
        async def policy(one: Call, proceed: Proceed) -> object:
            trace.append(f"into {name}")
            answer: object = await proceed(one)
            trace.append(f"out of {name}")
            return answer

        return policy

    async def function(_: Call) -> str:
        trace.append("function")
        return "answer"

    assert await compose([named("a"), named("b")], function)(call()) == "answer"  # type: ignore[list-item]
    assert trace == ["into a", "into b", "function", "out of b", "out of a"]


async def test_a_held_call_settles_once_innermost_first() -> None:
    """Whoever waits for the end of a held answer hears of it once, in the order of registration."""
    one, heard = call(), list[str]()
    one.end(None)
    one.at_end(lambda error: heard.append(f"inner {error!r}"))
    one.at_end(lambda error: heard.append(f"outer {error!r}"))
    one.end(KeyError())
    one.end(None)
    assert heard == ["inner KeyError()", "outer KeyError()"]
