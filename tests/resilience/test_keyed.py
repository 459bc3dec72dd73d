"""A rate for each key: tenants do not stand in each other's way, and memory stays bounded."""

import asyncio
import itertools
from dataclasses import replace

import pytest

from holdfast.clock import Clock
from holdfast.errors import ConfigurationError, LimitReached, RateLimited
from holdfast.resilience.keyed import KeyedOptions
from holdfast.resilience.limiter import Limiter, LimiterOptions
from tests.guard.stage import Provider, cancelled_after, caught
from tests.resilience.lone import call, through


def tenant(name: object, *_: object) -> object:
    """The first argument is whom the call is for."""
    return name


EACH = KeyedOptions(key=tenant, calls=1, per_seconds=1.0)
PLENTY = LimiterOptions(calls=1000, per_seconds=1.0, burst=1000, max_wait_seconds=5.0, keyed=EACH)


class Gate:
    """Who came through a keyed limiter, and when."""

    def __init__(self, options: LimiterOptions = PLENTY) -> None:
        self.limiter = Limiter(options)
        assert self.limiter.lanes is not None
        self.lanes = self.limiter.lanes
        self.passed: list[tuple[object, float]] = []

    async def enter(self, *arguments: object) -> BaseException | None:
        """What kept a call with these arguments out; None when it went."""

        async def note() -> None:
            self.passed.append((arguments[0], asyncio.get_running_loop().time()))

        return await caught(through(self.limiter, call(*arguments), note))


async def test_a_busy_tenant_does_not_hold_up_the_others() -> None:
    """Each key has its own rate and its own line."""
    gate = Gate()
    await asyncio.gather(*(gate.enter(name) for name in ["a", "a", "a", "b", "c"]))
    assert gate.passed == [("a", 0.0), ("b", 0.0), ("c", 0.0), ("a", 1.0), ("a", 2.0)]
    assert gate.lanes.waiting == 0


async def test_the_common_rate_holds_for_all_keys_together() -> None:
    """Many tenants within their limits are still one caller to the provider."""
    gate = Gate(replace(PLENTY, calls=2, per_seconds=1.0, burst=1))
    await asyncio.gather(*(gate.enter(name) for name in "abc"))
    assert gate.passed == [("a", 0.0), ("b", 0.5), ("c", 1.0)]


@pytest.mark.parametrize("how", ["cancelled", "refused"])
async def test_who_leaves_while_waiting_for_the_common_rate_costs_his_key_nothing(how: str) -> None:
    """Cancelled, or refused because the provider asked for a pause meanwhile."""
    slow = replace(PLENTY, calls=1, per_seconds=2.0, burst=1)
    gate = Gate(replace(slow, keyed=replace(EACH, calls=1, per_seconds=100.0)))
    await gate.enter("b")
    if how == "cancelled":
        await cancelled_after(0.5, gate.enter("a"))
    else:
        waiting = asyncio.create_task(gate.enter("a"))
        await asyncio.sleep(0.5)
        gate.limiter.rate.block(0.5, 60.0)
        assert isinstance(await waiting, LimitReached)
        await asyncio.sleep(60.0)
    assert await gate.enter("a") is None
    assert [name for name, _ in gate.passed] == ["b", "a"]
    assert isinstance(await gate.enter("a"), LimitReached), "and no more than it had"


async def test_without_a_key_only_the_common_rate_holds() -> None:
    """None is like no other call, and like no tenant."""
    gate = Gate()
    for _ in range(10):
        assert await gate.enter(None) is None
    assert len(gate.lanes) == 0


async def test_who_would_wait_too_long_for_its_key_is_refused_at_once() -> None:
    """With the time to wait, in the common count, and without a place of the common rate."""
    gate = Gate()
    errors = await asyncio.gather(*(gate.enter("a") for _ in range(8)))
    refused = [error for error in errors if error is not None]
    assert [type(error) for error in refused] == [LimitReached] * 2
    assert [getattr(error, "retry_in_seconds", None) for error in refused] == [6.0, 6.0]
    assert (gate.limiter.rate.refused, gate.limiter.rate.used.total) == (2, 1)


async def test_a_refusal_by_the_common_rate_uses_up_no_key() -> None:
    """A tenant loses nothing because all together were too many."""
    gate = Gate(replace(PLENTY, calls=1, per_seconds=60.0, burst=1))
    assert await gate.enter("a") is None
    assert isinstance(await gate.enter("b"), LimitReached)
    lane = gate.lanes.find(("b",), {}, 0.0)
    assert lane is not None
    assert lane.wait_seconds(0.0) == 0.0


async def test_who_leaves_a_keys_line_has_taken_nothing() -> None:
    """The next one of that key goes in its place, and the line is gone with the last."""
    gate = Gate()
    await gate.enter("a")
    leaving = asyncio.create_task(cancelled_after(0.5, gate.enter("a")))
    await asyncio.sleep(0.25)
    assert gate.lanes.waiting == 1
    await asyncio.gather(leaving, gate.enter("a"))
    assert gate.passed == [("a", 0.0), ("a", 1.0)]
    assert gate.lanes.waiting == 0


@pytest.mark.parametrize(("for_key", "elsewhere"), [(False, 3.0), (True, 0.0)])
async def test_an_announcement_holds_for_all_or_for_its_key(
    for_key: bool, elsewhere: float
) -> None:
    """Tenants share a provider's account; models have limits of their own."""
    gate = Gate(replace(PLENTY, keyed=replace(EACH, burst=9, told_for_key=for_key)))
    limited = Provider(RateLimited("slow down", retry_after_seconds=3.0), after=0.0)
    await caught(through(gate.limiter, call("a"), limited))
    await asyncio.gather(gate.enter("a"), gate.enter("b"))
    assert sorted(gate.passed, key=str) == [("a", 3.0), ("b", elsewhere)]


async def test_what_headers_say_can_be_told_to_a_key() -> None:
    """`learn` is given the arguments of the call that was answered."""
    gate = Gate(replace(PLENTY, keyed=replace(EACH, told_for_key=True)))
    gate.limiter.learn(0.0, 4.0, ("a",))
    gate.limiter.learn(0.0, 2.0, (None,))
    await asyncio.gather(gate.enter("a"), gate.enter("b"))
    assert gate.passed == [("b", 2.0), ("a", 4.0)]


async def test_a_key_that_cannot_be_one_is_a_configuration_error() -> None:
    """The error says what came, not what was in it."""
    error = await Gate().enter(["secret"])
    assert isinstance(error, ConfigurationError)
    assert str(error) == (
        "the key of a limit must be hashable (a string, a tuple of them), got a list"
    )


async def test_the_longest_unused_key_that_owes_nothing_is_forgotten() -> None:
    """Never more keys than allowed; who still owes is kept as long as another can go."""
    gate = Gate(replace(PLENTY, keyed=replace(EACH, most_keys=3)))
    await gate.enter("old")
    await asyncio.sleep(2.0)
    for name in ("a", "b", "c", "d"):
        assert await gate.enter(name) is None
        assert len(gate.lanes) <= 3
    await gate.enter("d")
    assert gate.passed[-1] == ("d", 3.0)


async def test_a_key_that_somebody_waits_at_is_never_forgotten() -> None:
    """Else two would go at once; the bound gives way by as many as wait."""
    gate = Gate(replace(PLENTY, keyed=replace(EACH, most_keys=1)))
    await gate.enter("a")
    waiting = asyncio.create_task(gate.enter("a"))
    await asyncio.sleep(0.5)
    await gate.enter("b")
    await gate.enter("a")
    await waiting
    assert [when for name, when in gate.passed if name == "a"] == [0.0, 1.0, 2.0]


@pytest.mark.parametrize(
    "wrong", [{"calls": 0}, {"burst": 0}, {"per_seconds": 0}, {"most_keys": 0}]
)
def test_impossible_options_are_refused_with_their_values(wrong: dict[str, int]) -> None:
    """The error shows the options as they were given."""
    ((name, value),) = wrong.items()
    with pytest.raises(ValueError, match=rf"limiter needs .* got .*{name}={value}"):
        KeyedOptions(**{"key": tenant, "calls": 1, **wrong})  # type: ignore[arg-type]


@pytest.mark.parametrize("keyed", [None, EACH])
async def test_no_patience_is_enough_for_a_free_place(keyed: KeyedOptions | None) -> None:
    """However much time passes between two looks at the clock: what is free is given."""
    limiter = Limiter(replace(PLENTY, max_wait_seconds=0.0, keyed=keyed))
    ticks = itertools.count()
    one = call("a")
    one.clock = Clock(lambda: next(ticks) / 1000, one.clock.wall)
    assert await through(limiter, one, Provider("light", after=0.0)) == "light"
