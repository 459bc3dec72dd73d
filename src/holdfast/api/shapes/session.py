"""Sessions and steps as JSON; users are masked."""

from typing import Any

from holdfast.api.shapes.numbers import rounded
from holdfast.clock import iso
from holdfast.sessions.session import Session, Step
from holdfast.sessions.verdicts import OwnVerdict

LISTED_STEPS = 12
"""How many steps a session has at most where it stands among others: the last ones."""


def masked(user_id: str | None) -> str | None:
    """Enough of a user's name to recognise it by, and no more: ``maria`` → ``m…a``."""
    if not user_id:
        return None
    return f"{user_id[0]}…{user_id[-1]}" if user_id[2:] else "…"


def session(one: Session, most_steps: int | None = None) -> dict[str, Any]:
    """The Session of the API reference, with its last *most_steps* (None: all it has).

    Nor are there more of the application's own verdicts on steps, which win for their steps.
    """
    steps = one.steps if most_steps is None else one.steps[-most_steps:]
    own = one.own_verdicts if most_steps is None else one.own_verdicts[-most_steps:]
    return {
        "session_id": one.session_id,
        "user": masked(one.user_id),
        "service_type": one.service_type,
        "status": one.status,
        "overall_status": one.overall_status,
        "started_at": iso(one.started_at),
        "last_seen_at": iso(one.last_seen_at),
        "completed_at": iso(one.completed_at),
        "duration_ms": round(one.duration_ms, 1),
        "step_count": one.step_count,
        "issues_found": one.issues_found,
        "performance_score": rounded(one.performance_score, 1),
        "quality_score": rounded(one.quality_score, 1),
        "cost_usd": rounded(one.cost_usd, 6),
        "steps": [step(taken) for taken in steps],
        "own_verdicts": [own_verdict(said) for said in own],
    }


def step(taken: Step) -> dict[str, Any]:
    """The Step of the API reference."""
    return {
        "step": taken.step,
        "integration": taken.integration,
        "operation": taken.operation,
        "outcome": taken.outcome,
        "verdict": taken.verdict,
        "score": taken.score,
        "reason": taken.reason,
        "error": taken.error,
        "latency_ms": rounded(taken.latency_ms, 1),
        "waited_ms": round(taken.waited_ms, 1),
        "attempts": taken.attempts,
        "served_from": taken.served_from,
        "at": iso(taken.at),
    }


def own_verdict(said: OwnVerdict) -> dict[str, Any]:
    """The OwnVerdict of the API reference."""
    return {
        "step": said.step,
        "verdict": said.verdict,
        "score": said.score,
        "reason": said.reason,
        "method": said.method or None,
        "at": iso(said.at),
    }
