"""Sessions counted: each beginning and each end once, however often it is told."""

from collections.abc import Sequence
from itertools import groupby
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.events import Event, SessionEnded, SessionStarted
from holdfast.telemetry import journeys
from holdfast.telemetry.journeys import SessionCounts

IDLE = 1_800.0


def start(
    at: float, session_id: str = "s", service_type: str | None = "guidance"
) -> SessionStarted:
    """The application enters a session's block."""
    return SessionStarted(session_id, at, None, service_type)


def end(
    at: float, session_id: str = "s", status: Literal["completed", "timed_out"] = "completed"
) -> SessionEnded:
    """It leaves it, or nobody came back."""
    return SessionEnded(session_id, at, status)


def counted(events: Sequence[Event]) -> tuple[int, int]:
    """How many began and ended."""
    counts = SessionCounts(IDLE)
    counts.take_in(events, 0.0)
    return counts.started.total(), counts.ended.total()


@pytest.mark.parametrize(
    ("events", "began", "ended"),
    [
        ([start(0), start(1), start(2)], 1, 0),  # a block in each of its requests
        ([start(0), start(1), end(2), end(3)], 1, 1),  # one within the other
        ([start(0), end(1), start(2), end(3)], 2, 2),  # it began again
        ([start(0), start(1_000), start(2_000)], 1, 0),  # it went on
        ([start(0), start(1_800)], 2, 0),  # it had timed out, which another worker may have found
        ([end(5, status="timed_out")], 0, 1),  # it began in another worker
        ([start(0), start(0, "t", None), end(1)], 2, 1),
    ],
)
def test_a_session_that_goes_on_did_not_begin_again(
    events: list[Event], began: int, ended: int
) -> None:
    """All that one worker was told, in order."""
    assert counted(events) == (began, ended)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.booleans()), max_size=30))
def test_beginnings_and_ends_alternate(told: list[tuple[str, bool]]) -> None:
    """So that what began and has not ended is what goes on."""
    events = [(start if begins else end)(float(at), name) for at, (name, begins) in enumerate(told)]
    runs = [
        begins for name in "ab" for begins, _ in groupby(one[1] for one in told if one[0] == name)
    ]
    assert counted(events) == (runs.count(True), runs.count(False))


def test_what_is_known_of_sessions_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The longest unheard of is forgotten; it would count once more."""
    monkeypatch.setattr(journeys, "_MOST_KNOWN", 2)
    counts = SessionCounts(IDLE)
    counts.take_in([start(0, "a"), start(0, "b"), start(1, "a"), start(1, "c")], 0.0)
    counts.take_in([start(2, "a"), start(2, "b")], 0.0)
    assert counts.started == {"guidance": 4}
    assert len(counts._going_on) == 2


def test_types_of_service_are_bounded() -> None:
    """One too many is counted among the others."""
    counts = SessionCounts(IDLE)
    counts.take_in([start(0, f"s{n}", f"type {n}") for n in range(102)], 0.0)
    assert (len(counts.started), counts.started["_overflow"]) == (101, 2)
