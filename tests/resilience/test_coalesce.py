"""Many ask the same at the same time: one call goes out, and nobody suffers for another."""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

import pytest

from holdfast.errors import BreakerOpen, DeadlineExceeded, Unavailable
from holdfast.resilience.coalesce import Coalesce
from holdfast.resilience.policy import Body, Call, compose
from holdfast.validation.verdict import passed
from tests.guard.stage import Provider, cancelled_after, caught
from tests.resilience.lone import call, through


def by_first(question: object = None, **_: object) -> object:
    """The first argument is the question; None is like no other."""
    return question


@dataclass
class Shared:
    """One coalescing policy in front of one provider."""

    sun: Callable[[], Awaitable[object]]

    def __post_init__(self) -> None:
        self.coalesce = Coalesce(by_first)
        self.calls: list[Call] = []

    async def ask(self, question: object = "q", *, deadline: float | None = None) -> object:
        """The answer; the call is remembered."""
        one = call(question, deadline=deadline)
        self.calls.append(one)
        return await through(self.coalesce, one, self.sun)

    def come(self, count: int) -> "list[asyncio.Task[BaseException | object]]":
        """So many callers at once; errors are results."""
        return [asyncio.create_task(self._result()) for _ in range(count)]

    async def _result(self) -> object:
        try:
            return await self.ask()
        except Exception as error:  # noqa: BLE001  # the error is the result
            return error


async def test_a_thousand_ask_and_one_goes_out() -> None:
    """All get the one answer; only the leader's call counts an attempt."""
    sun = Provider("light", after=2.0)
    shared = Shared(sun)
    assert await asyncio.gather(*shared.come(1000)) == ["light"] * 1000
    assert (sun.asked, len(shared.coalesce)) == (1, 0)
    assert [one.attempts for one in shared.calls] == [1] + [0] * 999
    assert [one.served_from for one in shared.calls] == ["provider"] + ["coalesced"] * 999
    assert {one.waited_ms for one in shared.calls[1:]} == {2000.0}


async def test_who_comes_after_the_answer_asks_anew() -> None:
    """Sharing ends with the flight: this is no cache."""
    shared = Shared(Provider("one", "two"))
    assert [await shared.ask(), await shared.ask()] == ["one", "two"]


async def test_other_questions_fly_by_themselves() -> None:
    """So do those that are like no other."""
    sun = Provider(*"abcd")
    shared = Shared(sun)
    asked = await asyncio.gather(*(shared.ask(key) for key in ("q", "r", None, None, "q")))
    assert asked == ["a", "b", "c", "d", "a"]


async def test_a_failure_is_everybodys_failure() -> None:
    """Refusals too: each hears the one reason, once, with the leader's verdict."""
    for error in (Unavailable("down"), BreakerOpen("sun", 1.0), KeyError("bug")):
        sun = Provider(error)
        results = await asyncio.gather(*Shared(sun).come(3))
        assert (results, sun.asked) == ([error] * 3, 1)


async def test_the_verdict_is_shared() -> None:
    """A follower's answer was judged in the leader's call."""
    coalesce, yes = Coalesce(by_first), passed("some", 0.5)
    calls = [call("q"), call("q")]

    async def judged(one: Call) -> str:
        await asyncio.sleep(1.0)
        one.verdict = yes
        return "light"

    await asyncio.gather(*(compose([coalesce], judged)(one) for one in calls))
    assert [one.verdict for one in calls] == [yes, yes]


async def test_a_leader_that_leaves_hands_over() -> None:
    """The first follower that is still there asks again for all; the one that left is alone."""
    sun = Provider("never", "light", after=2.0)
    shared = Shared(sun)
    leader, second, third, fourth = shared.come(4)
    await asyncio.sleep(1.0)
    second.cancel()
    leader.cancel()
    assert list(await asyncio.gather(third, fourth)) == ["light"] * 2
    assert leader.cancelled()
    assert second.cancelled()
    assert sun.asked == 2
    assert [one.attempts for one in shared.calls] == [1, 0, 1, 0]
    assert asyncio.get_running_loop().time() == 3.0
    assert len(shared.coalesce) == 0


async def test_an_heir_that_leaves_at_that_moment_hands_on() -> None:
    """Cancelled between getting the lead and taking it."""
    sun = Provider("never", "light", after=2.0)
    shared = Shared(sun)
    tasks = list[asyncio.Task[object]]()

    async def lead_and_cancel_the_heir() -> None:
        try:
            await shared.ask()
        except asyncio.CancelledError:
            tasks[0].cancel()
            raise

    leader = asyncio.create_task(lead_and_cancel_the_heir())
    await asyncio.sleep(0.5)
    tasks.extend(shared.come(2))
    await asyncio.sleep(0.5)
    leader.cancel()
    assert await tasks[1] == "light"
    assert (tasks[0].cancelled(), sun.asked, len(shared.coalesce)) == (True, 2, 0)


async def test_when_all_leave_nothing_remains() -> None:
    """Nobody is left to hand over to; the next caller starts a flight of its own."""
    shared = Shared(Provider("never", "light", after=2.0))
    for task in shared.come(3):
        await asyncio.sleep(0.0)
        task.cancel()
        await asyncio.wait([task])
    await asyncio.sleep(0.0)
    assert len(shared.coalesce) == 0
    assert await shared.ask() == "light"


async def test_a_followers_own_deadline_holds() -> None:
    """Who has less time than the leader gives up by itself; the others do not notice."""
    shared = Shared(Provider("light", after=2.0))
    leader = asyncio.create_task(shared.ask())
    await asyncio.sleep(0.5)
    error = await caught(shared.ask(deadline=1.25))
    assert isinstance(error, DeadlineExceeded)
    assert str(error) == "no shared answer within the 0.75 s left"
    assert (asyncio.get_running_loop().time(), shared.calls[1].waited_ms) == (1.25, 750.0)
    assert await leader == "light"


async def test_the_leaders_deadline_is_not_the_followers() -> None:
    """When only the leader's time is up, the next one asks with its own."""
    answers = iter([9.0, 1.0])

    async def sun(one: Call) -> str:
        try:
            async with asyncio.timeout(one.remaining_seconds()):
                await asyncio.sleep(next(answers))
        except TimeoutError:
            raise DeadlineExceeded("no answer") from None
        return "light"

    ask = compose([Coalesce(by_first)], sun)
    leader = asyncio.create_task(caught(ask(call("q", deadline=2.0))))
    await asyncio.sleep(0.0)
    assert await ask(call("q", deadline=8.0)) == "light"
    assert isinstance(await leader, DeadlineExceeded)
    assert asyncio.get_running_loop().time() == 3.0


async def test_a_deadline_further_in_is_a_failure_like_any() -> None:
    """The leader had time: what ran out was the time of something it asked."""
    sun = Provider(DeadlineExceeded("inner"))
    shared = Shared(sun)
    errors = await asyncio.gather(caught(shared.ask(deadline=9.0)), caught(shared.ask()))
    assert [type(error) for error in errors] == [DeadlineExceeded] * 2
    assert sun.asked == 1


async def test_what_cannot_be_shared_is_not() -> None:
    """A stream has one reader: the followers go by themselves when they hear of it."""
    coalesce, opened = Coalesce(by_first), list[Call]()

    async def open_stream(one: Call) -> str:
        opened.append(one)
        await asyncio.sleep(1.0)
        one.held = True
        return f"stream {len(opened)}"

    calls = [call("q") for _ in range(3)]
    answers = await asyncio.gather(*(compose([coalesce], open_stream)(one) for one in calls))
    assert answers == ["stream 1", "stream 3", "stream 3"]
    assert (opened, len(coalesce)) == (calls, 0)


async def test_a_body_is_never_shared() -> None:
    """`async with guard` is each caller's own; the key is not even asked."""

    class Opened(Body):
        async def __call__(self) -> None:
            raise AssertionError

    one = call(object())
    one.function = Opened()
    coalesce = Coalesce(pytest.fail)
    assert await through(coalesce, one, Provider("body")) == "body"


async def test_a_lonely_call_makes_no_task_no_future_no_timer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who shares with nobody pays for nobody."""
    loop, made = asyncio.get_running_loop(), list[str]()
    for name in ("create_future", "call_later", "call_at", "create_task"):
        monkeypatch.setattr(loop, name, partial(made.append, name))

    async def answer() -> str:
        return "light"

    assert await Shared(answer).ask(deadline=9.0) == "light"
    monkeypatch.undo()
    assert made == []


async def test_a_follower_that_leaves_is_neutral() -> None:
    """Its cancellation is its own; what it waited is counted."""
    sun = Provider("light", after=2.0)
    shared = Shared(sun)
    leader = asyncio.create_task(shared.ask())
    await asyncio.sleep(0.0)
    assert isinstance(await cancelled_after(1.5, shared.ask()), asyncio.CancelledError)
    assert (shared.calls[1].waited_ms, await leader, sun.asked) == (1500.0, "light", 1)


async def test_a_shared_failures_traceback_does_not_grow_with_its_hearers() -> None:
    """A hundred callers raise the one error; it remembers the leader's way and one caller's."""
    error = Unavailable("down")
    assert await asyncio.gather(*Shared(Provider(error)).come(100)) == [error] * 100
    frames, trace = 0, error.__traceback__
    while trace is not None:
        frames, trace = frames + 1, trace.tb_next
    assert frames < 20


async def test_shared_failures_leave_no_garbage_behind() -> None:
    """A failure that ten callers hear keeps none of their frames alive."""

    async def down() -> None:
        await asyncio.sleep(0.0)
        raise Unavailable("down")

    async def all_fail() -> int:
        return sum([isinstance(error, Unavailable) for error in await _errors(Shared(down))])

    assert await all_fail() == 10
    gc.collect()
    gc.disable()
    try:
        for _ in range(20):
            assert await all_fail() == 10
        assert gc.collect() == 0
    finally:
        gc.enable()


async def _errors(shared: Shared) -> list[BaseException | object]:
    return await asyncio.gather(*shared.come(10))
