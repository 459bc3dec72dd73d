"""Events as rows: a pure function. Nothing here awaits or knows a database."""

from typing import Any, NamedTuple

from holdfast.clock import stamp
from holdfast.events import (
    BreakerMoved,
    CallFinished,
    ControlUsed,
    Event,
    RequestFinished,
    Scope,
    SessionEnded,
    SessionStarted,
    fact,
)
from holdfast.sessions.session import step_of
from holdfast.storage.texts import free_text, identifier, optional_identifier
from holdfast.telemetry.event_log import Batch

Row = dict[str, Any]


class Sighting(NamedTuple):
    """One thing seen of a session. A call counts as a step once its row *event_id* has landed."""

    session_id: str
    at: float
    user_id: str | None = None
    service_type: str | None = None
    event_id: str | None = None
    is_issue: bool = False


@fact
class Rows:
    """What one batch says, table by table; *seen* and *ended* are about sessions."""

    calls: list[Row]
    requests: list[Row]
    health: list[Row]
    audit: list[Row]
    seen: list[Sighting]
    ended: list[SessionEnded]


def rows_of(batch: Batch, instance: str) -> Rows:
    """The rows of *batch*. Facts that ride in others (attempts, verdicts) have none of their own.

    Raises ValueError, TypeError or OverflowError when an event holds what no row can.
    """
    rows = Rows([], [], [], [], [], [])
    for number, event in enumerate(batch.events, batch.first):
        _add(rows, event, {"event_id": f"{instance}-{number:012d}", "instance": instance})
    return rows


def _add(rows: Rows, event: Event, key: Row) -> None:
    match event:
        case CallFinished():
            rows.calls.append(_call(event, key))
            _see(rows, event.origin.scope, event.at, key["event_id"], step_of(event).is_issue)
        case RequestFinished():
            rows.requests.append(_request(event, key))
            _see(rows, event.scope, event.at, None, is_issue=False)
        case BreakerMoved():
            rows.health.append(_breaker(event, key))
        case ControlUsed():
            rows.audit.append(_control(event, key))
        case SessionStarted():
            rows.seen.append(_started(event))
        case SessionEnded():
            rows.ended.append(SessionEnded(identifier(event.session_id), event.at, event.status))
        case _:
            pass


def _see(rows: Rows, scope: Scope, at: float, event_id: str | None, is_issue: bool) -> None:
    if scope.session_id is not None:
        session_id, user_id = identifier(scope.session_id), optional_identifier(scope.user_id)
        rows.seen.append(Sighting(session_id, at, user_id, None, event_id, is_issue))


def _started(event: SessionStarted) -> Sighting:
    user_id, service_type = map(optional_identifier, (event.user_id, event.service_type))
    return Sighting(identifier(event.session_id), event.at, user_id, service_type)


def _scope(scope: Scope) -> Row:
    return {
        "session_id": optional_identifier(scope.session_id),
        "user_id": optional_identifier(scope.user_id),
        "request_id": optional_identifier(scope.request_id),
        "trace_id": optional_identifier(scope.trace_id),
    }


def _call(event: CallFinished, key: Row) -> Row:
    step, verdict, usage = step_of(event), event.verdict, event.usage
    return {
        **key,
        **_scope(event.origin.scope),
        "at": stamp(event.at),
        "integration": identifier(step.integration),
        "operation": identifier(step.operation),
        "outcome": step.outcome,
        "error_type": optional_identifier(step.error),
        "reason": free_text(step.reason),
        "latency_ms": step.latency_ms,
        "first_byte_ms": event.first_byte_ms,
        "waited_ms": step.waited_ms,
        "total_ms": event.total_ms,
        "attempts": step.attempts,
        "served_from": identifier(step.served_from),
        "verdict": step.verdict,
        "score": step.score,
        "method": identifier(verdict.method) if verdict else None,
        "usage": usage
        and {
            "unit": identifier(usage.unit),
            "amount": usage.amount,
            "remaining": usage.remaining,
            "model": optional_identifier(usage.model),
            "parts": usage.parts and {identifier(part): n for part, n in usage.parts.items()},
            "cost_usd": usage.cost_usd,
        },
        "step": identifier(step.step),
    }


def _request(event: RequestFinished, key: Row) -> Row:
    return {
        **key,
        **_scope(event.scope),
        "at": stamp(event.at),
        "endpoint": identifier(event.route),
        "method": identifier(event.method),
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
        "integration": identifier(event.integration),
        "operation": identifier(event.operation),
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
        "integration": identifier(event.integration),
        "operation": optional_identifier(event.operation),
    }
