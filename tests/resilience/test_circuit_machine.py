"""Every interleaving of callers, answers, time and operators keeps the circuit's promises."""

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
)

from holdfast.events import BreakerName
from holdfast.resilience.circuit import BreakerOptions, Circuit, Refused

Ticket = tuple[int, int, int]
"""(permit, call id, number of the state it was admitted in)."""

FORCED: tuple[BreakerName, ...] = ("forced_open", "forced_closed", "disabled")


class CircuitMachine(RuleBasedStateMachine):
    """Drives a circuit beside a model that keeps whole lists instead of clever counts."""

    tickets: Bundle[Ticket] = Bundle("tickets")

    @initialize(
        consecutive=st.integers(1, 4), probes=st.integers(1, 3), growth=st.sampled_from([1.0, 2.0])
    )
    def start(self, consecutive: int, probes: int, growth: float) -> None:
        """Any small options; the rate cannot trip, so that every opening is predictable."""
        self.options = BreakerOptions(
            consecutive_failures=consecutive, probes=probes, growth=growth,
            open_seconds=10.0, max_open_seconds=40.0, jitter=0.5, rates=None,
        )  # fmt: skip
        self.circuit = Circuit(self.options, lambda: 1.0)
        self.now, self.state, self.calls = 0.0, 0, 0
        self.expected: BreakerName = "closed"
        self.streak: list[int] = []
        self.flying = self.passed = self.reopened = 0
        self.retry_at = 0.0

    @rule(target=tickets, old_call=st.booleans())
    def admit(self, old_call: bool) -> Ticket:
        """A caller comes: the model knows whether it may go."""
        self.calls += 0 if old_call and self.calls else 1
        if self.expected == "open" and self.now >= self.retry_at:
            self._enter("half_open")
        try:
            permit = self.circuit.admit(self.now)
        except Refused as refused:
            assert not self._may_go()
            self._check_wait(refused.retry_in_seconds)
            return (-1, self.calls, -1)
        assert self._may_go()
        self.flying += self.expected == "half_open"
        return (permit, self.calls, self.state)

    @rule(ticket=consumes(tickets), succeeded=st.booleans())
    def record(self, ticket: Ticket, succeeded: bool) -> None:
        """An answer comes, perhaps late."""
        permit, call_id, state = ticket
        self.circuit.record(permit, call_id, succeeded, self.now)
        if state != self.state or self.expected in FORCED:
            return
        if self.expected == "half_open":
            self._probe_ended(succeeded)
        elif succeeded:
            self.streak = []
        else:
            self.streak.append(call_id)
            long_enough = len(self.streak) >= self.options.consecutive_failures
            if long_enough and len(set(self.streak)) >= 2:
                self._open()

    @rule(ticket=consumes(tickets))
    def give_back(self, ticket: Ticket) -> None:
        """A caller leaves, or is refused further in."""
        permit, _, state = ticket
        self.circuit.give_back(permit)
        if state == self.state and self.expected == "half_open":
            self.flying -= 1

    @rule(seconds=st.sampled_from([0.0, 1.0, 9.0, 15.0, 60.0]))
    def pass_time(self, seconds: float) -> None:
        """Time goes by."""
        self.now += seconds

    @rule(name=st.sampled_from([*FORCED, "closed"]))
    def force(self, name: BreakerName) -> None:
        """An operator decides."""
        self.circuit.force(name, self.now, "operator")
        self.reopened = 0
        self._enter(name)

    @invariant()
    def agrees_with_the_model(self) -> None:
        """The same state, never more probes than permitted, none lost, open time bounded."""
        circuit = self.circuit
        if self.expected == "open" and circuit.name == "open":
            assert circuit.retry_at == self.retry_at
        assert circuit.name == self.expected
        assert circuit.probes_in_flight == self.flying
        assert 0 <= self.flying + self.passed <= self.options.probes
        assert circuit.consecutive_failures == len(self.streak)
        assert (circuit.retry_in_seconds(self.now) or 0.0) <= 40.0 * 1.5

    def _may_go(self) -> bool:
        if self.expected == "half_open":
            return self.flying + self.passed < self.options.probes
        return self.expected in ("closed", "forced_closed", "disabled")

    def _check_wait(self, seconds: float | None) -> None:
        if self.expected == "open":
            assert seconds == self.retry_at - self.now
        else:
            assert seconds == (None if self.expected == "forced_open" else 1.0)

    def _probe_ended(self, succeeded: bool) -> None:
        self.flying -= 1
        self.passed += succeeded
        if not succeeded:
            self._open()
        elif self.passed == self.options.probes:
            self.reopened = 0
            self._enter("closed")

    def _open(self) -> None:
        self._enter("open")
        self.retry_at = self.now + 1.5 * min(10.0 * self.options.growth**self.reopened, 40.0)
        self.reopened += 1

    def _enter(self, name: BreakerName) -> None:
        self.expected, self.streak = name, []
        self.state += 1
        self.flying = self.passed = 0


TestCircuit = CircuitMachine.TestCase
