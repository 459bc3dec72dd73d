"""The sessions of this process that are still going or just ended, kept in memory."""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

from holdfast.events import (
    BusinessFact,
    CallFinished,
    ContextLost,
    Event,
    IssueFound,
    RequestFinished,
    SessionEnded,
    SessionStarted,
    StepTaken,
)
from holdfast.sessions.live import LiveSession
from holdfast.sessions.session import Session, SessionStatus
from holdfast.telemetry.fold import Fold

_OF_A_SCOPE = (RequestFinished, StepTaken, IssueFound, BusinessFact)
_OF_A_SESSION = (SessionStarted, SessionEnded, ContextLost)


class Sessions(Fold):
    """A sink that follows at most *most_sessions*, the longest unseen leave first.

    *evicted* counts those that had not ended: one that has is the record's, and misses nothing.
    """

    def __init__(self, *, most_sessions: int = 1000, most_steps: int = 100) -> None:
        self.evicted = 0
        self._most_sessions, self._most_steps = most_sessions, most_steps
        self._live: OrderedDict[str, LiveSession] = OrderedDict()
        self._lock = Lock()

    def __call__(self, event: Event) -> None:
        """Follow *event* if it belongs to a session."""
        self.take_in((event,), 0.0)

    def take_in(self, events: Sequence[Event], since: float) -> None:  # noqa: ARG002  # as a fold
        """Follow those of *events* that belong to a session."""
        with self._lock:
            for event in events:
                session_id = _session_of(event)
                if session_id is not None:
                    self._of(session_id, event.at).follow(event, self._most_steps)

    def latest(self, limit: int, last_steps: int = 12) -> list[Session]:
        """The sessions seen last, the latest first."""
        self.catch_up()
        with self._lock:
            latest = list(self._live.values())[: -limit - 1 : -1]
            return [live.summary(last_steps) for live in latest]

    def find(self, session_id: str) -> Session | None:
        """The session with all the steps still held, None when not in memory."""
        self.catch_up()
        with self._lock:
            live = self._live.get(session_id)
            return live.summary(self._most_steps) if live else None

    def active(self) -> int:
        """How many are still going."""
        self.catch_up()
        with self._lock:
            return sum(live.status == "active" for live in self._live.values())

    def statuses(self) -> list[tuple[str, SessionStatus]]:
        """The id of each, and how it is."""
        self.catch_up()
        with self._lock:
            return [(name, live.status) for name, live in self._live.items()]

    def timed_out(self, now: float, idle_seconds: float) -> list[SessionEnded]:
        """The ends of the active sessions unseen for *idle_seconds* at *now* (Unix time).

        They ended when they were last seen.
        """
        self.catch_up()
        with self._lock:
            return [
                SessionEnded(live.session_id, live.last_seen_at, "timed_out")
                for live in self._live.values()
                if live.status == "active" and now - live.last_seen_at > idle_seconds
            ]

    def forget(self, unseen_since: float) -> None:
        """Leave the active ones unseen since then to the record: others may have seen them."""
        self.catch_up()
        with self._lock:
            for name, live in list(self._live.items()):
                if live.status == "active" and live.last_seen_at < unseen_since:
                    del self._live[name]

    def _of(self, session_id: str, at: float) -> LiveSession:
        live = self._live.get(session_id)
        if live is None:
            live = self._live[session_id] = LiveSession(session_id, at)
            if len(self._live) > self._most_sessions:
                _, gone = self._live.popitem(last=False)
                self.evicted += gone.status == "active"
        self._live.move_to_end(session_id)
        return live


def _session_of(event: Event) -> str | None:
    if isinstance(event, CallFinished):
        return event.origin.scope.session_id
    if isinstance(event, _OF_A_SCOPE):
        return event.scope.session_id
    if isinstance(event, _OF_A_SESSION):
        return event.session_id
    return None
