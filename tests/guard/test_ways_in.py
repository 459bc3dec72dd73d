"""A guard as call, decorator and async context: the same call, however it comes in."""

import asyncio
import inspect
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import pytest

from holdfast import context
from holdfast.errors import (
    BreakerOpen,
    DeadlineExceeded,
    InputRefused,
    LifecycleError,
    Unavailable,
)
from holdfast.events import CallFinished, Scope
from holdfast.guard.guard import Guard, outcome_of
from tests.guard.stage import (
    FRAGILE,
    OPTIONS,
    Provider,
    Stage,
    breaker_name,
    cancelled_after,
    caught,
    ended,
    run,
)


async def test_a_call_passes_arguments_and_answer() -> None:
    """Positional and named arguments arrive, on every attempt; the answer comes back."""
    stage, seen = Stage(), list[tuple[str, int]]()

    async def greet(name: str, *, times: int) -> str:
        seen.append((name, times))
        if len(seen) == 1:
            raise Unavailable("down")
        return name * times

    assert await stage.guard.call(greet, "ha", times=3) == "hahaha"
    assert seen == [("ha", 3)] * 2


async def test_a_decorated_function_keeps_its_face() -> None:
    """Name, docstring, signature and coroutine nature stay; every call is guarded."""
    stage = Stage()

    @stage.guard
    async def greet(name: str, *, times: int = 2) -> str:
        """Say it again."""
        return name * times

    assert (greet.__name__, greet.__doc__) == ("greet", "Say it again.")
    assert str(inspect.signature(greet)) == "(name: str, *, times: int = 2) -> str"
    assert inspect.iscoroutinefunction(greet)
    assert [await greet("ha"), await greet("ho", times=1)] == ["haha", "ho"]
    assert stage.outcomes() == ["succeeded"] * 2


async def test_a_decorated_method_gets_its_self() -> None:
    """The decorator works on methods as on functions."""
    stage = Stage()

    class Greeter:
        name = "sun"

        @stage.guard
        async def greet(self) -> str:
            return f"hello {self.name}"

    assert await Greeter().greet() == "hello sun"


async def test_a_body_is_timed_and_told_once() -> None:
    """The call ends with its body; nothing else is told."""
    stage = Stage()
    async with stage.guard as guard:
        assert guard is stage.guard
        await asyncio.sleep(1.5)
        assert stage.events == []
    assert stage.events == [ended(1.5, "succeeded", 1500.0)]


async def test_an_error_inside_a_body_is_the_calls_failure() -> None:
    """It passes untouched, is not retried, and counts for the breaker."""
    stage = Stage(replace(FRAGILE, retry=OPTIONS.retry))
    error = Unavailable("down")
    for _ in range(2):
        with pytest.raises(Unavailable) as info:
            async with stage.guard:
                raise error
        assert info.value is error
    assert breaker_name(stage.guard) == "open"
    with pytest.raises(BreakerOpen):
        async with stage.guard:
            pytest.fail("an open breaker lets no body run")
    assert stage.outcomes() == ["failed", "failed", "refused"]


async def test_a_body_cancelled_inside_is_cancelled_and_neutral() -> None:
    """The caller's departure is nobody's failure."""
    stage = Stage(FRAGILE)

    async def body() -> None:
        async with stage.guard:
            await asyncio.sleep(99.0)

    for _ in range(3):
        assert isinstance(await cancelled_after(1.0, body()), asyncio.CancelledError)
    assert stage.outcomes() == ["cancelled"] * 3
    assert breaker_name(stage.guard) == "closed"


async def test_nested_bodies_end_each_their_own_call() -> None:
    """Of one guard and of two: the inner body's error is not the outer one's."""
    stage, other = Stage(), Stage()

    async def fail() -> None:
        async with stage.guard:
            await asyncio.sleep(1.0)
            raise KeyError

    async with stage.guard:
        await asyncio.sleep(1.0)
        async with other.guard:
            assert isinstance(await caught(fail()), KeyError)
    ends = [(event.origin.call_id, event.outcome, event.total_ms) for event in stage.finished()]
    assert ends == [(2, "failed", 1000.0), (1, "succeeded", 2000.0)]
    assert other.outcomes() == ["succeeded"]


async def test_bodies_left_in_another_order_end_each_their_own_call() -> None:
    """A body inside an async generator outlives its neighbour's, and neither ends the other."""
    slow, quick = Stage(), Stage()

    async def rays() -> AsyncIterator[int]:
        async with slow.guard:
            yield 1

    async with aclosing(rays()) as stream:  # type: ignore[type-var]
        assert await anext(stream) == 1
        await quick.guard.__aenter__()
        await asyncio.sleep(1.0)
        assert [one async for one in stream] == []
        assert (slow.outcomes(), quick.outcomes()) == (["succeeded"], [])
        await asyncio.sleep(1.0)
        await quick.guard.__aexit__(None, None, None)
    assert [event.total_ms for event in quick.finished()] == [2000.0]


async def test_bodies_of_concurrent_tasks_do_not_meet() -> None:
    """Ten tasks under one guard, started inside a body of it: eleven ends, each its own time."""
    stage = Stage()

    async def body(seconds: float) -> None:
        async with stage.guard:
            await asyncio.sleep(seconds)

    async with stage.guard:
        await asyncio.gather(*(body(float(seconds)) for seconds in range(10, 0, -1)))
        await asyncio.sleep(1.0)
    assert [event.total_ms / 1000 for event in stage.finished()] == [*range(1, 12)]


async def test_leaving_a_body_elsewhere_is_said_clearly() -> None:
    """A body entered in one task cannot be left in another; the error names the guard."""
    stage = Stage()
    await asyncio.create_task(stage.guard.__aenter__())
    with pytest.raises(LifecycleError, match="guard of sun shine was left in another context"):
        await stage.guard.__aexit__(None, None, None)


async def test_checks_see_the_arguments_of_every_way_in() -> None:
    """Call, decorated function and stream are checked on what the caller handed in."""
    seen: list[tuple[object, ...]] = []
    stage = Stage(checks=[seen.append])

    async def rays(count: int) -> AsyncIterator[int]:
        for number in range(count):
            yield number

    await stage.guard.call(Provider("light"), "call")
    await stage.guard(Provider("light"))("decorated")
    async with aclosing(await stage.guard.stream(rays, 3)):
        assert seen == [("call",), ("decorated",), (3,)]


async def test_refused_input_is_one_fact_and_costs_nothing() -> None:
    """A refusal by a check never reaches breaker, limiter or provider."""

    def refuse(arguments: tuple[object, ...]) -> None:
        raise InputRefused(f"at most 3 characters, got {arguments[0]!r}")

    stage, sun = Stage(checks=[refuse]), Provider("light")
    await caught(stage.guard.call(sun, "long"))
    reason = "at most 3 characters, got 'long'"
    assert (sun.asked, stage.events) == (
        0,
        [ended(0.0, "refused", None, attempts=0, error="InputRefused", reason=reason)],
    )


async def test_nested_deadlines_shrink() -> None:
    """A guarded call inside another one has no more time than is left outside."""
    outer = Stage(replace(OPTIONS, deadline_seconds=2.0))
    inner = Stage(replace(OPTIONS, retry=None))

    async def work() -> object:
        await asyncio.sleep(0.5)
        return await inner.guard.call(Provider("late", after=9.0))

    assert isinstance(await caught(outer.guard.call(work)), DeadlineExceeded)
    assert (outer.outcomes(), asyncio.get_running_loop().time()) == (["failed"], 2.0)
    assert [event.latency_ms for event in inner.finished()] == [1500.0]


@pytest.mark.parametrize("deadline_seconds", [2.0, 9.0])
async def test_a_deadline_alone_bounds_the_call(deadline_seconds: float) -> None:
    """Without a timeout an attempt may take what the whole call has left, and no more."""
    stage = Stage(replace(OPTIONS, deadline_seconds=deadline_seconds, timeout_seconds=None))
    error = await caught(stage.guard.call(Provider("late", after=99.0)))
    assert isinstance(error, DeadlineExceeded)
    assert asyncio.get_running_loop().time() == deadline_seconds


async def test_the_scope_of_the_caller_is_the_facts() -> None:
    """Whose call it was is read when it begins."""
    stage, someone = Stage(), Scope(session_id="s-1", user_id="u-1", step="chart")
    token = context.scope.set(someone)
    await stage.guard.call(Provider("light"))
    context.scope.reset(token)
    await stage.guard.call(Provider("light"))
    assert [event.origin.scope for event in stage.finished()] == [someone, Scope()]


def test_a_guard_belongs_to_one_loop() -> None:
    """Used from another loop while its own lives, it says so; when that is closed, it moves."""
    events: list[object] = []
    guard = Guard("sun", "shine", sink=events.append)
    sun = Provider("light", after=0.0)

    async def elsewhere() -> BaseException | None:
        return await asyncio.to_thread(lambda: asyncio.run(caught(guard.call(sun))))

    async def main() -> BaseException | None:
        await guard.call(sun)
        return await elsewhere()

    error = asyncio.run(main())
    assert isinstance(error, LifecycleError)
    assert str(error) == (
        "the guard of sun shine belongs to another event loop; make one guard per loop"
    )
    run(guard.call(sun))
    assert [type(event) for event in events] == [CallFinished] * 2


def test_a_guard_without_policies_still_tells() -> None:
    """The facts do not depend on any policy; without a sink nobody hears them."""
    events: list[object] = []
    assert (
        run(Guard("sun", sink=events.append, new_id=lambda: 7).call(Provider("light"))) == "light"
    )
    assert [event.origin.call_id for event in events if isinstance(event, CallFinished)] == [7]
    assert run(Guard("sun").call(Provider("light"))) == "light"


def test_what_an_error_makes_of_a_call() -> None:
    """Refused is only what never went out; a departure is no failure."""
    assert outcome_of(None, 1) == "succeeded"
    assert outcome_of(asyncio.CancelledError(), 1) == outcome_of(KeyboardInterrupt(), 0)
    assert outcome_of(asyncio.CancelledError(), 1) == "cancelled"
    assert outcome_of(InputRefused("long"), 0) == "refused"
    assert outcome_of(InputRefused("long"), 1) == outcome_of(KeyError(), 1) == "failed"
