"""How an application says whose journey it is on."""

import asyncio
import contextlib
from typing import Any

import pytest

from holdfast import context
from holdfast.clock import Clock
from holdfast.events import Event, Scope, SessionEnded, SessionStarted, StepTaken, Verdict
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
        StepTaken(Scope("s-1", "u-1", "chart"), 7.0, "succeeded", 0.0),
        SessionEnded("s-1", 7.0, "completed"),
    ]


async def test_a_session_left_by_an_error_stays_active() -> None:
    """It may go on elsewhere; the marks are taken away all the same, and the error is told."""
    trip = Trip()

    def fail() -> None:
        with trip.journeys.session("s-1"), trip.journeys.step("chart"):
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert trip.events == [
        SessionStarted("s-1", 7.0, None, None),
        StepTaken(Scope("s-1", None, "chart"), 7.0, "failed", 0.0, "KeyError"),
        StepTaken(Scope("s-1", None, "session"), 7.0, "failed", 0.0, "KeyError"),
    ]
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


async def test_a_started_session_marks_what_its_request_does_from_then_on() -> None:
    """The request that begins it is a part of it; who completes it need not name it again."""
    trip = Trip()
    trip.journeys.start("s-1", user_id="u-1")
    assert context.scope.get() == Scope("s-1", "u-1")
    trip.journeys.complete()
    assert trip.events[-1] == SessionEnded("s-1", 7.0, "completed")


async def test_a_session_has_a_name_from_somewhere() -> None:
    """Its own, else that of the request, else a new one; `async with` is the same."""
    trip = Trip()
    async with trip.journeys.session() as new:
        async with trip.journeys.session() as inner, trip.journeys.step("chart"):
            assert inner == new
        assert len(new) == 32


async def test_completing_nothing_is_a_clear_error() -> None:
    """Outside of any session one must be named."""
    with pytest.raises(ValueError, match="no session is going on here: name the one"):
        Trip().journeys.complete()


async def test_a_block_may_leave_its_session_going_on() -> None:
    """For a journey over several requests."""
    trip = Trip()
    with trip.journeys.session("s-1", completes=False):
        pass
    assert trip.events == [SessionStarted("s-1", 7.0, None, None)]


async def test_a_step_outside_of_sessions_tells_nothing() -> None:
    """Nobody's journey: calls inside are still marked."""
    trip = Trip()
    with trip.journeys.step("chart", {"question": "when?"}) as step:
        step.gives(chart="round")
        step.drops("question")
        assert context.scope.get().step == "chart"
    assert trip.events == []


async def test_a_step_the_application_rejects_has_failed() -> None:
    """Its verdict is told with it; a cancelled one is no failure."""
    trip, verdict = Trip(), Verdict("fail", "empty")

    async def cancelled() -> None:
        with trip.journeys.step("voice"):
            raise asyncio.CancelledError

    with trip.journeys.session("s-1"):
        with trip.journeys.step("guidance") as step:
            step.judge(verdict)
        with contextlib.suppress(asyncio.CancelledError):
            await cancelled()
    assert trip.events[1:3] == [
        StepTaken(Scope("s-1", None, "guidance"), 7.0, "failed", 0.0, None, verdict),
        StepTaken(Scope("s-1", None, "voice"), 7.0, "cancelled", 0.0, "CancelledError"),
    ]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"context": {}, "inputs": {}}, "has context and inputs"),
        ({"requires": ["chart"]}, "requires fields"),
    ],
)
async def test_a_step_says_what_it_was_handed_once(given: dict[str, Any], why: str) -> None:
    """All there is, or what it uses; without either nothing can be required."""
    with pytest.raises(ValueError, match=why):
        Trip().journeys.step("voice", **given)
