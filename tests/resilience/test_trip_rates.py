"""The shares of failed and of slow attempts that open a circuit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.resilience.circuit import BreakerOptions, Circuit
from holdfast.resilience.trip_rates import TripRates

OFTEN = 10**9
"""So many failures in a row never come."""


def circuit(**rates: float | None) -> Circuit:
    """A circuit that opens at *rates* alone, for ten seconds."""
    options = BreakerOptions(
        consecutive_failures=OFTEN, open_seconds=10.0, jitter=0.0,
        rates=TripRates(**rates),  # type: ignore[arg-type]
    )  # fmt: skip
    return Circuit(options, lambda: 1.0)


def test_opens_at_the_failure_rate_once_there_are_enough_attempts() -> None:
    """Half of the attempts of the window failed, never three in a row."""
    one = circuit(minimum_attempts=8, failure_rate=0.5)
    for call_id in range(7):
        one.record(one.admit(0.0), call_id, call_id % 2 == 0, 0.0)
    assert one.name == "closed"
    one.record(one.admit(0.0), 7, False, 0.0)
    assert (one.name, one.reason) == ("open", "4 of 8 attempts failed in 60 s")


def test_the_rate_forgets_what_is_older_than_the_window() -> None:
    """Failures a window ago do not open it today."""
    one = circuit(minimum_attempts=4, window_seconds=60.0)
    for call_id in range(3):
        one.record(one.admit(0.0), call_id, False, 0.0)
    for call_id in range(3, 10):
        one.record(one.admit(70.0), call_id, call_id not in (5, 9), 70.0)
    assert one.name == "closed"


def test_a_count_window_remembers_attempts_however_old() -> None:
    """The last four count, a day apart or not; a fifth pushes the first out."""
    one = circuit(minimum_attempts=4, window_attempts=4, failure_rate=0.75)
    for day, failed in enumerate([True, False, True, False, True]):
        one.record(one.admit(day * 86400.0), day, not failed, day * 86400.0)
    assert one.name == "closed"
    one.record(one.admit(5e5), 5, False, 5e5)
    assert (one.name, one.reason) == ("open", "3 of 4 attempts failed")


def test_opens_when_too_many_attempts_are_slow() -> None:
    """Right answers that take too long are an outage too; exactly *slow_seconds* is slow."""
    one = circuit(minimum_attempts=4, slow_rate=0.5, slow_seconds=2.0)
    for call_id, seconds in enumerate([1.999, 2.0, 0.1]):
        one.record(one.admit(0.0), call_id, True, 0.0, seconds)
    assert one.name == "closed"
    one.record(one.admit(0.0), 3, True, 0.0, 30.0)
    assert (one.name, one.reason) == ("open", "2 of 4 attempts took 2 s in 60 s")


def test_slowness_is_ignored_unless_asked_for() -> None:
    """Without a *slow_rate* an hour is as good as a moment."""
    one = circuit(minimum_attempts=1)
    for call_id in range(50):
        one.record(one.admit(0.0), call_id, True, 0.0, 3600.0)
    assert one.name == "closed"


def test_a_slow_probe_reopens_the_breaker() -> None:
    """What was opened for being slow is not closed by an answer that is slow again."""
    one = circuit(minimum_attempts=2, slow_rate=1.0, slow_seconds=2.0)
    for call_id in (1, 2):
        one.record(one.admit(0.0), call_id, True, 0.0, 5.0)
    one.record(one.admit(10.0), 3, True, 15.0, 5.0)
    assert (one.name, one.reason) == ("open", "a probe was slow")
    one.record(one.admit(40.0), 4, True, 41.0, 1.0)
    assert one.name == "closed"


@pytest.mark.parametrize("window_attempts", [None, 40])
def test_the_rates_too_need_two_calls(window_attempts: int | None) -> None:
    """One call's failed or slow retries between others' good answers cannot reach a rate alone."""
    one = circuit(
        minimum_attempts=4, failure_rate=0.2, slow_rate=0.2, slow_seconds=1.0,
        window_attempts=window_attempts,
    )  # fmt: skip
    for call_id in range(50):
        one.record(one.admit(0.0), 0, False, 0.0, 5.0)
        one.record(one.admit(0.0), call_id + 1, True, 0.0)
    assert one.trips == 0
    one.record(one.admit(0.0), 99, True, 0.0, 5.0)
    assert one.name == "open"


ATTEMPTS = st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.booleans()), max_size=60)


@given(
    ATTEMPTS, st.integers(1, 6), st.integers(0, 6),
    st.sampled_from([None, 0.25, 0.5, 1.0]), st.sampled_from([None, 0.25, 0.5, 1.0]),
)  # fmt: skip
def test_opens_exactly_when_a_recount_says_so(
    attempts: list[tuple[int, bool, bool]], minimum: int, room: int,
    failure_rate: float | None, slow_rate: float | None,
) -> None:  # fmt: skip
    """After each attempt: open if and only if the list of the last ones justifies it."""
    size = minimum + room
    one = circuit(
        minimum_attempts=minimum, window_attempts=size, failure_rate=failure_rate,
        slow_rate=slow_rate, slow_seconds=1.0,
    )  # fmt: skip
    seen: list[tuple[int, bool, bool]] = []
    for call_id, failed, slow in attempts:
        seen = [*seen, (call_id, failed, slow)]
        one.record(one.admit(0.0), call_id, not failed, 0.0, 1.0 if slow else 0.0)
        if (failed or slow) and (
            justified(seen, 1, minimum, size, failure_rate)
            or justified(seen, 2, minimum, size, slow_rate)
        ):
            assert one.name == "open"
            return
        assert one.name == "closed"


def justified(
    seen: list[tuple[int, bool, bool]], kind: int, minimum: int, size: int, rate: float | None
) -> bool:
    """Whether so many of the last *size* are of *kind*, and not the latest witness's alone."""
    recent = seen[-size:]
    of_kind = [attempt[0] for attempt in recent if attempt[kind]]
    witnesses = [attempt[0] for attempt in seen if attempt[kind]]
    own = 0
    for call_id in reversed(witnesses):
        if call_id != witnesses[-1]:
            break
        own += 1
    enough = rate is not None and len(recent) >= minimum
    return enough and len(of_kind) >= (rate or 0) * len(recent) and len(of_kind) > own


@pytest.mark.parametrize(
    "wrong",
    [
        {"failure_rate": 0}, {"failure_rate": 1.5}, {"slow_rate": 0}, {"slow_rate": 2},
        {"slow_seconds": 0}, {"minimum_attempts": 0}, {"window_seconds": -1},
        {"window_attempts": 19}, {"window_attempts": 0},
    ],
)  # fmt: skip
def test_impossible_rates_are_refused_with_their_values(wrong: dict[str, float]) -> None:
    """The error shows the options as they were given; a window must hold the minimum."""
    ((name, value),) = wrong.items()
    with pytest.raises(ValueError, match=rf"breaker needs .* got .*{name}={value}"):
        TripRates(**wrong)  # type: ignore[arg-type]
