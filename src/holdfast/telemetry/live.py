"""What has changed since someone last looked: the little that live pages need to know."""

from collections.abc import Sequence
from threading import Lock

from holdfast.events import (
    AnswerJudged,
    AttemptFailed,
    BreakerMoved,
    CallFinished,
    ContextLost,
    ControlUsed,
    Event,
    IssueFound,
    RequestFinished,
    SessionEnded,
    SessionStarted,
    StepTaken,
    fact,
)
from holdfast.telemetry.fold import Fold


@fact
class Changed:
    """Names of integrations and sessions that events were about; *requests*: any came in."""

    integrations: frozenset[str]
    sessions: frozenset[str]
    requests: bool

    @property
    def anything(self) -> bool:
        """Whether there is something to tell."""
        return self.requests or bool(self.integrations or self.sessions)


_OF_CALLS = (CallFinished, AttemptFailed, AnswerJudged)
_OF_INTEGRATIONS = (BreakerMoved, ControlUsed)
_OF_SCOPES = (StepTaken, IssueFound)
_OF_SESSIONS = (SessionStarted, SessionEnded, ContextLost)


class Changes(Fold):
    """A sink that remembers what changed until `take` asks; bounded by *most_sessions*."""

    def __init__(self, *, most_sessions: int = 200) -> None:
        self._most_sessions = most_sessions
        self._integrations: set[str] = set()
        self._sessions: set[str] = set()
        self._requests = False
        self._lock = Lock()

    def __call__(self, event: Event) -> None:
        """Remember what *event* is about."""
        with self._lock:
            self._add(event)

    def take_in(self, events: Sequence[Event], since: float) -> None:  # noqa: ARG002  # as a fold
        """Remember what *events* are about."""
        with self._lock:
            for event in events:
                self._add(event)

    def take(self) -> Changed:
        """What changed since the last time, once."""
        self.catch_up()
        with self._lock:
            changed = Changed(
                frozenset(self._integrations), frozenset(self._sessions), self._requests
            )
            self._integrations.clear()
            self._sessions.clear()
            self._requests = False
        return changed

    def _add(self, event: Event) -> None:
        if isinstance(event, _OF_CALLS):
            origin = event.origin
            self._integrations.add(origin.integration)
            if origin.scope.session_id is not None:
                self._see(origin.scope.session_id)
        elif isinstance(event, RequestFinished):
            self._requests = True
            self._see(event.scope.session_id)
        elif isinstance(event, _OF_INTEGRATIONS):
            self._integrations.add(event.integration)
        elif isinstance(event, _OF_SCOPES):
            self._see(event.scope.session_id)
        elif isinstance(event, _OF_SESSIONS):
            self._see(event.session_id)

    def _see(self, session_id: str | None) -> None:
        if session_id is not None and len(self._sessions) < self._most_sessions:
            self._sessions.add(session_id)
