"""Whatever a crowd does in front of a bulkhead: its promises hold at every moment."""

import asyncio
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import BulkheadFull
from holdfast.resilience.bulkhead import Bulkhead, BulkheadOptions
from holdfast.resilience.policy import Call, compose
from tests.guard.stage import run
from tests.resilience.lone import call

STEPS = st.integers(0, 16).map(lambda quarters: quarters / 4)
OPTIONS = st.builds(
    BulkheadOptions,
    seats=st.integers(1, 3),
    max_waiting=st.integers(0, 4),
    max_wait_seconds=st.sampled_from([0.0, 0.5, 2.0]),
)


@dataclass(frozen=True)
class Guest:
    """Comes, stays (a *held* one beyond its answer), may fail, may leave early or be in a hurry."""

    comes: float
    stays: float
    held: bool
    fails: bool
    leaves: float | None
    hurry: float | None


GUESTS = st.lists(
    st.builds(
        Guest, comes=STEPS, stays=STEPS, held=st.booleans(), fails=st.booleans(),
        leaves=st.none() | STEPS, hurry=st.none() | STEPS,
    ),
    min_size=1, max_size=14,
)  # fmt: skip


@dataclass
class House:
    """Runs guests against one bulkhead, and keeps what happened."""

    options: BulkheadOptions
    out: int = 0
    most_out: int = 0
    came: list[int] = field(default_factory=list)
    seated: list[tuple[float, int]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    async def visit(self, guests: list[Guest]) -> None:
        """Let all of them come and go, and look at the house at every quarter of a second."""
        self.bulkhead = Bulkhead(self.options)
        tasks = [asyncio.create_task(self._guest(n, guest)) for n, guest in enumerate(guests)]
        await asyncio.sleep(0.125)  # between two moments at which things happen
        while not all(task.done() for task in tasks):
            await asyncio.sleep(0.25)
            assert self.bulkhead.taken == self.out
            assert self.bulkhead.waiting == 0 or self.out == self.options.seats
            assert self.bulkhead.waiting <= self.options.max_waiting
        await asyncio.gather(*tasks)

    async def _guest(self, number: int, guest: Guest) -> None:
        await asyncio.sleep(guest.comes)
        task = asyncio.create_task(self._call(number, guest))
        if guest.leaves is not None:
            await asyncio.wait([task], timeout=guest.leaves)
            task.cancel()
        await asyncio.wait([task])

    async def _call(self, number: int, guest: Guest) -> None:
        now = asyncio.get_running_loop().time()
        one = call(deadline=None if guest.hurry is None else now + guest.hurry)

        async def answer(one: Call) -> None:
            await self._sit(number, guest, one)

        self.came.append(number)
        try:
            await compose([self.bulkhead], answer)(one)
            if guest.held:
                await asyncio.sleep(guest.stays)
        except (BulkheadFull, KeyError):
            pass
        finally:
            self.waits.append(one.waited_ms)
            if one.held:
                self.out -= 1
            one.end(None)

    async def _sit(self, number: int, guest: Guest, one: Call) -> None:
        self.seated.append((asyncio.get_running_loop().time(), self.came.index(number)))
        self.out += 1
        self.most_out = max(self.most_out, self.out)
        try:
            await asyncio.sleep(guest.stays)
            if guest.fails:
                raise KeyError(number)
            one.held = guest.held
        finally:
            if not one.held:
                self.out -= 1


@given(OPTIONS, GUESTS)
def test_seats_are_bounded_given_in_order_and_never_lost(
    options: BulkheadOptions, guests: list[Guest]
) -> None:
    """Never more out than seats, nobody waits beside a free one, and all come back."""
    house = House(options)
    run(house.visit(guests))
    assert house.most_out <= options.seats
    assert (house.bulkhead.taken, house.bulkhead.waiting, house.out) == (0, 0, 0)
    places = [place for _, place in sorted(house.seated)]  # in order of time, then of arrival
    assert places == sorted(places)
    assert all(wait <= options.max_wait_seconds * 1000 for wait in house.waits)
