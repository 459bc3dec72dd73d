"""Times contestants in turns: A B C, A B C, ..., so that what disturbs one disturbs all.

What is measured is CPU time of this process: nothing here waits, and what other programs of the
machine take is not ours. The garbage collector runs as it does in a service, so each pays for the
garbage it makes; what was there before is frozen, and everybody starts with a clean young heap.
"""

import asyncio
import gc
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from benchmarks.contestant import Call, Contestant

Samples = Mapping[str, Sequence[float]]
"""Microseconds per call of each contestant, by round."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to measure: so many rounds, in each of which a contestant has *sample_seconds*."""

    rounds: int
    sample_seconds: float


FULL = Effort(rounds=50, sample_seconds=0.006)
QUICK = Effort(rounds=10, sample_seconds=0.002)


class Quartiles(NamedTuple):
    """The middle half of many figures."""

    low: float
    median: float
    high: float


def quartiles(figures: Sequence[float]) -> Quartiles:
    """Of at least two figures."""
    return Quartiles(*statistics.quantiles(figures, n=4, method="inclusive"))


@contextmanager
def tidy_heap() -> Iterator[None]:
    """What is there now is of no concern to the collector within."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


async def time_call(call: Call, calls: int) -> float:
    """Microseconds per call of *calls*, awaited one after the other."""
    gc.collect()
    started = time.process_time_ns()
    for _ in range(calls):
        await call()
    return (time.process_time_ns() - started) / calls / 1000


async def race(contestants: Sequence[Contestant], effort: Effort) -> dict[str, list[float]]:
    """The samples of every contestant, in rounds in which each has its turn."""
    running = {one.name: await one.make() for one in contestants}
    counts = {name: await _fitting_count(call, effort) for name, call in running.items()}
    samples: dict[str, list[float]] = {name: [] for name in running}
    with tidy_heap():
        for _ in range(effort.rounds):
            for name, call in running.items():
                samples[name].append(await time_call(call, counts[name]))
                await asyncio.sleep(0)  # the loop sheds the timers that were cancelled
    return samples


async def _fitting_count(call: Call, effort: Effort) -> int:
    await time_call(call, 200)  # caches fill, specialising interpreters specialise
    return max(20, int(effort.sample_seconds * 1e6 / max(await time_call(call, 200), 0.01)))
