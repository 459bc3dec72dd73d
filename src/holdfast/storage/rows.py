"""Events as rows: a pure function. Nothing here awaits or knows a database."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Table

from holdfast.clock import stamp
from holdfast.events import (
    AlertChanged,
    AnswerJudged,
    BreakerMoved,
    BusinessFact,
    CallFinished,
    ComponentChanged,
    ContextLost,
    ControlUsed,
    Event,
    IssueFound,
    Judgement,
    Origin,
    RequestFinished,
    Scope,
    SessionEnded,
    SessionStarted,
    StepTaken,
    Usage,
    Verdict,
    fact,
)
from holdfast.sessions.session import is_issue, step_name
from holdfast.sessions.verdicts import is_doubted
from holdfast.storage.alert_rows import alert_row, component_row
from holdfast.storage.rows_of_journeys import business_row, issue_row, loss_row, step_row
from holdfast.storage.tables import api_calls, audit, integration_calls, integration_health
from holdfast.storage.tables_of_meaning import business_metrics, context, issues, validations
from holdfast.storage.tables_of_watch import alerts
from holdfast.storage.texts import free_text, identifier, name, optional_identifier
from holdfast.telemetry.event_log import Batch
from holdfast.telemetry.redact import redact

Row = dict[str, Any]


class Sighting(NamedTuple):
    """One thing seen of a session. It counts, as a step or an issue, once its row has landed."""

    session_id: str
    at: float
    user_id: str | None = None
    service_type: str | None = None
    event_id: str | None = None
    is_issue: bool = False
    is_step: bool = True
    user_context: Row | None = None


@fact
class Rows:
    """What events say: rows by the name of their *table*; *seen* and *ended* are about sessions."""

    tables: dict[str, list[Row]]
    seen: list[Sighting]
    ended: list[SessionEnded]

    def add(self, table: Table, row: Row) -> None:
        """One more row of *table*; each row of a table has the same columns in the same order."""
        self.tables.setdefault(table.name, []).append(row)


def rows_of(batch: Batch, instance: str) -> Rows:
    """The rows of *batch*. Facts that ride in others (attempts) have none of their own.

    Raises ValueError, TypeError or OverflowError when an event holds what no row can.
    """
    rows = Rows({}, [], [])
    for number, event in enumerate(batch.events, batch.first):
        _add(rows, event, {"event_id": f"{instance}-{number:012d}", "instance": instance})
    return rows


def _add(rows: Rows, event: Event, key: Row) -> None:
    match event:
        case CallFinished():
            rows.add(integration_calls, _call(event, key))
            if event.origin.scope.session_id is not None:
                _see(rows, event.origin.scope, event.at, key["event_id"], is_issue(event))
            if event.verdict is not None and event.verdict.judgement == "pass":
                rows.add(validations, _validation(event.origin, event.at, event.verdict, key))
        case AnswerJudged():
            rows.add(validations, _validation(event.origin, event.at, event.verdict, key))
        case RequestFinished():
            rows.add(api_calls, _request(event, key))
            _see(rows, event.scope, event.at, None, is_issue=False)
        case SessionStarted():
            rows.seen.append(_started(event))
        case SessionEnded():
            rows.ended.append(SessionEnded(identifier(event.session_id), event.at, event.status))
        case BreakerMoved() | ControlUsed() | AlertChanged() | ComponentChanged():
            _add_moved(rows, event, key)
        case _:
            _add_told(rows, event, key)


_Moved = BreakerMoved | ControlUsed | AlertChanged | ComponentChanged


def _add_moved(rows: Rows, event: _Moved, key: Row) -> None:
    """What changed, and who changed it."""
    match event:
        case BreakerMoved():
            rows.add(integration_health, _breaker(event, key))
        case ControlUsed():
            rows.add(audit, _control(event, key))
        case AlertChanged():
            rows.add(alerts, alert_row(event))
        case ComponentChanged():
            rows.add(integration_health, component_row(event, key))


def _add_told(rows: Rows, event: Event, key: Row) -> None:
    """What the application itself told."""
    match event:
        case StepTaken():
            rows.add(context, step_row(event, key))
            _see(rows, event.scope, event.at, key["event_id"], is_doubted(event), is_step=False)
        case ContextLost():
            rows.add(issues, loss_row(event, key))
            _see_issue(rows, event.session_id, event.at, key)
        case IssueFound():
            rows.add(issues, issue_row(event, key))
            _see_issue(rows, event.scope.session_id, event.at, key)
        case BusinessFact():
            rows.add(business_metrics, business_row(event, key))
            _see(rows, event.scope, event.at, None, is_issue=False)
        case _:
            pass


def _see_issue(rows: Rows, session_id: str | None, at: float, key: Row) -> None:
    if session_id is not None:
        sight = Sighting(identifier(session_id), at, None, None, key["event_id"], True, False)
        rows.seen.append(sight)


def _see(
    rows: Rows, scope: Scope, at: float, event_id: str | None, is_issue: bool,
    *, is_step: bool = True,
) -> None:  # fmt: skip
    if scope.session_id is not None:
        session_id, user_id = identifier(scope.session_id), optional_identifier(scope.user_id)
        rows.seen.append(Sighting(session_id, at, user_id, None, event_id, is_issue, is_step))


def _started(event: SessionStarted) -> Sighting:
    user_id, service_type = map(optional_identifier, (event.user_id, event.service_type))
    said = event.user_context or {}
    told = {free_text(field) or "": _told(value) for field, value in said.items()} or None
    return Sighting(
        identifier(event.session_id), event.at, user_id, service_type, user_context=told
    )


def _told(value: str | float | bool) -> Any:
    return free_text(value) if isinstance(value, str) else value


_NOBODY: Row = {"session_id": None, "user_id": None, "request_id": None, "trace_id": None}


def _scope(scope: Scope) -> Row:
    if scope.session_id is scope.user_id is scope.request_id is scope.trace_id is None:
        return _NOBODY
    return {
        "session_id": optional_identifier(scope.session_id),
        "user_id": optional_identifier(scope.user_id),
        "request_id": optional_identifier(scope.request_id),
        "trace_id": optional_identifier(scope.trace_id),
    }


def _call(event: CallFinished, key: Row) -> Row:
    """Written out, nothing merged or asked twice: most rows of a busy service are these."""
    origin, verdict, usage = event.origin, event.verdict, event.usage
    scope = origin.scope
    session_id, user_id = scope.session_id, scope.user_id
    request_id, trace_id = scope.request_id, scope.trace_id
    reason = event.reason or (verdict.reason if verdict is not None else None)
    return {
        "event_id": key["event_id"],
        "instance": key["instance"],
        "session_id": None if session_id is None else identifier(session_id),
        "user_id": None if user_id is None else identifier(user_id),
        "request_id": None if request_id is None else identifier(request_id),
        "trace_id": None if trace_id is None else identifier(trace_id),
        "at": stamp(event.at),
        "integration": name(origin.integration),
        "operation": name(origin.operation),
        "outcome": event.outcome,
        "error_type": None if event.error is None else identifier(event.error),
        "reason": redact(reason) if reason else None,
        "latency_ms": event.latency_ms,
        "first_byte_ms": event.first_byte_ms,
        "waited_ms": event.waited_ms,
        "total_ms": event.total_ms,
        "attempts": event.attempts,
        "served_from": name(event.served_from),
        "stale_age_s": event.stale_age_seconds,
        "verdict": None if verdict is None else verdict.judgement,
        "score": None if verdict is None else verdict.score,
        "method": None if verdict is None else name(verdict.method),
        "usage": None if usage is None else _usage(usage),
        "cost": None if usage is None else usage.cost_usd,
        "step": name(scope.step or step_name(origin)),
    }


def _usage(usage: Usage) -> Row:
    said = {"unit": name(usage.unit), "amount": usage.amount, "remaining": usage.remaining}
    if usage.model is not None:
        said["model"] = identifier(usage.model)
    if usage.parts is not None:
        said["parts"] = {name(kind): part for kind, part in usage.parts.items()}
    return said


_STATUS: Mapping[Judgement, str] = {"pass": "success", "warn": "warning", "fail": "failed"}


def _validation(origin: Origin, at: float, verdict: Verdict, key: Row) -> Row:
    return {
        "validation_time": stamp(at),
        "id": key["event_id"],
        "session_id": optional_identifier(origin.scope.session_id),
        "integration_name": name(origin.integration),
        "operation": name(origin.operation),
        "step": name(step_name(origin)),
        "validation_type": identifier(verdict.method or "answer"),
        "status": _STATUS[verdict.judgement],
        "error_message": free_text(verdict.reason) if verdict.judgement != "pass" else None,
        "score": verdict.score,
        "method": name(verdict.method),
        "trace_id": optional_identifier(origin.scope.trace_id),
        "instance": key["instance"],
    }


def _request(event: RequestFinished, key: Row) -> Row:
    return {
        **key,
        **_scope(event.scope),
        "at": stamp(event.at),
        "endpoint": name(event.name or event.route),
        "user_type": optional_identifier(event.user_type),
        "method": name(event.method),
        "status_code": event.status,
        "response_time": event.duration_ms,
        "first_byte_ms": event.first_byte_ms,
        "request_bytes": event.request_bytes,
        "response_bytes": event.response_bytes,
        "outcome": event.outcome,
        "error": free_text(event.error),
    }


def _breaker(event: BreakerMoved, key: Row) -> Row:
    return {
        **key,
        "at": stamp(event.at),
        "integration": name(event.integration),
        "operation": name(event.operation),
        "since": stamp(event.at),
        "breaker_state": event.after,
        "detail": {
            "before": event.before,
            "reason": free_text(event.reason),
            "retry_in_seconds": event.retry_in_seconds,
        },
    }


def _control(event: ControlUsed, key: Row) -> Row:
    return {
        **key,
        "at": stamp(event.at),
        "actor": identifier(event.actor),
        "action": identifier(event.action),
        "integration": name(event.integration),
        "operation": optional_identifier(event.operation),
    }
