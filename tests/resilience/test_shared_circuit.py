"""The rules of a breaker that several processes share, one example each, by hand."""

import asyncio

from tests.resilience.sharing_place import Place, at_once


def opened(count: int = 2) -> Place:
    """A place where the first opened, all know it, and it is time to probe."""
    place = Place(count)
    place.opens(0)
    place.look_all()
    place.now = 10.0
    return place


def test_opened_in_one_it_is_open_in_all() -> None:
    """With the remaining time, the reason, and no time zone or wall clock in between."""
    place = Place()
    place.opens(0)
    place.look(0)
    place.now = 4.0
    place.look(1)
    other = place.breakers[1].circuit
    assert (other.name, other.reason) == ("open", "2 failures in a row")
    assert other.retry_in_seconds(4.0) == 6.0


def test_a_move_is_told_once_and_what_was_heard_is_not_told_back() -> None:
    """After a round nobody has anything to say."""
    place = Place()
    place.opens(0)
    place.look_all()
    assert [breaker.move(place.now) for breaker in place.breakers] == [None, None]


def test_half_open_herd_one_process_probes_at_a_time() -> None:
    """Ten processes flooded by callers let exactly one call out; its success closes all."""
    place = opened(10)
    went_out = 0
    for _ in range(5):
        went_out += sum(not place.is_refused(n % 10) for n in range(200))
        place.look_all()
    assert went_out == 1
    holder = place.names.index("half_open")
    circuit = place.breakers[holder].circuit
    circuit.record(circuit.generation, 1, True, place.now)
    place.look_all()
    place.look_all()
    assert place.names == ["closed"] * 10


def test_who_opened_it_probes_without_being_asked_to() -> None:
    """Leave is fetched as soon as it is due, so that the first caller is the probe."""
    place = opened()
    place.look(0)
    assert not place.is_refused(0)
    assert place.is_refused(0)


def test_a_failed_probe_opens_it_longer_everywhere() -> None:
    """The open time grows whichever process probes."""
    place = opened()
    assert place.is_refused(1)
    place.look(1)
    circuit = place.breakers[1].circuit
    circuit.record(circuit.admit(10.0), 7, False, 10.0)
    place.look(1)
    place.look(0)
    assert place.breakers[0].circuit.retry_in_seconds(10.0) == 20.0


def test_a_cancelled_probe_lets_the_next_caller_out() -> None:
    """The leave stays; no refusal in between renews or blocks anything."""
    place = opened()
    place.look(0)
    circuit = place.breakers[0].circuit
    permit = circuit.admit(10.0)
    assert [place.is_refused(n) for n in (0, 1, 0, 1)] == [True] * 4
    circuit.give_back(permit)
    assert not place.is_refused(0)


def test_a_process_that_died_probing_blocks_nobody_for_long() -> None:
    """Its leave ends by itself, however often the others were refused meanwhile."""
    place = opened()
    place.look(0)
    assert not place.is_refused(0)
    while place.now < 11.9:
        assert place.is_refused(1)
        place.look(1)
        place.now += 0.2
    place.now = 12.1
    place.look(1)
    assert not place.is_refused(1)


def test_who_does_not_use_the_leave_hands_it_on() -> None:
    """A process without callers gives back what another one wants, after a second."""
    place = opened()
    place.look(0)
    for _ in range(12):
        assert place.is_refused(1) or place.now > 11.0
        place.look(1)
        place.look(0)
        place.now += 0.1
    place.look(1)
    assert place.breakers[1].may_probe(place.now)
    assert not place.breakers[0].may_probe(place.now)


def test_out_of_reach_each_probes_by_itself() -> None:
    """Nobody to ask: an ordinary circuit."""
    place = opened()
    place.links[1].is_up = False
    assert not place.is_refused(1)
    assert place.is_refused(1)


def test_an_operators_word_reaches_all_and_beats_every_other_move() -> None:
    """Forced in one while another opens by failures: forced in both, and released in both."""
    place = Place()
    place.opens(1)
    place.look(1)
    place.breakers[0].circuit.force("forced_closed", 0.0, "force by ops")
    place.look_all()
    assert place.names == ["forced_closed", "forced_closed"]
    place.breakers[1].circuit.force("closed", 0.0, "reset by ops")
    place.look(1)
    place.look(0)
    assert place.names == ["closed", "closed"]


def test_of_two_that_moved_alone_the_first_to_tell_is_followed() -> None:
    """A late move based on what is no longer so changes nothing."""
    place = opened()
    for link in place.links:
        link.is_up = False
    for number in (0, 1):
        assert not place.is_refused(number)
        circuit = place.breakers[number].circuit
        circuit.record(circuit.generation, 3, number == 0, place.now)
    assert place.names == ["closed", "open"]
    place.look_all()
    assert place.names == ["closed", "closed"]


def test_a_loss_of_data_is_repaired_and_lets_no_second_probe_out() -> None:
    """Open stays open; the leave of before runs out before a new one is given."""
    place = opened()
    place.look(0)
    assert not place.is_refused(0)
    place.state.forget()
    place.look(1)
    assert place.is_refused(1)
    while place.now < 11.9:
        place.look(1)
        assert place.is_refused(1)
        place.now += 0.2
    place.now = 12.5
    place.look(1)
    assert not place.is_refused(1)


def test_closed_and_closed_is_no_move() -> None:
    """Hearing that others are closed forgets none of one's own failures."""
    place = opened()
    place.look(0)
    circuit = place.breakers[0].circuit
    circuit.record(circuit.admit(10.0), 1, True, 10.0)
    circuit.record(circuit.admit(10.0), 2, False, 10.0)
    place.look(0)
    assert circuit.consecutive_failures == 1


async def test_memory_never_waits() -> None:
    """What `at_once` relies on: an answer from memory suspends nobody."""
    place = Place()
    await asyncio.wait_for(place.state.close(), 0.0001)
    assert at_once(place.state.lease([])) == []


def test_leave_for_an_earlier_opening_is_none_for_this_one() -> None:
    """An answer that comes after the breaker moved on lets nothing out."""
    place = opened()
    breaker = place.breakers[0]
    ask = breaker.probe_ask(10.0, "0")
    assert ask is not None
    (leave,) = at_once(place.state.probe([ask]))
    place.breakers[1].circuit.force("closed", 10.0, "reset by ops")
    place.look(1)
    place.opens(1)
    place.look(1)
    place.look(0)
    breaker.answered(ask, leave, 10.0)
    assert leave.granted
    assert not breaker.may_probe(10.0)
