"""Any order of calls, answers, delays, losses and time keeps one prober and the limit."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from holdfast.resilience.circuit import Refused
from holdfast.resilience.limiter import LimiterOptions
from holdfast.resilience.shared import ProbeAsk, ProbeLeave
from tests.resilience.sharing_place import OPTIONS, SUN, Place, at_once
from tests.resilience.test_shared_rate import Place as RatePlace

COUNT = 3
PROCESSES = st.integers(0, COUNT - 1)
GRAIN = 1e-6


class BreakerMachine(RuleBasedStateMachine):
    """Three processes around one breaker; answers about probing may be late or lost."""

    def __init__(self) -> None:
        super().__init__()
        self.place = Place(COUNT)
        self.calls: list[tuple[int, int]] = []
        self.on_their_way: list[tuple[int, ProbeAsk, ProbeLeave, float]] = []
        self.call_id = 0

    @rule(number=PROCESSES)
    def come(self, number: int) -> None:
        """A caller comes; out or refused."""
        circuit = self.place.breakers[number].circuit
        try:
            self.calls.append((number, circuit.admit(self.place.now)))
        except Refused:
            assert circuit.name != "closed"

    @precondition(lambda self: self.calls)
    @rule(which=st.integers(0), succeeded=st.sampled_from([True, False, False, None]))
    def end(self, which: int, succeeded: bool | None) -> None:
        """A call ends well or badly, or its caller leaves."""
        number, permit = self.calls.pop(which % len(self.calls))
        circuit = self.place.breakers[number].circuit
        self.call_id += 1
        if succeeded is None:
            circuit.give_back(permit)
        else:
            circuit.record(permit, self.call_id, succeeded, self.place.now)

    @rule(number=PROCESSES)
    def look(self, number: int) -> None:
        """A whole round of one process."""
        if not any(one == number for one, *_ in self.on_their_way):
            self.place.look(number)

    @rule(number=PROCESSES)
    def ask(self, number: int) -> None:
        """Only the question about probing; its answer is on its way."""
        place, breaker = self.place, self.place.breakers[number]
        if any(one == number for one, *_ in self.on_their_way):
            return
        if (ask := breaker.probe_ask(place.now, str(number))) is not None:
            (leave,) = at_once(place.state.probe([ask]))
            self.on_their_way.append((number, ask, leave, place.now))

    @precondition(lambda self: self.on_their_way)
    @rule(is_lost=st.booleans())
    def arrive(self, is_lost: bool) -> None:
        """The oldest answer arrives, or never will."""
        number, ask, leave, asked_at = self.on_their_way.pop(0)
        if not is_lost:
            self.place.breakers[number].answered(ask, leave, asked_at)

    @rule(number=PROCESSES, name=st.sampled_from(["forced_open", "forced_closed", "closed"]))
    def force(self, number: int, name: str) -> None:
        """An operator has his say, seldom."""
        if self.call_id % 7 == 3:
            circuit = self.place.breakers[number].circuit
            circuit.force(name, self.place.now, "drill")  # type: ignore[arg-type]

    @rule(seconds=st.sampled_from([0.1, 0.5, 1.0, 10.0]))
    def wait(self, seconds: float) -> None:
        """Time goes by."""
        self.place.now += seconds

    @invariant()
    def one_process_may_probe(self) -> None:
        """Whoever holds the leave holds it alone."""
        now = self.place.now
        holders = [n for n, one in enumerate(self.place.breakers) if one.may_probe(now)]
        due = [n for n in holders if self.place.breakers[n].circuit.is_due(now)]
        known = {self.place.breakers[n].known for n in due}
        assert len(due) <= len(known), f"{due} probe the same opening"

    @invariant()
    def no_more_probes_than_allowed(self) -> None:
        """No circuit has lost or invented a probe."""
        for breaker in self.place.breakers:
            assert 0 <= breaker.circuit.probes_in_flight <= OPTIONS.probes

    def teardown(self) -> None:
        """In quiet all agree, and a healthy provider is reached again."""
        place = self.place
        while self.calls:
            self.end(0, None)
        self.on_their_way.clear()
        for _ in range(200):
            for number, breaker in enumerate(place.breakers):
                if breaker.circuit.name in ("forced_open", "forced_closed"):
                    breaker.circuit.force("closed", place.now, "released")
                place.look(number)
                if not place.is_refused(number):
                    circuit = breaker.circuit
                    circuit.record(circuit.generation, 1_000_000, True, place.now)
            place.now += 0.2
        assert place.names == ["closed"] * COUNT
        assert at_once(place.state.look("a", {SUN: place.breakers[0].known})).moved == {}


class RateMachine(RuleBasedStateMachine):
    """Three processes around one rate; answers take as long as they like."""

    def __init__(self) -> None:
        super().__init__()
        options = LimiterOptions(calls=10, per_seconds=10.0, burst=6)
        self.place = RatePlace(COUNT, options)
        self.began = self.place.now
        self.admitted = 0

    @rule(number=PROCESSES, callers=st.integers(1, 8))
    def come(self, number: int, callers: int) -> None:
        """Some callers come; whoever may go goes."""
        self.admitted += self.place.take(number, callers)

    @rule()
    def answer(self) -> None:
        """Everybody who asked is answered."""
        self.place.answer()

    @rule(seconds=st.sampled_from([0.0005, 0.002, 0.1, 1.0, 12.0]))
    def wait(self, seconds: float) -> None:
        """Time goes by."""
        self.place.now += seconds

    @invariant()
    def together_they_keep_the_limit(self) -> None:
        """Burst and rate since the beginning, and what was taken while answers were late."""
        elapsed = self.place.now - self.began
        burst = self.place.options.burst
        assert self.admitted <= burst + elapsed + GRAIN + burst + COUNT

    def teardown(self) -> None:
        """With answers in time, everything that was too much is made up for."""
        for _ in range(400):
            for number in range(COUNT):
                self.admitted += self.place.take(number)
                self.place.answer()
            self.place.now += 0.2
        elapsed = self.place.now - self.began
        assert self.admitted <= self.place.options.burst + elapsed + COUNT + GRAIN
        assert self.admitted >= 0.9 * 80.0


TestBreaker = BreakerMachine.TestCase
TestRate = RateMachine.TestCase
