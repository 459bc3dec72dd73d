"""A session and its steps as records, the rule that sums them up, and the port that keeps them."""

from collections.abc import Iterable, Sequence
from typing import Literal, Protocol

from holdfast.events import CallFinished, Judgement, Outcome, fact

SessionStatus = Literal["active", "completed", "timed_out"]
OverallStatus = Literal["running", "success", "partial", "failed"]


@fact
class Step:
    """One guarded call within a session; *at* is Unix seconds, the times milliseconds."""

    step: str
    integration: str
    operation: str
    outcome: Outcome
    verdict: Judgement | None
    score: float | None
    reason: str | None
    error: str | None
    latency_ms: float | None
    waited_ms: float
    attempts: int
    served_from: str
    at: float

    @property
    def is_issue(self) -> bool:
        """Whether the user got less than an accepted answer here."""
        return self.outcome in ("failed", "refused") or self.verdict in ("warn", "fail")


@fact
class Session:
    """One user's journey. *steps* may be the last few only: *step_count* is the truth."""

    session_id: str
    user_id: str | None
    service_type: str | None
    status: SessionStatus
    overall_status: OverallStatus
    started_at: float
    last_seen_at: float
    completed_at: float | None
    step_count: int
    issues_found: int
    steps: tuple[Step, ...] = ()

    @property
    def duration_ms(self) -> float:
        """From the first to the last thing seen of it."""
        return ((self.completed_at or self.last_seen_at) - self.started_at) * 1000


@fact
class SessionPage:
    """Some sessions, newest first, and the cursor of the next page (None: that was all)."""

    sessions: tuple[Session, ...]
    next_cursor: str | None


class SessionLog(Protocol):
    """Where sessions are looked up once they are no longer in memory."""

    async def page(
        self, *, limit: int, cursor: str | None = None, status: SessionStatus | None = None
    ) -> SessionPage:
        """Newest first by start; raises ValueError for a cursor it did not make."""

    async def find(self, session_id: str) -> Session | None:
        """The session with its steps in order (at most 500), None when unknown."""

    async def idle(self, before: float) -> list[str]:
        """Active sessions last seen before *before* (Unix time): the 500 longest unseen."""


def step_of(event: CallFinished) -> Step:
    """The step that a finished call is; named by `Scope.step`, else by its operation."""
    origin, verdict = event.origin, event.verdict
    return Step(
        origin.scope.step or f"{origin.integration}.{origin.operation}",
        origin.integration,
        origin.operation,
        event.outcome,
        verdict.judgement if verdict else None,
        verdict.score if verdict else None,
        event.reason or (verdict.reason if verdict and verdict.reason else None),
        event.error,
        event.latency_ms,
        event.waited_ms,
        event.attempts,
        event.served_from,
        event.at,
    )


def overall(status: SessionStatus, outcomes: Iterable[tuple[str, bool]]) -> OverallStatus:
    """Sum up (step name, went well) in order: what counts is how each step *ended*.

    Still going: running. Every step well at its last try: success; none: failed; else partial.
    A session without steps is a success when completed, failed when it timed out.
    """
    last = dict(outcomes)
    if status == "active":
        return "running"
    if not last:
        return "success" if status == "completed" else "failed"
    well: Sequence[bool] = list(last.values())
    if all(well):
        return "success"
    return "partial" if any(well) else "failed"
