"""Several workers in one process, on one board, on a clock that is moved by hand."""

import itertools

from holdfast.clock import Clock
from holdfast.events import CallFinished, Origin, RequestFinished, Scope
from holdfast.telemetry.deployment.aligned import aligned
from holdfast.telemetry.deployment.deployment import Deployment
from holdfast.telemetry.deployment.folds import Folds
from holdfast.telemetry.deployment.memory_board import MemoryBoard, Place
from holdfast.telemetry.deployment.publisher import Publisher
from holdfast.telemetry.plain import Plain
from tests.jumping_time import EPOCH


class Hands:
    """One wall clock for all; each machine's monotonic seconds began at another time."""

    def __init__(self) -> None:
        self.passed = 2.0  # not where a slice begins: rounding would decide

    def clock(self, monotonic_from: float) -> Clock:
        """A machine's clock."""
        return Clock(lambda: monotonic_from + self.passed, lambda: EPOCH + self.passed)


class Worker:
    """One of a crew; *name* changes when it was taken for dead and came back."""

    def __init__(self, place: Place, hands: Hands, name: str, monotonic_from: float = 0.0) -> None:
        self.clock = aligned(hands.clock(monotonic_from))
        self.folds = Folds(self.clock)
        self.calls, self.requests = self.folds.calls, self.folds.requests
        self.present: Plain = {}
        publisher = Publisher(
            self.folds, self.clock, present=lambda: self.present,
            counters=lambda: {"told": self.told},
        )  # fmt: skip
        self.deployment = Deployment(publisher, self.clock, name)
        self.board = MemoryBoard(place)
        self.told = 0

    @property
    def name(self) -> str:
        """What it is called now."""
        return self.deployment.instance

    def beat(self) -> None:
        """What it does every second."""
        self.deployment._publisher.look_around()
        self.deployment._beat(self.board)

    def call(self, latency_ms: float = 10.0, integration: str = "sun") -> None:
        """It makes a call."""
        origin = Origin(integration, "shine", 1, Scope())
        at = self.clock.wall()
        self.calls(CallFinished(origin, at, "succeeded", latency_ms, 0.0, latency_ms, 1))
        self.told += 1

    def answer(self, route: str = "/", duration_ms: float = 1.0) -> None:
        """It answers a request."""
        at = self.clock.wall()
        self.requests(
            RequestFinished(
                at, "GET", route, 200, "succeeded", duration_ms, None, 3, 5, None, Scope()
            )
        )

    def shown(self, integration: str = "sun") -> int:
        """How many calls it shows."""
        self.deployment.refresh_now()
        return self.deployment.calls.lifetime(integration).succeeded

    def shown_lately(self, integration: str = "sun") -> int:
        """How many calls of the last five minutes it shows."""
        self.deployment.refresh_now()
        return self.deployment.calls.window(integration).succeeded


class Crew:
    """Workers that have joined."""

    def __init__(self, *monotonic_from: float) -> None:
        self.place, self.hands = Place(), Hands()
        self.workers: list[Worker] = []
        self._numbers = itertools.count()
        for each in monotonic_from:
            self.join(each)

    def join(self, monotonic_from: float = 0.0) -> Worker:
        """One more."""
        worker = Worker(self.place, self.hands, f"w{next(self._numbers)}", monotonic_from)
        worker.beat()
        self.workers.append(worker)
        return worker

    def beat(self) -> None:
        """A second passes."""
        self.hands.passed += 1.0
        for worker in self.workers:
            worker.beat()

    def kill(self, worker: Worker) -> None:
        """It dies without a word."""
        self.place.lose(worker.name)
        self.workers.remove(worker)
