"""Several workers: what publishing a second's counts takes, and putting everybody's together."""

import asyncio
import json
from base64 import b64encode
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from time import thread_time
from typing import Any, NamedTuple
from unittest.mock import patch

from benchmarks.stopwatch import Effort, tidy_heap
from benchmarks.table import Table, Target
from holdfast.clock import Clock
from holdfast.events import CallFinished, Origin, Scope
from holdfast.storage.directory_board import DirectoryBoard
from holdfast.telemetry.deployment.deployment import Deployment
from holdfast.telemetry.deployment.folds import Folds
from holdfast.telemetry.deployment.memory_board import MemoryBoard, Place
from holdfast.telemetry.deployment.publisher import Publisher

OPERATIONS = 50
_WORKERS = 4
_BUSY = (0, 5, OPERATIONS)
_EPOCH = 1_000_002.0


class _Worker:
    """One with fifty operations of about 120 bins each, at a time that is moved by hand."""

    def __init__(self, name: str) -> None:
        self.now = _EPOCH
        clock = Clock(lambda: self.now, lambda: self.now)
        self._dice = Random(name)
        self.folds = Folds(clock)
        self.publisher = Publisher(self.folds, clock)
        self.deployment = Deployment(self.publisher, clock, name)
        self.call(OPERATIONS, 500)

    def call(self, operations: int, times: int) -> None:
        """So many operations are called so often."""
        for number in range(operations):
            origin = Origin(f"operation {number}", "call", 1, Scope())
            for _ in range(times):
                ms = self._dice.lognormvariate(5, 0.3)
                self.folds.calls(
                    CallFinished(origin, self.now, "succeeded", ms, 0.0, ms, 1)
                )  # fmt: skip


async def measure(effort: Effort) -> list[Table]:
    """CPU time of a thread, as of the one that really does it."""
    with tidy_heap(), TemporaryDirectory() as folder:
        published = {
            busy: await asyncio.to_thread(_published, Path(folder), busy, effort.rounds)
            for busy in _BUSY
        }
        together = {busy: await asyncio.to_thread(_together, busy, effort.rounds) for busy in _BUSY}
    rows = [
        (f"publish, {busy} of {OPERATIONS} operations called since", *_cells(work), f"{whole:.2f}")
        for busy, (work, whole) in published.items()
    ]
    rows += [
        (f"put {_WORKERS} workers together, {busy} called since", *_cells(work), "")
        for busy, work in together.items()
    ]
    busiest = published[OPERATIONS][0]
    return [
        Table(
            "Several workers",
            f"CPU time in a thread beside the event loop; {OPERATIONS} operations of about 120 "
            "bins each. Publishing is once a second, and before an answer of ours; putting "
            "together only before an answer, when anything has changed. *At a time*: until the "
            "event loop has its turn. *Whole*: the same counts as one JSON document with base64 "
            "in it, written to a file.",
            ("what", "ms", "at a time, ms", "whole, ms"),
            rows,
            [
                Target("ms to publish all operations", busiest.total_ms, 2.0),
                Target("ms that the event loop waits for that", busiest.longest_ms, 2.0),
            ],
        )
    ]


class _Work(NamedTuple):
    """How long in all, and at a time."""

    total_ms: float
    longest_ms: float


def _cells(work: _Work) -> tuple[str, str]:
    return f"{work.total_ms:.2f}", f"{work.longest_ms:.2f}"


def _published(folder: Path, busy: int, rounds: int) -> tuple[_Work, float]:
    worker = _Worker(f"w{busy}")
    board = DirectoryBoard(folder / worker.deployment.instance)
    worker.deployment._beat(board)  # noqa: SLF001  # what its own task does each second
    ours, wholes = [], []
    for _ in range(rounds):
        worker.now += 0.001
        worker.call(busy, 2)
        ours.append(_watched(lambda: worker.deployment._beat(board)))  # noqa: SLF001
        worker.call(busy, 2)
        wholes.append(_watched(lambda: _whole(worker, folder / "whole")).total_ms)
    return _middle(ours), median(wholes)


def _whole(worker: _Worker, path: Path) -> None:
    calls = worker.folds.calls
    one = {key: calls.counted(key)._plain() for key in calls.operations_called()}  # type: ignore[union-attr]  # noqa: SLF001
    open_ = {
        key: calls.counted(key).rolling.at(worker.now).plain()  # type: ignore[union-attr]
        for key in calls.operations_called()
    }
    document = [[[*key], found] for each in (one, open_) for key, found in each.items()]
    path.write_text(json.dumps(document, default=_base64))


def _base64(one: Any) -> str:
    return b64encode(one).decode()


def _together(busy: int, rounds: int) -> _Work:
    place = Place()
    workers = [_Worker(f"m{number}") for number in range(_WORKERS)]
    boards = [MemoryBoard(place) for _ in workers]
    found = []
    for _ in range(rounds):
        for worker, board in zip(workers, boards, strict=True):
            worker.now += 0.05
            worker.call(busy, 2)
            worker.deployment._beat(board)  # noqa: SLF001
        reader = workers[0].deployment
        reader._lookout.look(boards[0])  # noqa: SLF001
        reader._shown = None  # noqa: SLF001  # also when nothing has changed
        found.append(_watched(lambda: reader._show(reader._news())))  # noqa: B023, SLF001
    return _middle(found[1:])


def _watched(work: Callable[[], None]) -> _Work:
    """The CPU time of *work*, in all and from one pause to the next."""
    turns = []
    before = thread_time()

    def pause(_: float) -> None:
        nonlocal before
        now = thread_time()
        turns.append(1000 * (now - before))
        before = now

    with patch("holdfast.telemetry.breath.sleep", pause):
        work()
    pause(0.0)
    return _Work(sum(turns), max(turns))


def _middle(works: Sequence[_Work]) -> _Work:
    return _Work(*(median(column) for column in zip(*works, strict=True)))
