"""The controls: each use is a fact, and changes what it says, no more."""

import pytest

from holdfast.errors import BreakerOpen, Unavailable
from holdfast.events import BreakerMoved, ControlUsed, Event
from holdfast.guard.controls import Controls, circuit_of, rate_of
from holdfast.guard.guard import Guard
from holdfast.guard.options import GuardOptions, build
from holdfast.resilience.limiter import Limiter
from tests.guard.stage import Provider, caught
from tests.jumping_time import EPOCH, jumping_clock

SHINE = ("sun", "shine")


class Desk:
    """Controls over three guards, and the *events* that they told."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.controls = Controls(sink=self.events.append, clock=jumping_clock())
        self.guards = [
            self.controls.add(build(integration, operation, GuardOptions(), clock=jumping_clock()))
            for integration, operation in (SHINE, ("sun", "set"), ("moon", "rise"))
        ]

    def used(self, action: str) -> ControlUsed:
        """The fact of *action* on the first guard."""
        return ControlUsed(*SHINE, EPOCH, action, "ops")


async def test_guards_are_found_by_name() -> None:
    """A mapping by integration and operation; an integration's guards together."""
    desk = Desk()
    assert list(desk.controls) == [SHINE, ("sun", "set"), ("moon", "rise")]
    assert len(desk.controls) == 3
    assert desk.controls[SHINE] is desk.guards[0]
    assert desk.controls.of("sun") == (desk.guards[0], desk.guards[1])
    assert desk.controls.of("mars") == ()


async def test_the_first_guard_of_a_name_stays() -> None:
    """Adding a second one answers with the one that is there."""
    desk = Desk()
    assert desk.controls.add(Guard(*SHINE)) is desk.guards[0]


async def test_forcing_open_refuses_until_reset() -> None:
    """Both uses are facts, and so are both moves."""
    desk = Desk()
    desk.controls.force_breaker(SHINE, "forced_open", actor="ops")
    assert isinstance(await caught(desk.guards[0].call(Provider("light", after=0.0))), BreakerOpen)
    assert await desk.guards[1].call(Provider("light", after=0.0)) == "light"
    desk.controls.reset_breaker(SHINE, actor="ops")
    assert await desk.guards[0].call(Provider("light", after=0.0)) == "light"
    assert desk.events == [
        desk.used("force_breaker:forced_open"),
        BreakerMoved(*SHINE, EPOCH, "closed", "forced_open", "force by ops"),
        desk.used("reset_breaker:closed"),
        BreakerMoved(*SHINE, EPOCH, "forced_open", "closed", "reset by ops"),
    ]


@pytest.mark.parametrize("name", ["forced_closed", "disabled"])
async def test_a_breaker_held_closed_or_off_lets_everything_out(name: str) -> None:
    """However much fails, nothing is refused."""
    desk = Desk()
    desk.controls.force_breaker(SHINE, name, actor="ops")  # type: ignore[arg-type]
    sun = Provider(Unavailable("down"), after=0.0)
    for _ in range(9):
        assert isinstance(await caught(desk.guards[0].call(sun)), Unavailable)
    assert sun.asked == 27


async def test_each_use_is_a_fact_even_when_nothing_moves() -> None:
    """Resetting a closed breaker forgets its counts, and is no move."""
    desk = Desk()
    circuit = circuit_of(desk.guards[0])
    assert circuit is not None
    circuit.record(circuit.admit(0.0), 1, False, 0.0)
    desk.controls.reset_breaker(SHINE, actor="ops")
    assert (circuit.name, circuit.consecutive_failures) == ("closed", 0)
    assert desk.events == [desk.used("reset_breaker:closed")]


async def test_without_a_breaker_there_is_nothing_to_use() -> None:
    """An unknown guard and one without a breaker are errors, and no facts."""
    desk = Desk()
    desk.controls.add(Guard("moon", "set"))
    with pytest.raises(KeyError, match="the guard of moon set has no breaker"):
        desk.controls.force_breaker(("moon", "set"), "forced_open", actor="ops")
    with pytest.raises(KeyError, match="mars"):
        desk.controls.reset_breaker(("mars", "rise"), actor="ops")
    assert desk.events == []


async def test_a_guards_states_can_be_read() -> None:
    """Breaker and rate where it has them, None where not; a limiter may be shared."""
    shared = Limiter()
    one = build("sun", "shine", GuardOptions(), limiter=shared)
    assert rate_of(one) is shared.rate
    bare = build("sun", "set", GuardOptions(breaker=None, limiter=None))
    assert (circuit_of(bare), rate_of(bare)) == (None, None)
