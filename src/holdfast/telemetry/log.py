"""Facts as log lines: what went wrong or changed, one structured line each."""

from collections.abc import Sequence
from threading import Lock
from typing import Any

import structlog

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.events import (
    AlertChanged,
    AnswerJudged,
    BreakerMoved,
    CallFinished,
    ComponentChanged,
    ContextLost,
    ControlUsed,
    Event,
    IssueFound,
    RequestFinished,
)
from holdfast.telemetry.fold import Fold
from holdfast.telemetry.redact import redact
from holdfast.telemetry.repeats import Repeats


class Log(Fold):
    """A sink that writes failures as warnings, changes as info, and successes not at all.

    Refusals come in floods: of each kind (integration, operation, error) the first is written at
    once, the others are counted into one line for each *repeat_seconds* (``calls_refused``).
    """

    def __init__(
        self, logger: Any = None, clock: Clock = SYSTEM_CLOCK, *, repeat_seconds: float = 10.0
    ) -> None:
        self._log = logger or structlog.get_logger("holdfast")
        self._clock = clock
        self._refusals: Repeats[tuple[str, str, str]] = Repeats(repeat_seconds)
        self._lock = Lock()

    def __call__(self, event: Event) -> None:
        """Write *event* if someone would want to read it."""
        self.take_in((event,), 0.0)

    def take_in(self, events: Sequence[Event], since: float) -> None:  # noqa: ARG002  # as a fold
        """Write those of *events* that someone would want to read."""
        for event in events:
            if type(event) is CallFinished:
                if event.outcome == "failed":
                    self._call(event)
                elif event.outcome == "refused":
                    self._refused(event)
            elif type(event) is not RequestFinished or event.outcome == "failed":
                self._other(event)
        self.sum_up()

    def _other(self, event: Event) -> None:
        if isinstance(event, BreakerMoved):
            self._breaker(event)
        elif isinstance(event, AnswerJudged):
            verdict = event.verdict
            reason, method = redact(verdict.reason), verdict.method
            self._log.warning(
                "answer_judged", **_whose(event), judgement=verdict.judgement,
                method=method, reason=reason, score=verdict.score,
            )  # fmt: skip
        elif isinstance(event, ControlUsed):
            self._log.info(
                "control_used", integration=event.integration, operation=event.operation,
                action=event.action, actor=event.actor,
            )  # fmt: skip
        elif isinstance(event, AlertChanged):
            self._alert(event)
        elif isinstance(event, ComponentChanged):
            self._component(event)
        elif isinstance(event, ContextLost):
            self._log.warning(
                f"context_{event.kind}", session_id=event.session_id, step=event.step,
                field=redact(event.field), last_step=event.last_step,
            )  # fmt: skip
        elif isinstance(event, IssueFound):
            self._log.warning(
                "issue_found", issue_type=event.issue_type, severity=event.severity,
                description=redact(event.description), session_id=event.scope.session_id,
            )  # fmt: skip
        elif isinstance(event, RequestFinished) and event.outcome == "failed":
            self._log.warning(
                "request_failed", method=event.method, route=event.route, name=event.name,
                status=event.status,
                error=event.error, duration_ms=round(event.duration_ms, 1),
                session_id=event.scope.session_id,
            )  # fmt: skip

    def _refused(self, event: CallFinished) -> None:
        origin = event.origin
        kind = (origin.integration, origin.operation, event.error or "unknown")
        with self._lock:
            is_new = self._refusals.is_new(kind, self._clock.monotonic())
        if is_new:
            self._call(event)

    def sum_up(self, *, at_once: bool = False) -> None:
        """Write the counts of refusals whose interval is over, or *at_once* all there are."""
        if not self._refusals:
            return
        with self._lock:
            due = self._refusals.due(self._clock.monotonic(), at_once=at_once)
        for (integration, operation, error), times, seconds in due:
            self._log.warning(
                "calls_refused", integration=integration, operation=operation, error=error,
                count=times, seconds=round(seconds, 1),
            )  # fmt: skip

    def _call(self, event: CallFinished) -> None:
        self._log.warning(
            f"call_{event.outcome}", **_whose(event), error=event.error,
            reason=redact(event.reason or ""), attempts=event.attempts,
            total_ms=round(event.total_ms, 1),
        )  # fmt: skip

    def _alert(self, event: AlertChanged) -> None:
        write = self._log.warning if event.state == "firing" else self._log.info
        write(
            f"alert_{event.state}", rule=event.rule, severity=event.severity,
            integration=event.integration, message=event.message, value=round(event.value, 2),
            threshold=event.threshold, alert_id=event.alert_id, reason=event.reason,
        )  # fmt: skip

    def _component(self, event: ComponentChanged) -> None:
        write = self._log.info if event.after == "healthy" else self._log.warning
        write(
            "component_changed", component=event.component, before=event.before,
            after=event.after, reason=redact(event.reason or ""),
        )  # fmt: skip

    def _breaker(self, event: BreakerMoved) -> None:
        write = self._log.warning if event.after == "open" else self._log.info
        write(
            "breaker_moved", integration=event.integration, operation=event.operation,
            before=event.before, after=event.after, reason=event.reason,
            retry_in_seconds=event.retry_in_seconds,
        )  # fmt: skip


def _whose(event: CallFinished | AnswerJudged) -> dict[str, Any]:
    origin = event.origin
    return {
        "integration": origin.integration,
        "operation": origin.operation,
        "call_id": origin.call_id,
        "session_id": origin.scope.session_id,
        "trace_id": origin.scope.trace_id,
    }
