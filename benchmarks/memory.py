"""What an idle breaker or limiter takes: allocated bytes, as tracemalloc counts them."""

import gc
import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter

from benchmarks import breakers, limiters, ours
from benchmarks.contestant import Call, Contestant, answer
from benchmarks.stopwatch import Effort, tidy_heap
from benchmarks.table import Table, Target
from holdfast.guard.options import GuardOptions
from holdfast.resilience.circuit import BreakerOptions

MANY = 50
CALLS = 100


class Size(NamedTuple):
    """Bytes of one: newly made, and after 100 calls."""

    new: float
    used: float

    def minus(self, other: "Size") -> "Size":
        """What *other* does not have."""
        return Size(self.new - other.new, self.used - other.used)


async def size_of(one: Contestant) -> Size:
    """The average of many."""
    await (await one.make())()  # what is made once for all
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        made = [await one.make() for _ in range(MANY)]
        new = _traced() - before
        for call in made:
            for _ in range(CALLS):
                await call()
        return Size(new / MANY, (_traced() - before) / MANY)
    finally:
        tracemalloc.stop()


def _traced() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


async def _guarded(options: GuardOptions) -> Call:
    return partial(ours.unwatched(options).call, answer)


class _Keys:
    """Keys of one `limits` storage: it is made to hold many."""

    def __init__(self) -> None:
        self._strategy = FixedWindowRateLimiter(MemoryStorage())
        self._count = 0

    async def next(self) -> Call:
        self._count += 1
        return partial(self._strategy.hit, limiters.A_MINUTE, f"key {self._count}")


WITHOUT = Contestant("guard without policies", partial(_guarded, ours.NOTHING), role="ours")


async def measure(_effort: Effort) -> list[Table]:
    """A table for breakers and one for limiters."""
    options = replace(ours.NOTHING, breaker=BreakerOptions())
    limited = replace(ours.NOTHING, limiter=ours.PLENTY)
    keyed = Contestant("limits, a key of one storage", _Keys().next, "never waits")
    with tidy_heap():
        return [
            await _table("breaker", options, breakers.PEERS),
            await _table("limiter", limited, (*limiters.PEERS, keyed)),
        ]


async def _table(policy: str, options: GuardOptions, peers: Sequence[Contestant]) -> Table:
    guard = Contestant("guard", partial(_guarded, options), role="ours")
    without, whole = await size_of(WITHOUT), await size_of(guard)
    itself = whole.minus(without)
    sizes = {
        f"**Holdfast, the {policy} itself**": (itself, "difference of the next two"),
        f"**Holdfast, a guard with only a {policy}**": (whole, ""),
        "Holdfast, a guard without policies": (without, ""),
    }
    sizes |= {peer.name: (await size_of(peer), peer.does) for peer in peers}
    return Table(
        f"Memory of a {policy}",
        f"Bytes each of {MANY}, newly made and after {CALLS} calls; a peer's decorator included.",
        ("contestant", "does", "bytes, new", f"bytes, after {CALLS} calls"),
        [
            (name, does, f"{size.new:.0f}", f"{size.used:.0f}")
            for name, (size, does) in sorted(sizes.items(), key=lambda item: item[1][0].used)
        ],
        (Target(f"bytes of a {policy} after {CALLS} calls", itself.used, 400),),
    )
