"""The rules of a rate that several processes share, one example each, by hand."""

import asyncio
from dataclasses import dataclass, field

import pytest

from holdfast.clock import Clock
from holdfast.resilience.limiter import LimiterOptions
from holdfast.resilience.shared import SharingOptions
from holdfast.resilience.shared_link import Link
from holdfast.resilience.shared_memory import MemorySharedState
from holdfast.resilience.shared_rate import SharedBucket, SharedRate
from tests.resilience.sharing_place import at_once

OPTIONS = LimiterOptions(calls=10, per_seconds=10.0, burst=8)
GRAIN = 1e-5


@dataclass
class Place:
    """Processes that share one rate of one call a second; answers come when the test lets them."""

    count: int = 2
    options: LimiterOptions = OPTIONS
    now: float = 100.0
    asked: list[SharedBucket] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.state = MemorySharedState(lambda: self.now)
        clock = Clock(lambda: self.now, lambda: self.now)
        self.link = Link(SharingOptions(), clock, lambda: 1.0, lambda status: None)
        self.link.is_up, self.link.joins, self.link.members = True, 1, self.count
        self.rates = [
            SharedRate("sun", self.options, self.link, self.asked.append) for _ in range(self.count)
        ]

    def take(self, number: int, most: int = 100) -> int:
        """How many calls of the process *number* go at once."""
        return next((n for n in range(most) if self.rates[number].reserve(self.now) > 0), most)

    def answer(self) -> None:
        """Everybody who asked is answered, in the order of asking."""
        while self.asked:
            rate = self.asked.pop(0)
            assert isinstance(rate, SharedRate)
            ask = rate.ask(self.now, str(self.rates.index(rate)))
            (lease,) = at_once(self.state.lease([ask]))
            rate.leased(ask, lease, self.now)


def settled(count: int = 2) -> Place:
    """A place where everybody called once, was answered, and what was used is made up for."""
    place = Place(count)
    for number in (*range(count), *range(count)):
        assert place.take(number, 1) == 1
        place.answer()
        place.now += 5.0
    return place


def test_the_first_call_asks_nobody() -> None:
    """It goes on the share at once, is owed, and makes the process ask."""
    place = Place()
    assert place.rates[0].reserve(place.now) == 0.0
    assert place.asked == [place.rates[0]]
    ask = place.rates[0].ask(place.now, "a")
    assert (ask.owed, ask.wanted, ask.interval_seconds, ask.burst) == (1, 0, 1.0, 8)


def test_what_is_given_back_is_everybodys_again() -> None:
    """The debt is less by it, and so is what is used of the share."""
    place = settled()
    place.now += 60.0
    rate = place.rates[0]
    assert [rate.reserve_several(place.now, 3), rate.share.used(place.now)] == [0.0, 3]
    rate.give_back(place.now, 3)
    assert rate.share.used(place.now) == 0
    place.answer()
    (lease,) = at_once(place.state.lease([rate.ask(place.now, "0")]))
    assert lease.empty_seconds == 0.0


def test_further_calls_give_the_answer_a_millisecond() -> None:
    """Not more: unanswered, the share decides - half of the burst for each of two."""
    place = Place()
    assert place.take(0) == 1
    assert place.rates[0].wait_seconds(place.now) == pytest.approx(0.001)
    place.now += 0.0011
    assert place.take(0) == 3
    assert place.rates[0].wait_seconds(place.now) == pytest.approx(2.0, abs=0.01)


def test_answered_in_time_one_process_gets_what_the_others_leave() -> None:
    """A single busy process uses the whole rate, not only its share."""
    place = settled()
    taken = 0
    for _ in range(20):
        taken += place.take(0)
        place.answer()
    assert taken == 8
    assert place.rates[0].wait_seconds(place.now) == pytest.approx(1.0)


def test_leases_are_fetched_before_they_are_gone() -> None:
    """Under steady demand the next ones are asked for while there are some left."""
    place = Place(1, LimiterOptions(calls=1_000, per_seconds=1.0, burst=100))
    for _ in range(30):
        place.take(0, 1)
        place.now += 0.002
        place.answer()
    assert place.rates[0].reserve(place.now) == 0.0
    assert place.rates[0]._owed == 0
    while not place.asked:
        assert place.rates[0].reserve(place.now) == 0.0
    assert place.rates[0]._leased > 0


def test_a_used_up_rate_is_not_asked_again_before_there_is_something() -> None:
    """The others said when; waiting for it asks nobody."""
    place = settled()
    while place.take(0):
        place.answer()
    waits = [place.rates[0].wait_seconds(place.now, ahead) for ahead in (0, 1)]
    assert waits == pytest.approx([1.0, 3.0]), "behind others: at the pace of the share"
    assert place.asked == []


def test_unused_leases_are_given_back() -> None:
    """After a second they are nobody's, and the next question returns them."""
    place = settled()
    rate = place.rates[0]
    place.take(0, 1)
    rate.wait_seconds(place.now, 2)
    place.answer()
    assert rate._leased == 3
    place.now += 1.1
    assert rate.reserve(place.now) == 0.0
    assert rate.ask(place.now, "0").owed == 1 - 3


def test_out_of_reach_the_share_alone_decides_and_nothing_is_owed() -> None:
    """Of eight at once that two share, each lets four out, and then one each two seconds."""
    place = Place()
    place.link.is_up = False
    assert [place.take(0), place.take(1)] == [4, 4]
    assert place.rates[0].wait_seconds(place.now) == pytest.approx(2.0)
    place.now += 2.0 + GRAIN
    assert [place.take(0), place.take(1)] == [1, 1]
    assert place.asked == []
    assert place.rates[0]._owed == 0


def test_back_in_reach_what_is_used_of_the_share_is_owed() -> None:
    """The others learn how full the bucket is; a long time alone is no debt."""
    place = Place()
    place.link.is_up = False
    for _ in range(500):
        place.take(0)
        place.now += 1.0
    place.link.is_up = True
    place.link.joins += 1
    place.take(0)
    ask = place.rates[0].ask(place.now, "0")
    assert 0 < ask.owed <= 4


def test_a_hung_answer_delays_nobody_twice() -> None:
    """After its millisecond every further call is decided at once, answered or not."""
    place = Place()
    place.take(0)
    place.now += 0.002
    place.take(0)
    for _ in range(10):
        place.now += 2.0 + GRAIN
        assert place.rates[0].reserve(place.now) == 0.0
    assert len(place.asked) == 1


def test_a_provider_that_asked_one_process_for_a_pause_gets_it_from_all() -> None:
    """The next answer tells the others; it is believed for an hour at most."""
    place = settled()
    place.rates[0].block(place.now, 30.0)
    place.answer()
    assert place.rates[0].wait_seconds(place.now) == pytest.approx(30.0)
    assert place.take(1) == 1, "it could not know yet"
    place.answer()
    assert place.rates[1].wait_seconds(place.now) == pytest.approx(30.0)
    assert place.rates[1].full_in_seconds(place.now) == pytest.approx(30.0)
    place.rates[0].block(place.now, 1e9)
    assert place.rates[0].wait_seconds(place.now) == pytest.approx(3600.0)


def test_a_call_that_costs_several_places_takes_them_all_or_none() -> None:
    """Leased together; alone, one that costs more than the share holds goes when that is full."""
    place = settled(4)
    rate = place.rates[0]
    while (wait := rate.reserve_several(place.now, 5)) > 0:
        assert wait <= 1.0
        place.answer()
    assert rate.used.total == 5
    place.link.is_up = False
    other = place.rates[1]
    assert other.reserve_several(place.now, 5) == 0.0
    assert other.reserve_several(place.now, 5) > 5.0
    assert other.reserve_several(place.now + 19.0, 5) > 0.0
    assert other.reserve_several(place.now + 20.0 + GRAIN, 5) == 0.0


def test_who_cannot_wait_is_decided_at_once() -> None:
    """With a longest wait of zero there is no millisecond to give."""
    place = Place(2, LimiterOptions(calls=10, per_seconds=10.0, burst=8, max_wait_seconds=0.0))
    assert place.take(0) == 4


async def test_who_waits_is_woken_by_the_answer() -> None:
    """And by the end of the time, whichever comes first."""
    loop, place = asyncio.get_running_loop(), Place()
    place.take(0)
    loop.call_later(0.25, place.answer)
    await place.rates[0].pause(60.0)
    assert loop.time() == pytest.approx(0.25)
    await place.rates[0].pause(1.0)
    assert loop.time() == pytest.approx(1.25)
