"""What has changed since someone last looked: the little that live pages need to know."""

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


class Changes:
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
            if isinstance(event, CallFinished | AttemptFailed | AnswerJudged):
                self._integrations.add(event.origin.integration)
                self._see(event.origin.scope.session_id)
            elif isinstance(event, BreakerMoved | ControlUsed):
                self._integrations.add(event.integration)
            elif isinstance(event, RequestFinished):
                self._requests = True
                self._see(event.scope.session_id)
            elif isinstance(event, StepTaken | IssueFound):
                self._see(event.scope.session_id)
            elif isinstance(event, SessionStarted | SessionEnded | ContextLost):
                self._see(event.session_id)

    def take(self) -> Changed:
        """What changed since the last time, once."""
        with self._lock:
            changed = Changed(
                frozenset(self._integrations), frozenset(self._sessions), self._requests
            )
            self._integrations.clear()
            self._sessions.clear()
            self._requests = False
        return changed

    def _see(self, session_id: str | None) -> None:
        if session_id is not None and len(self._sessions) < self._most_sessions:
            self._sessions.add(session_id)
