"""How an application says whose journey it is on."""

import pytest

from holdfast import context
from holdfast.clock import Clock
from holdfast.events import Event, Scope, SessionEnded, SessionStarted
from holdfast.sessions.journey import Journeys


class Trip:
    """Journeys at 7 s, and what they told."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.journeys = Journeys(self.events.append, Clock(lambda: 0.0, lambda: 7.0))


async def test_a_session_in_one_block_is_started_marked_and_completed() -> None:
    """Calls inside belong to it and to its steps; after it nothing is left."""
    trip, seen = Trip(), list[Scope]()
    with trip.journeys.session("s-1", user_id="u-1", service_type="guidance") as name:
        with trip.journeys.step("chart"):
            seen.append(context.scope.get())
        seen.append(context.scope.get())
    assert name == "s-1"
    assert seen == [
        Scope(session_id="s-1", user_id="u-1", step="chart"),
        Scope(session_id="s-1", user_id="u-1"),
    ]
    assert context.scope.get() == context.NOBODY
    assert trip.events == [
        SessionStarted("s-1", 7.0, "u-1", "guidance"),
        SessionEnded("s-1", 7.0, "completed"),
    ]


async def test_a_session_left_by_an_error_stays_active() -> None:
    """It may go on elsewhere; the marks are taken away all the same."""
    trip = Trip()

    def fail() -> None:
        with trip.journeys.session("s-1"), trip.journeys.step("chart"):
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert trip.events == [SessionStarted("s-1", 7.0, None, None)]
    assert context.scope.get() == context.NOBODY


async def test_start_and_end_may_be_told_from_different_requests() -> None:
    """Two facts, no block around them."""
    trip = Trip()
    trip.journeys.start("s-1", user_id="u-1")
    trip.journeys.complete("s-1")
    assert trip.events == [
        SessionStarted("s-1", 7.0, "u-1", None),
        SessionEnded("s-1", 7.0, "completed"),
    ]


async def test_a_session_needs_a_name() -> None:
    """The error says what to do; nothing is told."""
    trip = Trip()
    with pytest.raises(ValueError, match="session_id is empty: give the session a name"):
        trip.journeys.start("")
    assert trip.events == []
