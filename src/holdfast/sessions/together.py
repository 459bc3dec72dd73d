"""A session whose steps were taken in several workers, put together; and as JSON can carry it."""

from collections.abc import Sequence
from dataclasses import astuple, fields, replace
from typing import Any

from holdfast.sessions.session import Session, SessionStatus, Step, overall
from holdfast.sessions.verdicts import OwnVerdict, Validations, latest, own_ends

_STEP = tuple(field.name for field in fields(Step))
_SESSION = tuple(
    field.name for field in fields(Session) if field.name not in ("own_verdicts", "steps")
)


def plain(session: Session) -> list[Any]:
    """*session* as a list; the last of it are its own verdicts and its steps."""
    steps = [[getattr(step, name) for name in _STEP] for step in session.steps]
    own = [list(astuple(one)) for one in session.own_verdicts]
    return [*(getattr(session, name) for name in _SESSION), own, steps]


def session_of(plain: Sequence[Any]) -> Session:
    """The session that *plain* tells of."""
    told = dict(zip(_SESSION, plain, strict=False))
    # Workers of an earlier release publish none.
    own = tuple(OwnVerdict(*one) for said in plain[len(_SESSION) : -1] for one in said)
    return Session(**told, own_verdicts=own, steps=tuple(Step(*step) for step in plain[-1]))


def together(parts: Sequence[Session]) -> Session:
    """One session of its *parts*: each worker knows its own steps of it.

    It is completed when anybody saw that, else it goes on as long as anybody thinks so.
    """
    first = parts[0]
    if len(parts) == 1:
        return first
    steps = sorted((step for part in parts for step in part.steps), key=lambda step: step.at)
    status = _status({part.status for part in parts})
    ends = [part.completed_at for part in parts if part.status == status and part.completed_at]
    own = latest(*(one for part in parts for one in part.own_verdicts))
    outcomes = [*((step.step, step.outcome == "succeeded") for step in steps), *own_ends(own)]
    costs = [part.cost_usd for part in parts if part.cost_usd is not None]
    return replace(
        max(parts, key=lambda part: part.last_seen_at),
        user_id=next((part.user_id for part in parts if part.user_id), None),
        service_type=next((part.service_type for part in parts if part.service_type), None),
        status=status,
        overall_status=overall(status, outcomes),
        started_at=min(part.started_at for part in parts),
        last_seen_at=max(part.last_seen_at for part in parts),
        completed_at=max(ends, default=None),
        step_count=sum(part.step_count for part in parts),
        issues_found=sum(part.issues_found for part in parts),
        cost_usd=sum(costs) if costs else None,
        steps=tuple(steps),
        user_context=next((part.user_context for part in parts if part.user_context), None),
        validation_results=_validated(parts),
        own_verdicts=own,
    )


def _validated(parts: Sequence[Session]) -> Validations | None:
    """The last verdict on each step, of whoever saw the session last."""
    found: Validations = {}
    for part in sorted(parts, key=lambda part: part.last_seen_at):
        found |= part.validation_results or {}
    return found or None


def _status(seen: set[SessionStatus]) -> SessionStatus:
    if "completed" in seen:
        return "completed"
    return "active" if "active" in seen else "timed_out"
