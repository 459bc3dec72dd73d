"""Whatever happens to workers, nobody shows less than before, nor counts anything twice."""

from dataclasses import dataclass

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.telemetry.deployment.crew import Crew, Worker

MOST = 4


@dataclass(eq=False)
class Expected:
    """What a worker has counted, and how much of it the others can know."""

    counted: int = 0
    published: int = 0
    resets: int = 0


class Workers(RuleBasedStateMachine):
    """Calls, beats, deaths, false deaths and resets, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.crew = Crew(0.0, 7.3)
        self.expected = [Expected(), Expected()]
        self.departed: list[Expected] = []
        self.resets = 0
        self.shown = 0

    def _who(self, number: int) -> tuple[Worker, Expected]:
        at = number % len(self.crew.workers)
        return self.crew.workers[at], self.expected[at]

    def _exchanged(self, expected: Expected) -> None:
        """It published, looked, and heard of resets."""
        if expected.resets < self.resets:
            expected.resets, expected.counted = self.resets, 0
        expected.published = expected.counted

    @rule(number=st.integers(0, 9), calls=st.integers(1, 5))
    def call(self, number: int, calls: int) -> None:
        """It makes calls."""
        worker, expected = self._who(number)
        for _ in range(calls):
            worker.call()
        expected.counted += calls

    @rule(number=st.integers(0, 9))
    def beat(self, number: int) -> None:
        """Its second is over; if it leads, it folds the dead."""
        worker, expected = self._who(number)
        worker.beat()
        self._exchanged(expected)

    @rule(number=st.integers(0, 9))
    def show(self, number: int) -> None:
        """What it shows is exact for itself, and at least what anybody has shown before."""
        worker, expected = self._who(number)
        self._exchanged(expected)
        everybody = [*self.expected, *self.departed]
        true = sum(one.published for one in everybody if one.resets == self.resets)
        assert worker.shown() == true
        assert true >= self.shown
        self.shown = true

    @precondition(lambda self: len(self.crew.workers) < MOST)
    @rule(monotonic_from=st.floats(0.0, 1e6))
    def join(self, monotonic_from: float) -> None:
        """A worker more, on a machine that started at another time."""
        self.crew.join(monotonic_from)
        self.expected.append(Expected(resets=self.resets))

    def _is_last(self, worker: Worker) -> bool:
        """Whether nobody else is held for alive: a deployment would end, and the next begin."""
        others = (one for one in self.crew.workers if one is not worker)
        members = self.crew.place.members
        return not any(one.name in members and members[one.name].is_alive for one in others)

    @rule(number=st.integers(0, 9))
    def die(self, number: int) -> None:
        """What it had published stays."""
        worker, expected = self._who(number)
        if self._is_last(worker):
            return
        self.crew.kill(worker)
        self.expected.remove(expected)
        self.departed.append(expected)

    @rule(number=st.integers(0, 9))
    def seem_dead(self, number: int) -> None:
        """It is not heard of for long, and may be folded before it is back."""
        worker, _ = self._who(number)
        if not self._is_last(worker):
            self.crew.place.lose(worker.name)

    @rule(number=st.integers(0, 9))
    def reset(self, number: int) -> None:
        """Everybody counts anew, each as soon as he looks."""
        worker, expected = self._who(number)
        worker.deployment.refresh_now()
        worker.deployment.reset(None)
        self.resets += 1
        self.shown = 0
        self._exchanged(expected)

    @rule(seconds=st.floats(0.0, 400.0))
    def wait(self, seconds: float) -> None:
        """Time passes: windows expire, totals do not."""
        self.crew.hands.passed += seconds

    @invariant()
    def folded_are_few(self) -> None:
        """Nobody is on the board for ever."""
        assert len(self.crew.place.members) <= len(self.crew.workers) + len(self.departed) + 40


Workers.TestCase.settings = settings(max_examples=40, stateful_step_count=30)
TestWorkers = Workers.TestCase
