"""Seats and the line in front of them: bounded, in order, and no seat is ever lost."""

import asyncio
from collections.abc import Callable

import pytest

from holdfast.errors import BulkheadFull
from holdfast.resilience.bulkhead import Bulkhead, BulkheadOptions
from holdfast.resilience.policy import Call, compose
from tests.guard.stage import Provider, cancelled_after, caught
from tests.resilience.lone import call, through

TWO = BulkheadOptions(seats=2, max_waiting=3, max_wait_seconds=4.0)
ONE = BulkheadOptions(seats=1, max_waiting=3, max_wait_seconds=4.0)


class Room:
    """A bulkhead, and who sat down when."""

    def __init__(self, options: BulkheadOptions = TWO) -> None:
        self.bulkhead = Bulkhead(options)
        self.seated: list[tuple[str, float]] = []

    async def enter(self, name: str, *, stays: float = 1.0, deadline: float | None = None) -> float:
        """The milliseconds that *name* waited for a seat."""
        one = call(deadline=deadline)
        await through(self.bulkhead, one, lambda: self._sit(name, stays))
        return one.waited_ms

    def come(self, names: str, *, stays: float = 1.0) -> list[asyncio.Task[float]]:
        """All *names* at once."""
        return [asyncio.create_task(self.enter(name, stays=stays)) for name in names]

    async def _sit(self, name: str, stays: float) -> None:
        self.seated.append((name, asyncio.get_running_loop().time()))
        await asyncio.sleep(stays)


async def test_only_so_many_are_out_at_once_and_the_rest_waits_in_order() -> None:
    """Two seats, five callers: who came first sits first, and each knows how long it waited."""
    room = Room()
    waited = await asyncio.gather(*room.come("abcde"))
    assert room.seated == [("a", 0.0), ("b", 0.0), ("c", 1.0), ("d", 1.0), ("e", 2.0)]
    assert waited == [0.0, 0.0, 1000.0, 1000.0, 2000.0]
    assert (room.bulkhead.taken, room.bulkhead.waiting) == (0, 0)


async def test_who_finds_seats_and_line_full_is_refused_at_once() -> None:
    """The refusal holds the numbers, and cost no time."""
    room = Room()
    tasks = room.come("abcde", stays=1.5)
    await asyncio.sleep(0.5)
    error = await caught(room.enter("f"))
    assert isinstance(error, BulkheadFull)
    assert (error.seats, error.waiting, room.bulkhead.refused) == (2, 3, 1)
    assert str(error) == (
        "all 2 seats of sun shine are taken and 3 other calls wait (waited 0.0 s)"
    )
    assert asyncio.get_running_loop().time() == 0.5
    await asyncio.gather(*tasks)


@pytest.mark.parametrize(("deadline", "waits"), [(None, 4.0), (9.0, 4.0), (1.5, 1.5)])
async def test_nobody_waits_longer_than_allowed_nor_than_its_deadline(
    deadline: float | None, waits: float
) -> None:
    """The shorter of both bounds the wait; who then leaves is refused and gone from the line."""
    room = Room(ONE)
    first = room.come("a", stays=32.0)
    await asyncio.sleep(0.0)
    one = call(deadline=deadline)
    error = await caught(through(room.bulkhead, one, Provider("light")))
    assert isinstance(error, BulkheadFull)
    assert (one.waited_ms, asyncio.get_running_loop().time()) == (waits * 1000, waits)
    assert (room.bulkhead.waiting, room.bulkhead.taken) == (0, 1)
    await asyncio.gather(*first)


async def test_who_leaves_the_line_holds_up_nobody() -> None:
    """The next one moves up, and the line has room again."""
    room = Room(ONE)
    tasks = room.come("abcd")
    await asyncio.sleep(0.5)
    tasks[1].cancel()
    await asyncio.sleep(0.0)
    assert room.bulkhead.waiting == 2
    tasks += room.come("e")
    await asyncio.gather(*tasks, return_exceptions=True)
    assert room.seated == [("a", 0.0), ("c", 1.0), ("d", 2.0), ("e", 3.0)]


async def test_a_seat_handed_to_who_just_left_is_handed_on() -> None:
    """Cancelled between getting the seat and sitting down: the next in line sits."""
    room = Room(ONE)

    async def leave_and_cancel_the_next() -> None:
        await room.enter("a")
        tasks[0].cancel()

    first = asyncio.create_task(leave_and_cancel_the_next())
    tasks = room.come("bc")
    await asyncio.gather(first, *tasks, return_exceptions=True)
    assert room.seated == [("a", 0.0), ("c", 1.0)]
    assert room.bulkhead.taken == 0


async def test_who_is_cancelled_as_a_seat_becomes_free_is_passed_over() -> None:
    """Cancelled before the seat was handed: it goes to the next, and the line stays sound."""
    room = Room(ONE)
    tasks = room.come("abc")
    await asyncio.sleep(0.5)
    tasks[0].cancel()
    tasks[1].cancel()
    gone = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result) for result in gone] == [asyncio.CancelledError] * 2 + [float]
    assert room.seated == [("a", 0.0), ("c", 0.5)]
    assert (room.bulkhead.taken, room.bulkhead.waiting) == (0, 0)


@pytest.mark.parametrize("ends", [KeyError("bug"), asyncio.CancelledError(), SystemExit()])
async def test_a_seat_comes_back_however_a_call_ends(ends: BaseException) -> None:
    """Failure, cancellation, exit: the seat is free again."""
    bulkhead = Bulkhead(ONE)

    async def answer() -> None:
        raise ends

    assert await caught(through(bulkhead, call(), answer)) is ends
    assert bulkhead.taken == 0


async def test_a_wait_that_is_cut_short_is_counted_as_far_as_it_went() -> None:
    """Who is cancelled in line has waited that long."""
    room, one = Room(ONE), call()
    first = room.come("a", stays=8.0)
    await asyncio.sleep(0.0)
    gone = await cancelled_after(1.25, through(room.bulkhead, one, Provider("light")))
    assert isinstance(gone, asyncio.CancelledError)
    assert (one.waited_ms, room.bulkhead.waiting) == (1250.0, 0)
    await asyncio.gather(*first)


async def test_a_held_answer_keeps_its_seat_until_it_ends() -> None:
    """An open stream sits; its end, good or bad, frees the seat exactly once."""
    bulkhead = Bulkhead(ONE)

    async def opened(one: Call) -> str:
        one.held = True
        return "stream"

    ends: tuple[BaseException | None, ...] = (None, KeyError())
    for error in ends:
        one = call()
        assert await compose([bulkhead], opened)(one) == "stream"
        assert bulkhead.taken == 1
        one.end(error)
        one.end(None)
        assert bulkhead.taken == 0


@pytest.mark.parametrize("options", [{"max_waiting": 0}, {"max_wait_seconds": 0.0}])
async def test_without_waiting_free_seats_are_still_given(options: dict[str, int]) -> None:
    """Zero patience means no line, not no service."""
    room = Room(BulkheadOptions(seats=2, **options))
    results = await asyncio.gather(*room.come("abcd"), return_exceptions=True)
    assert [type(result) for result in results] == [float, float, BulkheadFull, BulkheadFull]
    assert [waited for waited in results if isinstance(waited, float)] == [0.0, 0.0]


async def test_a_free_seat_makes_no_future_and_no_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who need not wait pays for no waiting."""
    loop = asyncio.get_running_loop()
    made: list[str] = []

    def noted(name: str) -> Callable[..., object]:
        return lambda *_: made.append(name)

    for name in ("create_future", "call_later", "call_at", "create_task"):
        monkeypatch.setattr(loop, name, noted(name))

    async def answer() -> str:
        return "light"

    assert await through(Bulkhead(), call(), answer) == "light"
    monkeypatch.undo()
    assert made == []


@pytest.mark.parametrize("wrong", [{"seats": 0}, {"max_waiting": -1}, {"max_wait_seconds": -1}])
def test_impossible_options_are_refused_with_their_values(wrong: dict[str, int]) -> None:
    """The error shows the options as they were given."""
    ((name, value),) = wrong.items()
    with pytest.raises(ValueError, match=rf"bulkhead needs .* got .*{name}={value}"):
        BulkheadOptions(**wrong)
