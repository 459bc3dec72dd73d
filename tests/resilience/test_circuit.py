"""The circuit's rules, one example each; `test_circuit_machine` tries every order of them."""

import pytest

from holdfast.resilience.circuit import BreakerOptions, Circuit, Refused


def circuit(**options: float) -> Circuit:
    """A circuit without jitter that opens at three failures in a row for ten seconds."""
    chosen = {
        "consecutive_failures": 3,
        "open_seconds": 10.0,
        "jitter": 0.0,
        "rates": None,
        **options,
    }
    return Circuit(BreakerOptions(**chosen), lambda: 1.0)  # type: ignore[arg-type]


def opened(**options: float) -> Circuit:
    """The same, opened at 0 s."""
    one = circuit(**options)
    for call_id in range(1, one.options.consecutive_failures + 1):
        one.record(one.admit(0.0), call_id, False, 0.0)
    assert one.name == "open"
    return one


def refusal(one: Circuit, now: float) -> Refused:
    """What `admit` refuses with."""
    with pytest.raises(Refused) as caught:
        one.admit(now)
    return caught.value


def test_opens_after_exactly_the_configured_number_in_a_row() -> None:
    """The last of *consecutive_failures* opens it, and says why; a success in between resets."""
    one = circuit()
    for call_id, succeeded in enumerate([False, False, True, False, False], start=1):
        one.record(one.admit(1.0), call_id, succeeded, 1.0)
    assert one.name == "closed"
    one.record(one.admit(2.0), 6, False, 2.0)
    assert (one.name, one.reason, one.trips) == ("open", "3 failures in a row", 1)
    assert refusal(one, 5.0).retry_in_seconds == 7.0
    assert one.refused == 1


def test_one_call_alone_never_opens_it() -> None:
    """However often one call's attempts fail, only another call's failure makes it evidence."""
    one = circuit()
    for _ in range(50):
        one.record(one.admit(0.0), 7, False, 0.0)
    assert one.name == "closed"
    one.record(one.admit(0.0), 8, False, 0.0)
    assert (one.name, one.reason) == ("open", "51 failures in a row")


def test_an_old_failure_of_another_call_is_not_evidence_for_ever() -> None:
    """The second failing call must be part of the streak, not somewhere before a success."""
    one = circuit()
    one.record(one.admit(0.0), 1, False, 0.0)
    one.record(one.admit(1.0), 2, True, 1.0)
    for _ in range(5):
        one.record(one.admit(2.0), 3, False, 2.0)
    assert one.name == "closed"


def test_probes_after_the_open_time_and_closes_when_they_succeed() -> None:
    """Exactly *probes* go out, the rest is refused, and their success closes it."""
    one = opened(probes=2)
    refusal(one, 9.99)
    permits = [one.admit(10.0), one.admit(10.0)]
    assert (one.name, one.probes_in_flight) == ("half_open", 2)
    assert refusal(one, 10.0).retry_in_seconds == 1.0
    one.record(permits[0], 10, True, 10.5)
    assert one.name == "half_open"
    refusal(one, 10.5)
    one.record(permits[1], 11, True, 11.0)
    assert (one.name, one.reason) == ("closed", "2 probe(s) succeeded")


def test_a_probe_given_back_lets_the_next_one_out() -> None:
    """A cancelled probe says nothing: another may go, the circuit stays half open."""
    one = opened()
    one.give_back(one.admit(10.0))
    assert (one.name, one.probes_in_flight) == ("half_open", 0)
    one.record(one.admit(10.0), 9, True, 10.0)
    assert one.name == "closed"


def test_failed_probes_reopen_it_longer_and_longer_within_bounds() -> None:
    """10, 15, 22.5, 30, 30 s ...; a good probe starts again at 10 s."""
    one, now, spans = opened(growth=1.5, max_open_seconds=30.0), 0.0, []
    for call_id in range(5):
        spans.append(one.retry_in_seconds(now))
        now += spans[-1] or 0.0
        one.record(one.admit(now), call_id, False, now)
    assert spans == [10.0, 15.0, 22.5, 30.0, 30.0]
    assert one.reason == "a probe failed"
    now += 30.0
    one.record(one.admit(now), 50, True, now)
    for call_id in range(3):
        one.record(one.admit(now), call_id, False, now)
    assert one.retry_in_seconds(now) == 10.0


def test_weeks_of_failed_probes_do_not_overflow() -> None:
    """The open time stays finite however many probes in a row failed."""
    one, now = opened(growth=10.0, max_open_seconds=20.0), 0.0
    for call_id in range(2000):
        now += one.retry_in_seconds(now) or 0.0
        one.record(one.admit(now), call_id, False, now)
    assert one.retry_in_seconds(now) == pytest.approx(20.0)


def test_the_first_open_time_is_the_asked_one_even_above_the_maximum() -> None:
    """*max_open_seconds* bounds the growth, not what was asked for."""
    one = opened(open_seconds=900.0, max_open_seconds=600.0)
    assert one.retry_in_seconds(0.0) == 900.0
    one.record(one.admit(900.0), 9, False, 900.0)
    assert one.retry_in_seconds(900.0) == 900.0


def test_jitter_adds_at_most_its_share() -> None:
    """With the random draw at its top the open time is longer by *jitter* of it."""
    assert opened(jitter=0.1).retry_in_seconds(0.0) == pytest.approx(11.0)


@pytest.mark.parametrize("succeeded", [True, False])
def test_late_answers_change_nothing(succeeded: bool) -> None:
    """What was asked before the circuit opened neither closes nor reopens it."""
    one = circuit()
    late = one.admit(0.0)
    for call_id in range(3):
        one.record(one.admit(0.0), call_id, False, 0.0)
    one.record(late, 50, succeeded, 5.0)
    assert one.name == "open"
    one.admit(10.0)
    one.record(late, 51, succeeded, 10.0)
    one.give_back(late)
    assert (one.name, one.probes_in_flight) == ("half_open", 1)


def test_forced_states_hold_until_released() -> None:
    """Results move a forced circuit nowhere; released, it starts afresh."""
    one = circuit()
    one.force("forced_open", 0.0, "drill")
    assert refusal(one, 1e9).retry_in_seconds is None
    for name in ("forced_closed", "disabled"):
        one.force(name, 0.0, "drill")
        for call_id in range(50):
            one.record(one.admit(0.0), call_id, False, 0.0)
        assert (one.name, one.retry_in_seconds(0.0)) == (name, 0.0)
    one.force("closed", 0.0, "released")
    assert (one.name, one.consecutive_failures, one.trips) == ("closed", 0, 0)


def test_a_reset_forgets_how_long_it_had_to_stay_open() -> None:
    """The growth of the open time does not survive a reset by hand."""
    one = opened()
    one.record(one.admit(10.0), 9, False, 10.0)
    one.force("closed", 11.0, "reset")
    for call_id in range(3):
        one.record(one.admit(11.0), call_id, False, 11.0)
    assert one.retry_in_seconds(11.0) == 10.0


@pytest.mark.parametrize(
    "wrong",
    [
        {"consecutive_failures": 0}, {"probes": 0}, {"open_seconds": 0}, {"growth": 0.9},
        {"jitter": 2.0}, {"jitter": -0.1}, {"max_open_seconds": 0},
    ],
)  # fmt: skip
def test_impossible_options_are_refused_with_their_values(wrong: dict[str, float]) -> None:
    """The error shows the options as they were given."""
    ((name, value),) = wrong.items()
    with pytest.raises(ValueError, match=rf"breaker needs .* got .*{name}={value}"):
        BreakerOptions(**wrong)  # type: ignore[arg-type]
