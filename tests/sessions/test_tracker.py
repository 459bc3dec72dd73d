"""Sessions in memory: followed from fact to fact, bounded, the longest unseen leave first."""

from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.events import (
    BusinessFact,
    CallFinished,
    ContextLost,
    ControlUsed,
    Event,
    IssueFound,
    Origin,
    RequestFinished,
    Scope,
    SessionEnded,
    SessionStarted,
    StepTaken,
    Usage,
    Verdict,
)
from holdfast.sessions.session import Session
from holdfast.sessions.tracker import Sessions
from holdfast.telemetry.fanout import Fanout


def call(session_id: str | None, at: float, step: str = "chart", *, good: bool = True) -> Event:
    """The end of a call that is a step of a session."""
    origin = Origin("sun", "rise", 1, Scope(session_id=session_id, step=step))
    return CallFinished(origin, at, "succeeded" if good else "failed", 9.0, 0.0, 9.0, 1)


def request(session_id: str | None, at: float) -> Event:
    """A request of a session."""
    scope = Scope(session_id=session_id)
    return RequestFinished(at, "GET", "/", 200, "succeeded", 1.0, None, 0, 0, None, scope)


def follow(*events: Event, most_sessions: int = 1000, most_steps: int = 100) -> Sessions:
    """The sessions of *events*."""
    sessions = Sessions(most_sessions=most_sessions, most_steps=most_steps)
    for event in events:
        sessions(event)
    return sessions


def found(sessions: Sessions, session_id: str = "s-1") -> Session:
    """The session; it is there."""
    session = sessions.find(session_id)
    assert session is not None
    return session


def test_a_session_is_folded_from_its_facts() -> None:
    """Who, what for, when, each step in order, and how it ended."""
    session = found(
        follow(
            SessionStarted("s-1", 10.0, "u-1", "guidance"),
            call("s-1", 11.0, "chart"),
            call("s-1", 12.0, "voice", good=False),
            request("s-1", 13.0),
            SessionEnded("s-1", 14.0, "completed"),
        )
    )
    assert (session.user_id, session.service_type) == ("u-1", "guidance")
    assert (session.started_at, session.last_seen_at, session.completed_at) == (10.0, 13.0, 14.0)
    assert [step.step for step in session.steps] == ["chart", "voice"]
    assert (session.step_count, session.issues_found) == (2, 1)
    assert (session.status, session.overall_status) == ("completed", "partial")


def test_what_belongs_to_no_session_is_not_followed() -> None:
    """Nor are facts that are about none."""
    sessions = follow(
        call(None, 1.0), request(None, 1.0), ControlUsed("sun", None, 1.0, "drill", "ops")
    )
    assert (sessions.latest(9), sessions.active(), sessions.find("s-1")) == ([], 0, None)


def test_a_session_may_be_met_before_its_start_is_told() -> None:
    """Facts of several threads come in any order: the earliest is its beginning."""
    session = found(
        follow(call("s-1", 12.0), call("s-1", 11.0), SessionStarted("s-1", 11.5, "u", None))
    )
    assert (session.started_at, session.last_seen_at, session.user_id) == (11.0, 12.0, "u")


def test_a_session_seen_again_after_its_time_is_active_again() -> None:
    """Timed out means only that nobody was seen; completed stays completed."""
    late, done = SessionEnded("s-1", 99.0, "timed_out"), SessionEnded("s-2", 99.0, "completed")
    sessions = follow(call("s-1", 1.0), late, call("s-2", 1.0), done)
    assert sessions.active() == 0
    sessions(call("s-1", 100.0))
    sessions(call("s-2", 100.0))
    assert (found(sessions).status, found(sessions).completed_at) == ("active", None)
    assert found(sessions, "s-2").status == "completed"


def test_the_latest_come_first_with_their_last_steps() -> None:
    """As many as asked for, each with no more than the steps asked for; `find` has all held."""
    sessions = follow(
        *(call(f"s-{number % 3}", number, str(number)) for number in range(30)), most_steps=5
    )
    shown = [(one.session_id, [step.step for step in one.steps]) for one in sessions.latest(2, 2)]
    assert shown == [("s-2", ["26", "29"]), ("s-1", ["25", "28"])]
    held = found(sessions)
    assert ([step.step for step in held.steps], held.step_count) == (
        ["16", "19", "22", "25", "28"],
        10,
    )


@pytest.mark.parametrize(("now", "ended"), [(40.0, []), (40.5, ["s-1"]), (55.0, ["s-1", "s-2"])])
def test_who_was_not_seen_for_long_has_timed_out(now: float, ended: list[str]) -> None:
    """Longer than the idle time, and only who is still active; the tracker itself only tells."""
    sessions = follow(call("s-1", 10.0), call("s-2", 20.0), SessionEnded("s-3", 1.0, "completed"))
    seen = {"s-1": 10.0, "s-2": 20.0}
    assert sessions.timed_out(now, 30.0) == [
        SessionEnded(name, seen[name], "timed_out") for name in ended
    ]
    assert sessions.active() == 2


@given(st.lists(st.integers(0, 9), max_size=60))
def test_the_longest_unseen_leave_first(visits: list[int]) -> None:
    """Memory holds the four seen last; every other one that was begun is counted as evicted."""
    sessions, held, evicted = Sessions(most_sessions=4), list[str](), 0
    for at, number in enumerate(visits):
        name = f"s-{number}"
        sessions(call(name, float(at)))
        held = [one for one in held if one != name] + [name]
        evicted += len(held) > 4
        held = held[-4:]
    assert [one.session_id for one in sessions.latest(9)] == held[::-1]
    assert sessions.evicted == evicted
    assert Counter(one.status for one in sessions.latest(9)) == Counter(active=len(held))


def test_one_that_has_ended_leaves_without_a_loss() -> None:
    """It is the record's by then: a long calm day drops nothing."""
    sessions = Sessions(most_sessions=2)
    for number in range(9):
        sessions(call(f"s-{number}", float(number)))
        sessions(SessionEnded(f"s-{number}", float(number), "completed"))
    assert (len(sessions.latest(9)), sessions.evicted) == (2, 0)


def _overall(sessions: Sessions) -> tuple[str, int]:
    one = found(sessions)
    return one.overall_status, one.issues_found


def test_what_the_application_tells_counts_too() -> None:
    """Its code around a call, what got lost, what is wrong with its own logic."""
    scope = Scope(session_id="s-1", step="chart", user_id="u-9")
    told: tuple[Event, ...] = (
        call("s-1", 1.0), StepTaken(scope, 2.0, "failed", 1.0, "KeyError"),
        StepTaken(scope, 3.0, "cancelled", 1.0), BusinessFact(scope, 4.0, "a", "b", 1.0, "1", {}),
    )  # fmt: skip
    end = SessionEnded("s-1", 9.0, "completed")
    assert _overall(follow(*told, end)) == ("failed", 0)
    again = StepTaken(scope, 5.0, "succeeded", 1.0)
    lost = ContextLost("s-1", 6.0, "chart", "birth", "lost", None)
    assert _overall(follow(*told, again, lost, end)) == ("success", 1)
    critical = IssueFound(scope, 7.0, "refund", "critical", "twice")
    sessions = follow(*told, again, critical, end)
    assert (*_overall(sessions), found(sessions).user_id) == ("failed", 1, "u-9")


def test_scores_are_folded_as_well() -> None:
    """Time in calls, worth of answers, cost; bounded whatever a session does."""
    origin = Origin("sun", "rise", 1, Scope(session_id="s-1", step="chart"))
    judged = [Verdict("pass"), Verdict("warn", score=0.2), None]
    sessions = follow(
        *(
            CallFinished(
                origin, 1.0, "succeeded", 3_000.0, 0.0, 3_000.0, 1, verdict=verdict,
                usage=Usage("tokens", 1, cost_usd=0.5),
            )
            for verdict in judged
        ),
        *(StepTaken(Scope("s-1", step=f"{n}"), 1.0, "succeeded", 1.0) for n in range(500)),
    )  # fmt: skip
    one = found(sessions)
    assert (one.performance_score, one.quality_score, one.cost_usd) == (80.0, 60.0, 1.5)


def test_sessions_that_others_may_have_seen_are_left_to_the_record() -> None:
    """The active ones unseen for long; what ended here stays as it is."""
    sessions = follow(call("s-1", 1.0), call("s-2", 50.0), SessionEnded("s-3", 1.0, "completed"))
    sessions.forget(10.0)
    assert sorted(one.session_id for one in sessions.latest(9)) == ["s-2", "s-3"]


READERS: list[Callable[[Sessions], object]] = [
    lambda sessions: [one.session_id for one in sessions.latest(9)],
    lambda sessions: found(sessions).step_count,
    Sessions.active,
    lambda sessions: sessions.timed_out(60.0, 30.0),
]


@pytest.mark.parametrize("read", READERS, ids=["latest", "find", "active", "timed_out"])
def test_whoever_asks_hears_of_what_was_kept_back(read: Callable[[Sessions], object]) -> None:
    """Behind a fanout, ends of calls and requests are told later, but before anybody reads."""
    facts = call("s-1", 10.0), request("s-2", 20.0), call("s-1", 40.0)
    kept_back = Sessions()
    tell = Fanout([kept_back])
    for fact in facts:
        tell(fact)
    assert read(kept_back) == read(follow(*facts))


def test_sessions_are_forgotten_by_all_that_was_seen_of_them() -> None:
    """Also by what was kept back."""
    kept_back = Sessions()
    tell = Fanout([kept_back])
    for at in (10.0, 40.0):
        tell(call("s-1", at))
    kept_back.forget(30.0)
    assert kept_back.active() == 1
