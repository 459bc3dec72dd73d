"""A session as memory has it."""

from holdfast.events import Event
from holdfast.sessions.session import Session
from holdfast.sessions.tracker import Sessions


def followed(*events: Event) -> Session:
    """The session named "s" after *events*."""
    sessions = Sessions()
    for event in events:
        sessions(event)
    found = sessions.find("s")
    assert found is not None
    return found
