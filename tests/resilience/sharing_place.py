"""Several processes around one shared memory, moved by hand: what happens when is the test's."""

from collections.abc import Coroutine
from typing import Any, TypeVar

from holdfast.clock import Clock
from holdfast.resilience.circuit import BreakerOptions, Refused
from holdfast.resilience.shared import SharingOptions
from holdfast.resilience.shared_circuit import SharedBreaker
from holdfast.resilience.shared_link import Link
from holdfast.resilience.shared_memory import MemorySharedState

T = TypeVar("T")

SUN = ("sun", "shine")
SHARING = SharingOptions()
OPTIONS = BreakerOptions(consecutive_failures=2, open_seconds=10.0, growth=2.0, jitter=0.0)


def at_once(answer: Coroutine[Any, Any, T]) -> T:
    """What memory answers without waiting."""
    try:
        answer.send(None)
    except StopIteration as done:
        value: T = done.value
        return value
    raise AssertionError("it waited")


class Place:
    """One shared memory, one clock, and the processes that met there."""

    def __init__(self, count: int = 2, options: BreakerOptions = OPTIONS) -> None:
        self.now = 0.0
        self.state = MemorySharedState(lambda: self.now)
        clock = Clock(lambda: self.now, lambda: self.now)
        self.links = [Link(SHARING, clock, lambda: 1.0, lambda _: None) for _ in range(count)]
        self.breakers = [
            SharedBreaker(SUN, options, lambda: 1.0, link, SHARING) for link in self.links
        ]
        for link in self.links:
            link.is_up = True

    def look(self, number: int) -> None:
        """One round of the process *number*: hear, tell, ask to probe."""
        breaker = self.breakers[number]
        seen = at_once(self.state.look(str(number), {SUN: breaker.known}))
        if SUN in seen.moved:
            breaker.see(seen.moved[SUN], self.now)
        if (move := breaker.move(self.now)) is not None:
            generation = breaker.circuit.generation
            (told,) = at_once(self.state.tell([move]))
            if told.accepted:
                breaker.accepted(generation, told.position)
            else:
                breaker.see(told.position, self.now)
        if (ask := breaker.probe_ask(self.now, str(number))) is not None:
            (leave,) = at_once(self.state.probe([ask]))
            breaker.answered(ask, leave, self.now)

    def look_all(self) -> None:
        """One round of each."""
        for number in range(len(self.breakers)):
            self.look(number)

    def opens(self, number: int) -> None:
        """The process *number* fails until its breaker opens."""
        circuit = self.breakers[number].circuit
        for call_id in range(OPTIONS.consecutive_failures):
            circuit.record(circuit.admit(self.now), call_id, False, self.now)
        assert circuit.name == "open"

    def is_refused(self, number: int) -> bool:
        """Whether a call of the process *number* is refused; else it is on its way."""
        try:
            self.breakers[number].circuit.admit(self.now)
        except Refused:
            return True
        return False

    @property
    def names(self) -> list[str]:
        """Where each stands."""
        return [breaker.circuit.name for breaker in self.breakers]
