"""One coroutine for all gates means the same as a coroutine for each: the same facts, always."""

import gc
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import replace
from typing import Any, get_args
from unittest.mock import patch

import pytest
from hypothesis import given

from holdfast.errors import CallRefused, Unavailable
from holdfast.events import BreakerName, Event
from holdfast.guard.guard import Guard
from holdfast.resilience.breaker import Breaker
from holdfast.resilience.circuit import BreakerOptions
from holdfast.resilience.deadline import Deadline
from holdfast.resilience.frame import Row
from holdfast.resilience.gate import MUST_WAIT, Gate
from holdfast.resilience.policy import Call, Policy, Proceed
from holdfast.resilience.retry import Retry
from tests.guard.rush import Rush
from tests.guard.stage import OPTIONS, Provider, Stage, caught, down, run
from tests.guard.test_fallbacks_rush import RUSHES
from tests.guard.test_world import PLANS
from tests.guard.world import Plan, World
from tests.jumping_time import jumping_clock


class Shell:
    """A policy that nobody can see to be a gate."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    async def __call__(self, call: Call, proceed: Proceed) -> Any:
        """As the policy."""
        return await self._policy(call, proceed)


def ordinary(policies: Iterable[Policy], proceed: Proceed) -> Row:
    """The same policies, a coroutine for each."""
    return Row([Shell(policy) for policy in policies], proceed)


@given(PLANS)
def test_a_row_tells_the_facts_that_single_policies_tell(plans: list[Plan]) -> None:
    """Whatever callers and provider do: every fact, time and outcome is the same."""
    fused, plain = World(plans), World(plans)
    run(fused.run())
    with patch("holdfast.guard.guard.Row", ordinary):
        run(plain.run())
    assert fused.events == plain.events
    assert fused.truths == plain.truths
    assert (fused.went_out_at, fused.most_probes) == (plain.went_out_at, plain.most_probes)


@given(RUSHES)
def test_a_row_with_fallbacks_and_seats_tells_the_same(rush: Rush) -> None:
    """Also with policies between that are no gates, and gates that rescue."""
    plain = deepcopy(rush)
    run(rush.run())
    with patch("holdfast.guard.guard.Row", ordinary):
        run(plain.run())
    assert rush.events == plain.events
    assert (rush.outcomes, rush.answers) == (plain.outcomes, plain.answers)


class Turnstile(Gate):
    """A gate that notes who passes; *waits*: not at once; *breaks*: with an error of its own."""

    def __init__(self, name: str, trace: list[str], how: str = "") -> None:
        self._name, self._trace, self._how = name, trace, how

    def enter(self, call: Call, now: float) -> Any:
        """At once, or not."""
        if self._how == "refuses":
            raise CallRefused(self._name)
        if self._how == "waits":
            return MUST_WAIT
        self._trace.append(f"into {self._name}")
        return self._name

    async def wait(self, call: Call) -> str:
        """Later."""
        self._trace.append(f"into {self._name} at last")
        return self._name

    def leave(self, call: Call, token: str, answer: Any, now: float) -> None:
        """With an answer."""
        assert token == self._name
        self._trace.append(f"out of {token} with {answer}")
        if self._how == "rejects":
            raise Unavailable(self._name)

    def fail(self, call: Call, token: str, error: BaseException) -> None:
        """Without one."""
        assert token == self._name
        self._trace.append(f"out of {token} after {type(error).__name__} {error}")
        if self._how == "translates":
            raise Unavailable(self._name) from error


@pytest.mark.parametrize("shell", [False, True], ids=["row", "single"])
@pytest.mark.parametrize(
    ("hows", "expected"),
    [
        (("", "", ""), ["into a", "into b", "into c", "out of c with light",
                        "out of b with light", "out of a with light"]),
        (("", "waits", ""), ["into a", "into b at last", "into c", "out of c with light",
                             "out of b with light", "out of a with light"]),
        (("", "", "refuses"), ["into a", "into b", "out of b after CallRefused c",
                               "out of a after CallRefused c"]),
        (("", "translates", "refuses"), ["into a", "into b", "out of b after CallRefused c",
                                         "out of a after Unavailable b"]),
        (("", "", "rejects"), ["into a", "into b", "into c", "out of c with light",
                               "out of b after Unavailable c", "out of a after Unavailable c"]),
    ],
)  # fmt: skip
async def test_each_gate_is_left_once_and_in_order(
    hows: tuple[str, ...], expected: list[str], shell: bool
) -> None:
    """Innermost first, and only what was entered; what one raises is what the next one hears."""
    trace: list[str] = []
    gates = [Turnstile(name, trace, how) for name, how in zip("abc", hows, strict=True)]
    guard = Guard("sun", "shine", [Shell(gate) for gate in gates] if shell else gates)
    await caught(guard.call(Provider("light", after=0.0)))
    assert trace == expected


@pytest.mark.parametrize("within_seconds", [None, 5.0], ids=["free", "in a call with a deadline"])
@pytest.mark.parametrize("name", get_args(BreakerName))
async def test_a_breaker_turns_away_at_the_door_as_it_does_inside(
    name: BreakerName, within_seconds: float | None
) -> None:
    """No call is made of one that is refused: the fact, the counts and the budget say the same."""
    told = []
    for shell in (False, True):
        clock, facts = jumping_clock(), list[Event]()
        retry, breaker = Retry(), Breaker(BreakerOptions(jitter=0.0))
        assert retry.budget is not None
        retry.budget.left = 1.0
        breaker.circuit.force(name, clock.monotonic(), "a test")
        if name == "open":
            breaker.circuit.retry_at = clock.monotonic() + 7.0
        policies: list[Policy] = [Deadline(9.0), retry, breaker]
        inside = [Shell(policy) for policy in policies] if shell else policies
        guard = Guard("sun", "shine", inside, sink=facts.append, clock=clock)
        outer = Guard("sky", policies=[Deadline(within_seconds)] if within_seconds else ())
        error = await caught(outer.call(guard.call, Provider("light", after=0.0)))
        told.append((facts, str(error), retry.budget.left, breaker.circuit.refused))
    assert told[0] == told[1]
    assert told[0][2] == 1.1
    assert told[0][3] == (name in ("open", "forced_open"))


async def test_a_call_that_failed_leaves_no_cycles() -> None:
    """Neither a translated error, nor a rescued one: what they hold is gone with the call."""
    stage, late = Stage(replace(OPTIONS, limiter=None)), Provider("late", after=9.0)
    for provider in (Provider(down(), "light"), late, Provider(KeyError("bug"))):
        await caught(stage.guard.call(provider))
        gc.collect()
        await caught(stage.guard.call(provider))
        assert gc.collect() == 0
