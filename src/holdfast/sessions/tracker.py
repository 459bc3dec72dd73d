"""The sessions of this process that are still going or just ended, kept in memory."""

from collections import OrderedDict
from threading import Lock

from holdfast.events import CallFinished, Event, RequestFinished, SessionEnded, SessionStarted
from holdfast.sessions.session import Session, SessionStatus, Step, overall, step_of


class _Live:
    """What is known of one session; *steps* holds the last few, *outcomes* every step name."""

    def __init__(self, session_id: str, at: float) -> None:
        self.session_id = session_id
        self.user_id: str | None = None
        self.service_type: str | None = None
        self.status: SessionStatus = "active"
        self.started_at = self.last_seen_at = at
        self.completed_at: float | None = None
        self.steps: list[Step] = []
        self.step_count = self.issues_found = 0

    def seen(self, at: float) -> None:
        self.started_at = min(self.started_at, at)
        self.last_seen_at = max(self.last_seen_at, at)
        if self.status == "timed_out":
            self.status, self.completed_at = "active", None

    def add(self, step: Step, most_steps: int) -> None:
        self.step_count += 1
        self.issues_found += step.is_issue
        self.steps.append(step)
        del self.steps[:-most_steps]

    def summary(self, last_steps: int) -> Session:
        outcomes = ((step.step, step.outcome == "succeeded") for step in self.steps)
        return Session(
            self.session_id, self.user_id, self.service_type, self.status,
            overall(self.status, outcomes), self.started_at, self.last_seen_at,
            self.completed_at, self.step_count, self.issues_found,
            tuple(self.steps[-last_steps:]),
        )  # fmt: skip


class Sessions:
    """A sink that follows at most *most_sessions*, the longest unseen leave first (counted)."""

    def __init__(self, *, most_sessions: int = 1000, most_steps: int = 100) -> None:
        self.evicted = 0
        self._most_sessions, self._most_steps = most_sessions, most_steps
        self._live: OrderedDict[str, _Live] = OrderedDict()
        self._lock = Lock()

    def __call__(self, event: Event) -> None:
        """Follow *event* if it belongs to a session."""
        if isinstance(event, (CallFinished, RequestFinished)):  # in every call
            scope = event.origin.scope if isinstance(event, CallFinished) else event.scope
            if scope.session_id is not None:
                with self._lock:
                    self._add(scope.session_id, event)
        elif isinstance(event, SessionStarted):
            with self._lock:
                live = self._of(event.session_id, event.at)
                live.seen(event.at)
                live.user_id = event.user_id or live.user_id
                live.service_type = event.service_type or live.service_type
        elif isinstance(event, SessionEnded):
            with self._lock:
                if event.status == "timed_out" and event.session_id not in self._live:
                    return  # it went on elsewhere, or before a restart: the record has it
                live = self._of(event.session_id, event.at)
                live.status, live.completed_at = event.status, event.at

    def latest(self, limit: int, last_steps: int = 12) -> list[Session]:
        """The sessions seen last, the latest first."""
        with self._lock:
            latest = list(self._live.values())[: -limit - 1 : -1]
            return [live.summary(last_steps) for live in latest]

    def find(self, session_id: str) -> Session | None:
        """The session with all the steps still held, None when not in memory."""
        with self._lock:
            live = self._live.get(session_id)
            return live.summary(self._most_steps) if live else None

    def active(self) -> int:
        """How many are still going."""
        with self._lock:
            return sum(live.status == "active" for live in self._live.values())

    def timed_out(self, now: float, idle_seconds: float) -> list[SessionEnded]:
        """The ends of the active sessions unseen for *idle_seconds* at *now* (Unix time)."""
        with self._lock:
            return [
                SessionEnded(live.session_id, now, "timed_out")
                for live in self._live.values()
                if live.status == "active" and now - live.last_seen_at > idle_seconds
            ]

    def _add(self, session_id: str, event: CallFinished | RequestFinished) -> None:
        live = self._of(session_id, event.at)
        live.seen(event.at)
        if isinstance(event, CallFinished):
            live.add(step_of(event), self._most_steps)

    def _of(self, session_id: str, at: float) -> _Live:
        live = self._live.get(session_id)
        if live is None:
            live = self._live[session_id] = _Live(session_id, at)
            if len(self._live) > self._most_sessions:
                self._live.popitem(last=False)
                self.evicted += 1
        self._live.move_to_end(session_id)
        return live
