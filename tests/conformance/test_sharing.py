"""What every place where processes meet must do: `SharedState`, on memory and real servers."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, get_args

import pytest

from holdfast.events import BreakerName
from holdfast.resilience.shared import (
    Key,
    LeaseAsk,
    Move,
    Position,
    ProbeAsk,
    ProbeLeave,
    SharedState,
)

if TYPE_CHECKING:
    from tests.conformance.sharing_servers import Meet

pytestmark = pytest.mark.real_time
pytest_plugins = ("tests.conformance.sharing_servers",)

SUN = ("sun", "shine")
MOON = ("moon", "shine")

SLACK = 0.2
"""Seconds that a busy machine may lose between two lines of a test."""


def opening(generation: int = 0, seconds: float = 60.0, reason: str = "5 in a row") -> Move:
    """The breaker of SUN, known in *generation*, opens for *seconds*."""
    return Move(SUN, Position(generation, "open", seconds, 60.0, reason))


def asking(holder: str, generation: int, seconds: float = 30.0) -> ProbeAsk:
    """*holder* wants to probe SUN."""
    return ProbeAsk(SUN, generation, holder, seconds)


def wanting(count: int, member: str = "a", *, owed: int = 0, block: float = 0.0) -> LeaseAsk:
    """*count* admissions of a rate of one in ten seconds, five at once."""
    return LeaseAsk("sun", 10.0, 5, count, owed, block, member)


async def look(state: SharedState, known: dict[Key, int]) -> Mapping[Key, Position]:
    """What moved."""
    return (await state.look("a", known)).moved


async def tell(state: SharedState, move: Move) -> tuple[bool, Position]:
    """One move told."""
    (told,) = await state.tell([move])
    return told


async def probe(state: SharedState, ask: ProbeAsk) -> ProbeLeave:
    """One leave asked for."""
    (leave,) = await state.probe([ask])
    return leave


async def granted(state: SharedState, ask: LeaseAsk) -> int:
    """How many admissions one ask gets."""
    (lease,) = await state.lease([ask])
    return lease.granted


async def test_who_knows_all_is_told_nothing(meet: "Meet") -> None:
    """Looking answers with what stands otherwise, which at first is nothing."""
    async with meet() as place:
        state = place.join()
        assert await look(state, {}) == {}
        assert await look(state, {SUN: 0, MOON: 0}) == {}
        assert await state.tell([]) == []
        assert await state.probe([]) == []
        assert await state.lease([]) == []


async def test_who_looks_is_counted(meet: "Meet") -> None:
    """Everybody knows how many share at all."""
    async with meet() as place:
        state = place.join()
        members = [(await state.look(member, {})).members for member in ("a", "b", "a")]
        assert members == [1, 2, 2]


async def test_a_move_is_seen_by_others_with_all_it_says(meet: "Meet") -> None:
    """One tells, another sees name, reason and times; once known it is not news."""
    async with meet() as place:
        one, other = place.join(), place.join()
        accepted, position = await tell(one, opening(reason="naïve ☀ answer"))
        assert accepted
        seen = await look(other, {MOON: 0, SUN: 0})
        assert list(seen) == [SUN]
        assert seen[SUN].generation == position.generation != 0
        assert seen[SUN][1:2] + seen[SUN][3:] == ("open", 60.0, "naïve ☀ answer")
        assert 60.0 - SLACK < seen[SUN].remaining_seconds <= 60.0
        assert await look(other, {SUN: position.generation}) == {}
        await place.wait(0.5)
        later = await look(other, {SUN: 0})
        assert 60.0 - 0.5 - SLACK < later[SUN].remaining_seconds <= 59.5


@pytest.mark.parametrize("name", get_args(BreakerName))
async def test_every_place_a_breaker_can_stand_in_crosses(meet: "Meet", name: BreakerName) -> None:
    """Forced and disabled ones are shared as open ones are."""
    async with meet() as place:
        state = place.join()
        await tell(state, Move(SUN, Position(0, name, reason="drill by ops")))
        seen = (await look(state, {SUN: 0}))[SUN]
        assert (seen.name, seen.reason) == (name, "drill by ops")


async def test_a_mover_that_missed_a_move_is_told_instead(meet: "Meet") -> None:
    """Only who knew where it stood can move it; whoever did not learns where it stands."""
    async with meet() as place:
        one, other = place.join(), place.join()
        _, opened = await tell(one, opening())
        accepted, standing = await tell(other, Move(SUN, Position(0, "closed")))
        assert not accepted
        assert (standing.generation, standing.name) == (opened.generation, "open")
        accepted, closed = await tell(other, Move(SUN, Position(opened.generation, "closed")))
        assert accepted
        assert closed.generation > opened.generation


async def test_of_many_movers_at_once_one_is_accepted(meet: "Meet") -> None:
    """A move is one step: there is no moment between looking and moving."""
    async with meet() as place:
        state = place.join()
        told = await asyncio.gather(*(tell(state, opening()) for _ in range(4)))
        assert sorted(accepted for accepted, _ in told) == [False, False, False, True]
        assert len({position.generation for _, position in told}) == 1


async def test_an_operators_word_stands_whatever_others_did(meet: "Meet") -> None:
    """A move that insists needs to know nothing."""
    async with meet() as place:
        state = place.join()
        await tell(state, opening())
        forced = Move(SUN, Position(0, "forced_open", reason="drill"), insists=True)
        accepted, position = await tell(state, forced)
        assert (accepted, position.name) == (True, "forced_open")


async def test_after_a_loss_of_data_everything_is_forgotten_and_nothing_confused(
    meet: "Meet",
) -> None:
    """Who knew something is told generation 0, and no later generation equals an earlier one."""
    async with meet() as place:
        state = place.join()
        _, before = await tell(state, opening())
        await place.forget()
        assert await look(state, {SUN: before.generation}) == {SUN: Position(0)}
        accepted, after = await tell(state, opening())
        assert accepted
        assert after.generation != before.generation


async def test_nobody_probes_before_the_open_time_is_over(meet: "Meet") -> None:
    """Leave is given for an open breaker that is due, in the generation meant."""
    async with meet() as place:
        state = place.join()
        assert await probe(state, asking("a", 0)) == (False, False)
        _, opened = await tell(state, opening(seconds=0.3))
        assert await probe(state, asking("a", opened.generation)) == (False, False)
        await place.wait(0.35)
        assert await probe(state, asking("a", opened.generation - 1)) == (False, False)
        assert await probe(state, asking("a", opened.generation)) == (True, False)
        _, closed = await tell(state, Move(SUN, Position(opened.generation, "closed")))
        assert await probe(state, asking("a", closed.generation)) == (False, False)


async def test_of_a_flood_of_holders_one_may_probe(meet: "Meet") -> None:
    """Exactly one gets leave; it learns that others wait, and may ask for more time."""
    async with meet() as place:
        state = place.join()
        _, opened = await tell(state, opening(seconds=0.0))
        asks = [asking(f"holder {n}", opened.generation) for n in range(30)]
        leaves = await state.probe(asks)
        assert [leave.granted for leave in leaves] == [True] + [False] * 29
        assert await probe(place.join(), asks[0]) == (True, True)
        await place.wait(1.1)
        assert await probe(state, asks[0]) == (True, False), "a wish is forgotten"


async def test_leave_given_back_goes_to_the_next(meet: "Meet") -> None:
    """Only the holder can give it back."""
    async with meet() as place:
        state = place.join()
        _, opened = await tell(state, opening(seconds=0.0))
        assert (await probe(state, asking("a", opened.generation))).granted
        await probe(state, asking("b", opened.generation, 0.0))
        assert not (await probe(state, asking("b", opened.generation))).granted
        await probe(state, asking("a", opened.generation, 0.0))
        assert (await probe(state, asking("b", opened.generation))).granted


async def test_leave_ends_with_a_holder_that_is_heard_of_no_more(meet: "Meet") -> None:
    """No refusal of others renews it."""
    async with meet() as place:
        state = place.join()
        _, opened = await tell(state, opening(seconds=0.0))
        assert (await probe(state, asking("dead", opened.generation, 0.4))).granted
        for _ in range(2):
            assert not (await probe(state, asking("b", opened.generation))).granted
            await place.wait(0.05)
        await place.wait(0.35)
        assert (await probe(state, asking("b", opened.generation))).granted


async def test_a_rate_hands_out_its_burst_and_then_its_rate(meet: "Meet") -> None:
    """Five at once to whoever asks first, then one each interval; the time until then is told."""
    async with meet() as place:
        one, other = place.join(), place.join()
        assert await granted(one, wanting(3)) == 3
        (lease,) = await other.lease([wanting(9, "b")])
        assert lease[0] == 2
        assert 10.0 - SLACK < lease.empty_seconds <= 10.0
        assert await granted(one, wanting(1)) == 0
        quick = LeaseAsk("quick", 0.4, 1, 5, 0, 0.0, "a")
        assert await granted(one, quick) == 1
        assert await granted(other, quick) == 0
        await place.wait(0.45)
        assert await granted(other, quick) == 1


async def test_nobody_gets_more_at_once_than_his_part(meet: "Meet") -> None:
    """Of a burst of five for two, one gets three, and the rest when he asks again."""
    async with meet() as place:
        state = place.join()
        await granted(state, wanting(0, "b"))
        assert [await granted(state, wanting(9)) for _ in range(3)] == [3, 2, 0]


async def test_what_was_taken_unasked_is_taken_off_first(meet: "Meet") -> None:
    """Owed admissions are a debt to wait for; what is given back may be taken again."""
    async with meet() as place:
        state = place.join()
        assert await granted(state, wanting(9, owed=3)) == 2
        (lease,) = await state.lease([wanting(0, owed=2)])
        assert 30.0 - SLACK < lease.empty_seconds <= 30.0
        assert await granted(state, wanting(9, owed=-4)) == 2
        assert await granted(state, wanting(9, owed=-99)) == 5, "never more than the burst"


async def test_a_provider_that_asked_for_a_pause_gets_it_from_all(meet: "Meet") -> None:
    """Until then nobody is granted anything, a shorter pause shortens nothing."""
    async with meet() as place:
        one, other = place.join(), place.join()
        await one.lease([wanting(0, block=0.4)])
        (lease,) = await other.lease([wanting(2, "b", block=0.1)])
        assert lease.granted == 0
        assert 0.4 - SLACK < lease.blocked_seconds <= lease.empty_seconds <= 0.4
        await place.wait(0.45)
        (lease,) = await other.lease([wanting(2, "b")])
        assert (lease.granted, lease.blocked_seconds) == (2, 0.0)


async def test_everybody_knows_how_many_share_a_rate(meet: "Meet") -> None:
    """Members are counted for each rate by itself."""
    async with meet() as place:
        state = place.join()
        leases = await state.lease([wanting(0, "a"), wanting(0, "b"), wanting(1, "a")])
        assert [lease.members for lease in leases] == [1, 2, 2]
        elsewhere = wanting(0)._replace(name="tenant 7 of the moon")
        assert [lease.members for lease in await state.lease([elsewhere])] == [1]


async def test_many_at_once_get_no_more_than_there_is(meet: "Meet") -> None:
    """Whoever asks in whatever order: the burst, and not one more."""
    async with meet() as place:
        states = [place.join(), place.join()]
        counts = await asyncio.gather(
            *(granted(states[n % 2], wanting(1, f"m{n}")) for n in range(8))
        )
        assert sum(counts) == 5


async def test_a_loss_of_data_makes_a_rate_new(meet: "Meet") -> None:
    """The scripts come back by themselves, and so does the burst."""
    async with meet() as place:
        state = place.join()
        assert await granted(state, wanting(9)) == 5
        await place.forget()
        assert await granted(state, wanting(9)) == 5
