"""Faults injected on purpose: they look like the provider's own, and stop when told."""

import asyncio
import random
from typing import Any

import pytest

from holdfast.errors import InvalidRequest, ProviderError, RateLimited, TimedOut, Unavailable
from holdfast.resilience.fault import MOST_FAULTS, Fault, Faults
from holdfast.resilience.policy import Body, Call, compose
from tests.guard.stage import Provider, caught
from tests.resilience.lone import call


class Rehearsal:
    """Faults in front of a provider that answers "light", and the switches that were told."""

    def __init__(self, **options: Any) -> None:
        self.told: list[tuple[str, str]] = []
        self.faults = Faults(
            told=lambda action, actor: self.told.append((action, actor)), **options
        )
        self.sun = Provider("light", after=0.0)

    async def ask(self, *arguments: object) -> tuple[object, Call]:
        """The answer and the call; goes out as a guard does."""
        one = call(*arguments)
        one.function = self.sun
        return await compose([self.faults], go_out)(one), one


async def go_out(one: Call) -> object:
    """As a guard does."""
    one.attempts += 1
    return await one.function(*one.arguments)


async def test_nothing_happens_until_a_fault_is_started_or_after_it_stopped() -> None:
    """Each switch is told, with who did it."""
    show = Rehearsal()
    assert (await show.ask())[0] == "light"
    show.faults.start("outage", Fault(error=Unavailable), actor="ops")
    assert list(show.faults.running) == ["outage"]
    error = await caught(show.ask())
    assert (type(error), str(error)) == (Unavailable, "injected by fault 'outage'")
    show.faults.stop("outage", actor="ops")
    assert (await show.ask())[0] == "light"
    assert show.sun.asked == 2
    assert show.told == [("start_fault:outage", "ops"), ("stop_fault:outage", "ops")]


@pytest.mark.parametrize("error", [Unavailable, RateLimited, InvalidRequest, TimedOut])
async def test_any_of_our_errors_can_be_injected(error: type[Exception]) -> None:
    """The class is enough."""
    show = Rehearsal()
    show.faults.start("outage", Fault(error=error), actor="ops")
    assert type(await caught(show.ask())) is error
    assert show.sun.asked == 0


async def test_an_error_may_say_more() -> None:
    """A function of the message makes it, with all its fields."""
    show = Rehearsal()
    limited = Fault(error=lambda text: RateLimited(text, status=429, retry_after_seconds=4.0))
    show.faults.start("limited", limited, actor="ops")
    error = await caught(show.ask())
    assert isinstance(error, ProviderError)
    assert (error.status, error.retry_after_seconds) == (429, 4.0)


async def test_a_delay_comes_before_the_providers_own_answer() -> None:
    """A slow provider is still the provider."""
    show = Rehearsal()
    show.faults.start("slow", Fault(delay_seconds=3.0), actor="ops")
    answer, one = await show.ask()
    assert (answer, one.served_from, show.sun.asked) == ("light", "provider", 1)
    assert asyncio.get_running_loop().time() == 3.0


async def test_a_wrong_answer_is_made_from_the_arguments_and_says_so() -> None:
    """The provider is not asked; where the answer came from is no secret."""
    show = Rehearsal()
    show.faults.start("liar", Fault(answer=lambda sign: f"no {sign}"), actor="ops")
    answer, one = await show.ask("aries")
    assert (answer, one.served_from, show.sun.asked) == ("no aries", "fault:liar", 0)


async def test_a_rejected_wrong_answer_leaves_no_mark() -> None:
    """When what stands further in does not accept it, the next attempt starts clean."""
    show = Rehearsal()
    show.faults.start("liar", Fault(answer=lambda: ""), actor="ops")

    async def judged(one: Call) -> object:
        if not await go_out(one):
            raise Unavailable("empty")
        return "light"

    one = call()
    one.function = show.sun
    assert isinstance(await caught(compose([show.faults], judged)(one)), Unavailable)
    assert (one.served_from, one.function) == ("provider", show.sun)


async def test_a_selector_sees_the_call() -> None:
    """Operation and arguments decide whom it strikes."""
    show = Rehearsal()
    picky = Fault(
        error=Unavailable,
        where=lambda one: one.origin.operation == "shine" and one.arguments == ("leo",),
    )
    show.faults.start("picky", picky, actor="ops")
    assert (await show.ask("aries"))[0] == "light"
    assert isinstance(await caught(show.ask("leo")), Unavailable)


async def test_the_rate_is_drawn_from_the_injected_random() -> None:
    """The same seed strikes the same attempts; the share is the rate."""

    async def struck(seed: int) -> list[bool]:
        show = Rehearsal(random=random.Random(seed).random)
        show.faults.start("flaky", Fault(rate=0.25, error=Unavailable), actor="ops")
        return [await caught(show.ask()) is not None for _ in range(400)]

    draws = random.Random(7)
    assert await struck(7) == [draws.random() < 0.25 for _ in range(400)]
    assert await struck(7) != await struck(8)


async def test_the_first_fault_that_strikes_wins() -> None:
    """In the order in which they were started; one of the same name is replaced."""
    show = Rehearsal()
    show.faults.start(
        "a", Fault(error=Unavailable, where=lambda one: bool(one.arguments)), actor="x"
    )
    show.faults.start("b", Fault(error=RateLimited), actor="x")
    assert type(await caught(show.ask("q"))) is Unavailable
    assert type(await caught(show.ask())) is RateLimited
    show.faults.start("b", Fault(error=TimedOut), actor="x")
    assert type(await caught(show.ask())) is TimedOut


async def test_a_body_is_slowed_and_failed_but_not_replaced() -> None:
    """Nothing can stand in for the body of ``async with guard``."""

    class Opened(Body):
        async def __call__(self) -> str:
            return "body"

    show, opened = Rehearsal(), Opened()
    show.sun = opened  # type: ignore[assignment]
    show.faults.start("liar", Fault(answer=lambda: "lie"), actor="ops")
    assert (await show.ask())[0] == "body"
    show.faults.start("outage", Fault(error=Unavailable), actor="ops")
    assert isinstance(await caught(show.ask()), Unavailable)


def test_faults_are_few_and_named() -> None:
    """The number is bounded, a name is needed, and stopping what does not run is an error."""
    faults = Faults()
    fault = Fault(error=Unavailable)
    for number in range(MOST_FAULTS):
        faults.start(str(number), fault, actor="ops")
    faults.start("0", fault, actor="ops")
    for name in ("", "one more"):
        with pytest.raises(ValueError, match="a fault needs a name, and room among 100"):
            faults.start(name, fault, actor="ops")
    with pytest.raises(KeyError, match="one more"):
        faults.stop("one more", actor="ops")


WRONG: list[dict[str, Any]] = [
    {"rate": 0.0, "error": Unavailable}, {"rate": 1.5, "error": Unavailable},
    {"delay_seconds": -1.0}, {}, {"error": Unavailable, "answer": str},
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_impossible_faults_are_refused_with_their_values(wrong: dict[str, Any]) -> None:
    """The error shows the fault as it was given."""
    with pytest.raises(ValueError, match=r"fault needs .* got Fault\(rate="):
        Fault(**wrong)
