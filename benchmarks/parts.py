"""Where a guarded call's time goes: a guard with each of its parts alone, then with all."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from benchmarks import ours
from benchmarks.call import SCALE, timeout_only
from benchmarks.contestant import FLOOR, Call, Contestant, answer
from benchmarks.stopwatch import Effort, race
from benchmarks.table import Figures, Table, head, rows
from holdfast.guard.guard import Guard
from holdfast.guard.options import GuardOptions, build
from holdfast.resilience.circuit import BreakerOptions
from holdfast.resilience.retry import RetryOptions
from holdfast.telemetry.calls import CallMetrics
from holdfast.telemetry.fanout import Fanout

ALL = "everything, counted"
ALONE = {
    "deadline and its timer": replace(ours.NOTHING, deadline_seconds=60.0),
    "retry": replace(ours.NOTHING, retry=RetryOptions()),
    "breaker": replace(ours.NOTHING, breaker=BreakerOptions()),
    "limiter": replace(ours.NOTHING, limiter=ours.PLENTY),
    "bulkhead": replace(ours.NOTHING, bulkhead=ours.SEATS),
    "timeout": replace(ours.NOTHING, timeout_seconds=30.0),
    "every policy": ours.EVERYTHING,
}


def _calling(make: Callable[[], Guard]) -> Callable[[], Awaitable[Call]]:
    async def ready() -> Call:
        return partial(make().call, answer)

    return ready


def _judged() -> Guard:
    return build("bench", "call", ours.NOTHING, validators=(ours.accept,))


def _metrics() -> Guard:
    return build("bench", "call", ours.NOTHING, sink=Fanout((CallMetrics(),)))


def _part(name: str, make: Callable[[], Guard]) -> Contestant:
    return Contestant(name, _calling(make), "", "ours")


def _only(options: GuardOptions) -> Callable[[], Guard]:
    return partial(ours.unwatched, options)


CONTESTANTS = (
    FLOOR,
    Contestant(SCALE, timeout_only, "a timeout", "scale"),
    _part("no policy, nobody listens", _only(ours.NOTHING)),
    *(_part(name, _only(options)) for name, options in ALONE.items()),
    _part("validator", _judged),
    _part("rolling metrics", _metrics),
    _part(ALL, partial(ours.counted, ours.EVERYTHING)),
)


async def measure(effort: Effort) -> list[Table]:
    """One table."""
    figures = Figures(CONTESTANTS, await race(CONTESTANTS, effort))
    return [
        Table(
            "Where the time goes",
            "Holdfast's guard with one part alone; each row holds the cost of a guard without any.",
            head(SCALE, ALL),
            list(rows(figures, SCALE, ALL)),
        )
    ]
