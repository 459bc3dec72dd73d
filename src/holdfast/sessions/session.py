"""A session and its steps as records, the rule that sums them up, and the port that keeps them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, Protocol

from holdfast.events import CallFinished, Judgement, Origin, Outcome, SessionEnded, fact
from holdfast.sessions.context_flow import StepSeen
from holdfast.sessions.verdicts import OwnVerdict, Validations

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
        return _is_less(self.outcome, self.verdict)


@fact
class Session:
    """One user's journey. *steps* may be the last few only: *step_count* is the truth.

    Scores are 0-100 (`sessions.scores`), None where there is nothing to score. *user_context* is
    what the application said of it, *validation_results* the last verdict on each step, None
    while there is none. *own_verdicts* are the application's own words on its steps that stand,
    in order; perhaps the last few only, and none in a page of the record.
    """

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
    performance_score: float | None = None
    quality_score: float | None = None
    cost_usd: float | None = None
    user_context: dict[str, Any] | None = None
    validation_results: Validations | None = None
    own_verdicts: tuple[OwnVerdict, ...] = ()

    @property
    def duration_ms(self) -> float:
        """From the first to the last thing seen of it."""
        return ((self.completed_at or self.last_seen_at) - self.started_at) * 1000


@fact
class SessionPage:
    """Some sessions, newest first, and the cursor of the next page (None: that was all)."""

    sessions: tuple[Session, ...]
    next_cursor: str | None


@fact
class SessionFilter:
    """Which sessions; None is any."""

    status: SessionStatus | None = None
    overall_status: OverallStatus | None = None
    service_type: str | None = None
    user_id: str | None = None

    def matches(self, one: Session) -> bool:
        """Whether *one* is asked for."""
        asked = (
            (self.status, one.status), (self.overall_status, one.overall_status),
            (self.service_type, one.service_type), (self.user_id, one.user_id),
        )  # fmt: skip
        return all(wanted in (None, its) for wanted, its in asked)


class SessionLog(Protocol):
    """Where sessions are looked up once they are no longer in memory."""

    async def page(
        self, *, limit: int, cursor: str | None = None, which: SessionFilter | None = None
    ) -> SessionPage:
        """Newest first by start; raises ValueError for a cursor it did not make."""

    async def find(self, session_id: str) -> Session | None:
        """The session with its steps in order (at most 500), None when unknown."""

    async def steps(self, session_id: str) -> list[StepSeen]:
        """The application's own steps of a session in order, with their context; at most 500."""

    async def end_idle(self, unseen_since: float) -> list[SessionEnded]:
        """End the active sessions unseen since then (Unix time), some hundreds at most.

        Each is returned to one caller only, however many ask; it ended when it was last seen.
        """


def step_name(origin: Origin) -> str:
    """The step that a call belongs to: named by `Scope.step`, else by its operation."""
    return origin.scope.step or f"{origin.integration}.{origin.operation}"


def is_issue(event: CallFinished) -> bool:
    """As `Step.is_issue`, without making the step."""
    return _is_less(event.outcome, event.verdict.judgement if event.verdict else None)


def _is_less(outcome: Outcome, verdict: Judgement | None) -> bool:
    return outcome in ("failed", "refused") or verdict in ("warn", "fail")


def step_of(event: CallFinished) -> Step:
    """The step that a finished call is."""
    origin, verdict = event.origin, event.verdict
    return Step(
        step_name(origin),
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


def ended(calls: Mapping[str, bool], blocks: Mapping[str, bool]) -> list[tuple[str, bool]]:
    """How each step ended: its last call went well, and so did the application's code around it."""
    names = {**calls, **blocks}
    return [(name, calls.get(name, True) and blocks.get(name, True)) for name in names]


def overall(
    status: SessionStatus, outcomes: Iterable[tuple[str, bool]], *, critical: bool = False
) -> OverallStatus:
    """Sum up (step name, went well) in order: what counts is how each step *ended*.

    Still going: running. A critical issue: failed. Every step well at its last try: success;
    none: failed; else partial. Without steps: success when completed, failed when timed out.
    """
    last = dict(outcomes)
    if status == "active":
        return "running"
    if critical:
        return "failed"
    if not last:
        return "success" if status == "completed" else "failed"
    well: Sequence[bool] = list(last.values())
    if all(well):
        return "success"
    return "partial" if any(well) else "failed"
