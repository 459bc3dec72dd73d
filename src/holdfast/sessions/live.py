"""One session as it goes on, folded from its facts; bounded whatever it does."""

from typing import Any

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
    Verdict,
)
from holdfast.sessions.scores import performance_score, quality_score, share_of
from holdfast.sessions.session import (
    Session,
    SessionStatus,
    Step,
    ended,
    is_issue,
    overall,
    step_name,
    step_of,
)
from holdfast.sessions.verdicts import StepVerdicts, is_doubted, own_ends

_OF_A_SCOPE = (RequestFinished, BusinessFact)

_MOST_NAMES = 200
"""Of steps whose end is remembered; the first ones."""


class LiveSession:
    """What is known of one session; *steps* holds the last few."""

    def __init__(self, session_id: str, at: float) -> None:
        self.session_id = session_id
        self.status: SessionStatus = "active"
        self.last_seen_at = at
        self._user_id: str | None = None
        self._service_type: str | None = None
        self._started_at = at
        self._completed_at: float | None = None
        self._steps: list[Step] = []
        self._step_count = self._issues_found = 0
        self._calls: dict[str, bool] = {}
        self._blocks: dict[str, bool] = {}
        self._critical = False
        self._called_ms = self._shares = 0.0
        self._judged = 0
        self._cost_usd: float | None = None
        self._user_context: dict[str, Any] | None = None
        self._verdicts = StepVerdicts()

    def follow(self, event: Event, most_steps: int) -> None:
        """Add what *event* says; the caller knows that it is about this session."""
        if isinstance(event, SessionEnded):
            self.status, self._completed_at = event.status, event.at
            return
        if isinstance(event, ContextLost):
            self._issues_found += 1
            return
        self._seen(event.at)
        if isinstance(event, CallFinished):
            self._add_call(event, most_steps)
            self._user_id = self._user_id or event.origin.scope.user_id
        elif isinstance(event, _OF_A_SCOPE):
            self._user_id = self._user_id or event.scope.user_id
        elif isinstance(event, StepTaken):
            self._add_block(event)
        elif isinstance(event, SessionStarted):
            self._user_id = event.user_id or self._user_id
            self._service_type = event.service_type or self._service_type
            self._user_context = self._user_context or event.user_context
        elif isinstance(event, IssueFound):
            self._issues_found += 1
            self._critical = self._critical or event.severity == "critical"

    def summary(self, last_steps: int) -> Session:
        """As a record, with its last steps."""
        own = self._verdicts.own()
        outcomes = [*ended(self._calls, self._blocks), *own_ends(own)]
        return Session(
            self.session_id, self._user_id, self._service_type, self.status,
            overall(self.status, outcomes, critical=self._critical),
            self._started_at, self.last_seen_at, self._completed_at,
            self._step_count, self._issues_found, tuple(self._steps[-last_steps:]),
            performance_score(self._called_ms, self._step_count),
            quality_score(self._shares, self._judged), self._cost_usd,
            self._user_context, self._verdicts.results(), own[-last_steps:],
        )  # fmt: skip

    def _seen(self, at: float) -> None:
        if at > self.last_seen_at:
            self.last_seen_at = at
        elif at < self._started_at:
            self._started_at = at
        if self.status == "timed_out" and at > (self._completed_at or 0.0):
            self.status, self._completed_at = "active", None

    def _add_call(self, event: CallFinished, most_steps: int) -> None:
        self._step_count += 1
        self._issues_found += is_issue(event)
        self._steps.append(step_of(event))
        del self._steps[:-most_steps]
        _remember(self._calls, step_name(event.origin), event.outcome == "succeeded")
        self._called_ms += event.total_ms
        if event.verdict is not None:
            self._add_verdict(event.verdict)
            self._verdicts.judged_call(step_name(event.origin), event.origin, event.verdict)
        if event.usage is not None and event.usage.cost_usd is not None:
            self._cost_usd = (self._cost_usd or 0.0) + event.usage.cost_usd

    def _add_block(self, event: StepTaken) -> None:
        if event.outcome != "cancelled":
            _remember(self._blocks, event.scope.step or "", event.outcome == "succeeded")
        self._issues_found += is_doubted(event)
        self._verdicts.taken(event)
        if event.verdict is not None:
            self._add_verdict(event.verdict)

    def _add_verdict(self, verdict: Verdict) -> None:
        self._judged += 1
        self._shares += share_of(verdict)


def _remember(ends: dict[str, bool], name: str, well: bool) -> None:
    if name in ends or len(ends) < _MOST_NAMES:
        ends[name] = well
