"""What the application tells of its journeys, as rows: steps with their context, issues, business.

Texts were redacted when the facts were made, and are once more here: whoever else makes such facts
cannot forget it.
"""

from collections.abc import Mapping
from typing import Any

from holdfast.clock import stamp
from holdfast.events import BusinessFact, ContextLost, IssueFound, StepTaken
from holdfast.seen import ContextSeen, FieldSeen
from holdfast.storage.texts import free_text, identifier, optional_identifier

Row = dict[str, Any]


def step_row(event: StepTaken, key: Row) -> Row:
    """A row of `monitoring_context`; *context_data* is empty for a step that showed none."""
    seen, verdict = event.context, event.verdict
    return {
        **key,
        "at": stamp(event.at),
        "session_id": identifier(event.scope.session_id or ""),
        "integration_point": identifier(event.scope.step or ""),
        "context_data": _context(seen) if seen else {},
        "context_hash": seen.digest if seen else "",
        "lost": list(seen.lacking) if seen and seen.lacking else None,
        "changed": [*seen.given, *(() if seen.opening else seen.entered)] if seen else None,
        "size_bytes": seen.size_bytes if seen else 0,
        "outcome": event.outcome,
        "duration_ms": event.duration_ms,
        "error_type": optional_identifier(event.error),
        "verdict": verdict.judgement if verdict else None,
        "score": verdict.score if verdict else None,
        "reason": free_text(verdict.reason) or None if verdict else None,
        "method": identifier(verdict.method) if verdict else None,
    }


def loss_row(event: ContextLost, key: Row) -> Row:
    """A row of `business_logic_issues` for a field that did not arrive."""
    last = f"; {event.last_step} still had it" if event.last_step else ""
    return {
        **_issue_key(event.at, key),
        "session_id": identifier(event.session_id),
        "issue_type": f"context_{event.kind}",
        "severity": "warning",
        "description": free_text(f"{event.field} is {event.kind} in {event.step}{last}"),
        "user_impact": None,
        "context": {
            "field": free_text(event.field), "kind": event.kind,
            "step": identifier(event.step), "last_step": optional_identifier(event.last_step),
        },
    }  # fmt: skip


def issue_row(event: IssueFound, key: Row) -> Row:
    """A row of `business_logic_issues`."""
    details = event.details or {}
    return {
        **_issue_key(event.at, key),
        "session_id": optional_identifier(event.scope.session_id),
        "issue_type": identifier(event.issue_type),
        "severity": event.severity,
        "description": free_text(event.description),
        "user_impact": free_text(event.user_impact),
        "context": {identifier(name): free_text(text) for name, text in details.items()},
    }


def business_row(event: BusinessFact, key: Row) -> Row:
    """A row of `monitoring_business_metrics`: one fact."""
    return {
        **key,
        "at": stamp(event.at),
        "name": identifier(event.name),
        "kind": identifier(event.kind),
        "value": event.value,
        "unit": identifier(event.unit),
        "dimensions": {
            identifier(name): free_text(text) for name, text in event.dimensions.items()
        },
        "user_id": optional_identifier(event.scope.user_id),
        "session_id": optional_identifier(event.scope.session_id),
    }


def _issue_key(at: float, key: Row) -> Row:
    return {"created_at": stamp(at), "id": key["event_id"], "instance": key["instance"]}


def _context(seen: ContextSeen) -> Row:
    return {
        "opening": seen.opening,
        "whole": seen.whole,
        "names": list(map(free_text, seen.names)),
        "entered": _fields(seen.entered),
        "given": _fields(seen.given),
        "lacking": list(map(free_text, seen.lacking)),
        "dropped": list(map(free_text, seen.dropped)),
        "required": list(seen.required),
        "cut": seen.cut,
        "begun": seen.begun,
    }


def _fields(fields: Mapping[str, FieldSeen]) -> dict[str, list[Any]]:
    """Name to kind, size, digest and head: short, for there are many."""
    return {free_text(name) or "": _field(one) for name, one in fields.items()}


def _field(one: FieldSeen) -> list[Any]:
    return [one.kind, one.size, one.digest, free_text(one.head)]
