"""Something else to serve: in order, judged, bounded, and honest about what it is."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from holdfast import context
from holdfast.errors import (
    BreakerOpen,
    CallRefused,
    ChainFailed,
    ChainRefused,
    Conflict,
    ContentRejected,
    InputRefused,
    InvalidRequest,
    NotFound,
    RateLimited,
    SemanticError,
    Unavailable,
)
from holdfast.events import Verdict
from holdfast.resilience.fallback import Fallback, FallbackOptions
from holdfast.resilience.policy import Body, Call
from tests.guard.stage import Provider, cancelled_after, caught
from tests.resilience.lone import call, through

Function = Callable[..., Awaitable[Any]]


def truthy(_: Call, answer: object) -> None:
    """Accepts what is not empty."""
    if not answer:
        raise SemanticError(Verdict("fail", "empty answer"))


def fallback(others: Mapping[str, Function] | None = None, **options: Any) -> Fallback:
    """With a validator that wants something."""
    return Fallback(FallbackOptions(others=others or {}, **options), accept=truthy)


async def test_an_answer_is_left_alone() -> None:
    """Nobody else is asked."""
    moon, one = Provider("moonlight"), call()
    assert await through(fallback({"moon": moon}), one, Provider("light")) == "light"
    assert (one.served_from, one.instead_of, moon.asked) == ("provider", None, 0)


async def test_others_are_asked_in_order_until_one_has_an_answer() -> None:
    """With the call's own arguments; the call says who served, and what went wrong."""
    moon, stars, lamp = Provider(Unavailable("new moon")), Provider("starlight"), Provider("lamp")
    seen: list[object] = []

    async def noted(*arguments: object, **named: object) -> object:
        seen.extend((arguments, named))
        return await stars()

    one = call("aries")
    one.named = {"language": "ta"}
    sources: dict[str, Function] = {"moon": moon, "stars": noted, "lamp": lamp}
    answer = await through(fallback(sources), one, Provider(Unavailable("down")))
    assert (answer, one.served_from) == ("starlight", "fallback:stars")
    assert one.instead_of == ("Unavailable", "down")
    assert seen == [("aries",), {"language": "ta"}]
    assert (moon.asked, lamp.asked) == (1, 0)


async def test_the_default_comes_last_and_may_be_anything() -> None:
    """Declared means declared: None is a default, if the validators accept it."""
    accept_all = Fallback(FallbackOptions(default=None), accept=lambda *_: None)
    one = call()
    assert await through(accept_all, one, Provider(Unavailable("down"))) is None
    assert one.served_from == "default"
    one = call()
    both = fallback({"moon": Provider(Unavailable("new"))}, default="dark")
    assert await through(both, one, Provider(BreakerOpen("sun", 1.0))) == "dark"


async def test_what_a_validator_rejects_is_not_served() -> None:
    """The next one is asked, and the rejection is one of the reasons."""
    both = fallback({"moon": Provider("")}, default="")
    error = await caught(through(both, call(), Provider(Unavailable("down"))))
    assert isinstance(error, ChainFailed)
    assert error.reasons == (
        ("provider", "Unavailable (down)"),
        ("fallback:moon", "SemanticError (empty answer)"),
        ("default", "SemanticError (empty answer)"),
    )


async def test_the_stale_answer_comes_first() -> None:
    """Its age is the call's only when it is what was served."""

    async def stale(one: Call) -> object:
        one.stale_age_seconds = 4.0
        return one.arguments[0]

    options = FallbackOptions(default="dark")
    policy = Fallback(options, accept=truthy, stale=stale)
    for kept, expected in (("old", ("old", "stale", 4.0)), ("", ("dark", "default", None))):
        one = call(kept)
        answer = await through(policy, one, Provider(Unavailable("down")))
        assert (answer, one.served_from, one.stale_age_seconds) == expected


async def test_when_all_refuse_one_error_has_every_reason() -> None:
    """What was refused stays refused, with the time to wait; foreign errors are not quoted."""
    sources = {"moon": Provider(KeyError("secret")), "stars": Provider(BreakerOpen("stars", 2.0))}
    error = await caught(through(fallback(sources), call(), Provider(BreakerOpen("sun", 8.0))))
    assert isinstance(error, ChainRefused)
    assert isinstance(error.__cause__, BreakerOpen)
    assert error.retry_in_seconds == 8.0
    assert str(error) == (
        "nothing to serve - provider: BreakerOpen (breaker of sun refuses calls for 8.0 s); "
        "fallback:moon: KeyError; "
        "fallback:stars: BreakerOpen (breaker of stars refuses calls for 2.0 s)"
    )


async def test_a_failed_chain_keeps_the_providers_time_to_wait() -> None:
    """What went out and came back wrong is a failure, whoever refused afterwards."""
    limited = Provider(RateLimited("slow down", retry_after_seconds=4.0))
    sources = {"moon": Provider(CallRefused("no"))}
    error = await caught(through(fallback(sources), call(), limited))
    assert isinstance(error, ChainFailed)
    assert (error.retry_after_seconds, error.retryable) == (4.0, False)
    bug = await caught(through(fallback(sources), call(), Provider(KeyError("secret"))))
    assert isinstance(bug, ChainFailed)
    assert bug.reasons[0] == ("provider", "KeyError")


@pytest.mark.parametrize(
    "mistake",
    [InputRefused("long"), *(kind("no") for kind in (InvalidRequest, NotFound, Conflict)),
     ContentRejected("no")],
)  # fmt: skip
async def test_the_callers_own_mistakes_are_not_hidden(mistake: Exception) -> None:
    """Another answer would only hide what the caller must change."""
    policy = fallback({"moon": Provider("moonlight")}, default="dark")
    assert await caught(through(policy, call(), Provider(mistake))) is mistake


async def test_which_errors_are_handled_can_be_said() -> None:
    """A function of the error."""
    policy = fallback(default="dark", handles=lambda error: isinstance(error, KeyError))
    assert await through(policy, call(), Provider(KeyError())) == "dark"
    assert isinstance(await caught(through(policy, call(), Provider(Unavailable("")))), Unavailable)


async def test_cancellation_is_never_fallen_back_from() -> None:
    """Neither the call's nor that of who was asked instead."""
    moon = Provider("moonlight", after=9.0)
    policy = fallback({"moon": moon}, default="dark")
    early = await cancelled_after(1.0, through(policy, call(), Provider("light", after=9.0)))
    assert (type(early), moon.asked) == (asyncio.CancelledError, 0)
    late = await cancelled_after(1.0, through(policy, call(), Provider(Unavailable("down"))))
    assert (type(late), moon.asked) == (asyncio.CancelledError, 1)


async def test_each_other_source_has_its_time() -> None:
    """Who is late is one of the reasons; a guarded one inherits what is left."""
    inherited: list[float | None] = []

    async def late() -> None:
        inherited.append(context.deadline.get())
        await asyncio.sleep(99.0)

    policy = fallback({"late": late}, default="dark", timeout_seconds=2.0)
    assert await through(policy, call(), Provider(Unavailable("down"))) == "dark"
    assert (asyncio.get_running_loop().time(), inherited) == (2.25, [2.25])


async def test_an_enclosing_deadline_bounds_the_others() -> None:
    """With none left they are not asked; what takes no time is still served."""
    moon, inherited = Provider("moonlight", after=9.0), list[float | None]()

    async def rise() -> object:
        inherited.append(context.deadline.get())
        return await moon()

    policy = fallback({"moon": rise}, default="dark")
    assert await through(policy, call(deadline=1.0), Provider(Unavailable("down"))) == "dark"
    assert (asyncio.get_running_loop().time(), inherited) == (1.0, [1.0])
    assert await through(policy, call(deadline=1.0), Provider(Unavailable("down"))) == "dark"
    assert moon.asked == 1


async def test_a_body_is_not_replaced() -> None:
    """Nothing can stand in for the body of ``async with guard``."""

    class Opened(Body):
        async def __call__(self) -> None:
            raise AssertionError

    one = call()
    one.function = Opened()
    error = BreakerOpen("sun", 1.0)
    assert await caught(through(fallback(default="dark"), one, Provider(error))) is error


async def test_an_opened_answer_that_was_given_up_is_settled() -> None:
    """Should a policy further in fail after a stream opened, its permits come back."""
    one, heard = call(), list[BaseException | None]()
    error = Unavailable("late")

    async def opened() -> None:
        one.held = True
        one.at_end(heard.append)
        raise error

    assert await through(fallback(default="dark"), one, opened) == "dark"
    assert (heard, one.held) == ([error], False)


async def test_failed_chains_leave_no_garbage_behind() -> None:
    """No error keeps its own frames alive until the cyclic collector comes by."""
    served = fallback({"moon": Provider(Unavailable("new"), after=0.0)}, default="dark")
    failing = fallback({"moon": Provider(Unavailable("new"), after=0.0)})

    async def down() -> None:
        raise Unavailable("down")

    async def both() -> bool:
        return (
            await through(served, call(), down) == "dark"
            and type(await caught(through(failing, call(), down))) is ChainFailed
        )

    assert await both()
    gc.collect()
    gc.disable()
    try:
        for _ in range(50):
            await both()
        assert gc.collect() == 0
    finally:
        gc.enable()


@pytest.mark.parametrize("wrong", [{"timeout_seconds": 0.0}, {"others": {"": Provider("x")}}])
def test_impossible_options_are_refused_with_their_values(wrong: dict[str, Any]) -> None:
    """The error shows the options as they were given."""
    with pytest.raises(ValueError, match=r"fallback needs .* got FallbackOptions\(others="):
        FallbackOptions(**wrong)
