"""How an application says whose journey it is on: sessions and their steps as contexts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from holdfast import context
from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.events import SessionEnded, SessionStarted, Sink


class Journeys:
    """Tells *sink* when sessions start and end, and marks the calls in between as theirs."""

    def __init__(self, sink: Sink, clock: Clock = SYSTEM_CLOCK) -> None:
        self._sink, self._clock = sink, clock

    def start(
        self, session_id: str, *, user_id: str | None = None, service_type: str | None = None
    ) -> None:
        """A session begins; its later requests carry ``X-Session-ID``."""
        if not session_id:
            raise ValueError("session_id is empty: give the session a name, e.g. a UUID")
        self._sink(SessionStarted(session_id, self._clock.wall(), user_id, service_type))

    def complete(self, session_id: str) -> None:
        """The application finished what the user came for."""
        self._sink(SessionEnded(session_id, self._clock.wall(), "completed"))

    @contextmanager
    def session(
        self, session_id: str, *, user_id: str | None = None, service_type: str | None = None
    ) -> Iterator[str]:
        """A whole session in one block: started, every call inside is a step of it, completed.

        Leaving by an error leaves the session active: it times out unless it goes on elsewhere.
        """
        self.start(session_id, user_id=user_id, service_type=service_type)
        scope = replace(context.scope.get(), session_id=session_id, user_id=user_id)
        token = context.scope.set(scope)
        try:
            yield session_id
        finally:
            context.scope.reset(token)
        self.complete(session_id)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Calls inside are attempts at the step *name* of the current session."""
        token = context.scope.set(replace(context.scope.get(), step=name))
        try:
            yield
        finally:
            context.scope.reset(token)
