"""A bulkhead whose seats are changed while calls come, wait, leave and end."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import BulkheadFull
from holdfast.resilience.bulkhead import Bulkhead, BulkheadOptions
from tests.jumping_time import JumpingLoop
from tests.resilience.lone import call, through

Change = tuple[float, int]
Guest = tuple[float, float, float]
"""When one comes, how long he stays, and when he leaves (0: not before the end)."""

_TIMES = st.integers(0, 40).map(lambda quarters: quarters / 4)
CHANGES = st.lists(st.tuples(_TIMES, st.integers(1, 5)), max_size=6)
GUESTS = st.lists(st.tuples(_TIMES, _TIMES, _TIMES), max_size=15)


class House:
    """Counts who is in, and looks at every change whether that can be."""

    def __init__(self, seats: int) -> None:
        options = BulkheadOptions(seats=seats, max_waiting=4, max_wait_seconds=3.0)
        self.bulkhead = Bulkhead(options)
        self.inside = self.most_seats = 0

    async def visit(self, changes: list[Change], guests: list[Guest]) -> None:
        """Everybody comes and goes, the seats change meanwhile."""
        changing = [self._change(*change) for change in changes]
        await asyncio.gather(*changing, *(self._guest(*guest) for guest in guests))

    async def _change(self, at: float, seats: int) -> None:
        await asyncio.sleep(at)
        before = self.bulkhead.taken
        self.bulkhead.become(BulkheadOptions(seats=seats, max_waiting=4, max_wait_seconds=3.0))
        assert self.bulkhead.taken <= max(before, seats), "nobody new beyond the seats"
        assert self.bulkhead.waiting == 0 or self.bulkhead.taken >= seats, "no free seat is empty"

    async def _guest(self, comes: float, stays: float, leaves: float) -> None:
        await asyncio.sleep(comes)
        task = asyncio.create_task(self._sit(stays))
        await asyncio.wait([task], timeout=leaves or None)
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()

    async def _sit(self, stays: float) -> None:
        async def inside() -> None:
            taken = self.bulkhead.taken
            self.inside += 1
            try:
                assert self.inside <= taken, "who is in has a seat"
                await asyncio.sleep(stays)
            finally:
                self.inside -= 1

        try:
            await through(self.bulkhead, call(), inside)
        except BulkheadFull:
            return


@given(st.integers(1, 4), CHANGES, GUESTS)
def test_no_seat_is_lost_or_given_twice_whatever_changes(
    seats: int, changes: list[Change], guests: list[Guest]
) -> None:
    """Any interleaving of coming, waiting, leaving and changing ends with every seat free."""
    house = House(seats)
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        runner.run(house.visit(changes, guests))
    bulkhead = house.bulkhead
    assert (bulkhead.taken, bulkhead.waiting, house.inside) == (0, 0, 0)
