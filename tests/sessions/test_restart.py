"""A session that is started again is the same session, seen once more."""

from holdfast.events import SessionEnded, SessionStarted
from holdfast.sessions.tracker import Sessions


def test_a_session_started_again_goes_on() -> None:
    """It was seen: it is active again, and began when it first began."""
    sessions = Sessions()
    for event in (
        SessionStarted("s", 10.0, "maria", "guidance"),
        SessionEnded("s", 50.0, "timed_out"),
        SessionStarted("s", 90.0, None, None),
    ):
        sessions(event)
    found = sessions.find("s")
    assert found is not None
    assert (found.status, found.started_at, found.last_seen_at) == ("active", 10.0, 90.0)
    assert (found.user_id, found.service_type) == ("maria", "guidance")


def test_a_start_keeps_a_session_from_timing_out() -> None:
    """Idle is counted from when it was last seen."""
    sessions = Sessions()
    for at in (0.0, 100.0):
        sessions(SessionStarted("s", at, None, None))
    assert sessions.timed_out(now=150.0, idle_seconds=60.0) == []
