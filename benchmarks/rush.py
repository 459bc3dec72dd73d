"""1 000 tasks at once against the same calls one after the other: is there a cliff?

The provider lets the event loop turn once, so that the calls really overlap. What the tasks and
the turns cost without a guard is subtracted from both.
"""

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import NamedTuple

from benchmarks import call as whole
from benchmarks.contestant import Call
from benchmarks.stopwatch import Effort, quartiles, tidy_heap
from benchmarks.table import Table, Target, spread

TASKS = 1_000


async def turn() -> int:
    """The provider: it answers at the loop's next turn."""
    await asyncio.sleep(0)
    return 42


async def bare() -> Call:
    """The provider itself."""
    return turn


RUNNERS: tuple[tuple[str, Callable[[], Awaitable[Call]]], ...] = (
    (whole.HOLDFAST, partial(whole.holdfast, turn)),
    (whole.HYX, partial(whole.hyx, turn)),
    (whole.COUNTED_PEER, partial(whole.pyresilience_counted, turn)),
    ("circuitbreaker + limits + stamina + prometheus-client", partial(whole.assembled, turn)),
)


class Costs(NamedTuple):
    """Microseconds per call above the bare provider's, by round."""

    in_turn: list[float]
    at_once: list[float]

    def ratios(self) -> list[float]:
        """At once over in turn, by round."""
        return [many / one for one, many in zip(self.in_turn, self.at_once, strict=True)]


async def _in_turn(call: Call) -> None:
    for _ in range(TASKS):
        await call()


async def _at_once(call: Call) -> None:
    async def one() -> None:
        await call()

    await asyncio.gather(*(asyncio.create_task(one()) for _ in range(TASKS)))


async def _time(run: Callable[[Call], Awaitable[None]], call: Call) -> float:
    gc.collect()
    started = time.process_time_ns()
    await run(call)
    return (time.process_time_ns() - started) / TASKS / 1000


async def race(rounds: int) -> dict[str, Costs]:
    """The costs of every runner."""
    floor = await bare()
    running = {name: await make() for name, make in RUNNERS}
    costs = {name: Costs([], []) for name in running}
    with tidy_heap():
        for _ in range(rounds):
            floor_in_turn, floor_at_once = (
                await _time(_in_turn, floor),
                await _time(_at_once, floor),
            )
            for name, call in running.items():
                costs[name].in_turn.append(await _time(_in_turn, call) - floor_in_turn)
                costs[name].at_once.append(await _time(_at_once, call) - floor_at_once)
    return costs


async def measure(effort: Effort) -> list[Table]:
    """One table."""
    costs = await race(max(5, effort.rounds // 3))
    ours = quartiles(costs[whole.HOLDFAST].ratios()).median
    return [
        Table(
            f"{TASKS} calls at once",
            f"{TASKS} tasks that overlap, against the same calls in turn; µs per call over the "
            "bare provider under the same conditions.",
            ("contestant", "in turn (middle half)", "at once (middle half)", "at once × in turn"),
            [
                (
                    f"**{name}**" if name == whole.HOLDFAST else name,
                    spread(quartiles(one.in_turn)),
                    spread(quartiles(one.at_once)),
                    spread(quartiles(one.ratios())),
                )
                for name, one in costs.items()
            ],
            (Target("at once × in turn", ours, 1.3),),
        )
    ]
