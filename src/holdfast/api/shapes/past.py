"""What the record tells of the past, as JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from holdfast.api.shapes.numbers import latency, rounded
from holdfast.clock import iso
from holdfast.sessions.context_flow import Passage, StepSeen, passages
from holdfast.telemetry.spent import cost_usd
from holdfast.telemetry.tally import Tally
from holdfast.trends.history import (
    BusinessTotal,
    RecordedCall,
    RecordedIssue,
    Trouble,
    Use,
)
from holdfast.trends.trend import Trend

_LARGEST_HEALTHY = 1_000_000


def recorded_call(one: RecordedCall) -> dict[str, Any]:
    """A RecordedCall of the API reference."""
    times = {"at": iso(one.at), "latency_ms": rounded(one.latency_ms, 1)}
    return {**_fields(one), **times, "waited_ms": round(one.waited_ms, 1)}


def recorded_issue(one: RecordedIssue) -> dict[str, Any]:
    """A RecordedIssue of the API reference."""
    return {**_fields(one), "at": iso(one.at)}


def trouble(one: Trouble) -> dict[str, Any]:
    """An error, how often it came and when last."""
    return {"error": one.error, "count": one.count, "last_at": iso(one.last_at)}


def use(one: Use) -> dict[str, Any]:
    """One endpoint on one day for one type of user."""
    return {**_fields(one), "mean_ms": round(one.mean_ms, 1)}


def business_total(one: BusinessTotal) -> dict[str, Any]:
    """One day's sum of one kind of fact."""
    return {**_fields(one), "total": round(one.total, 6)}


def bucket(tally: Tally) -> dict[str, Any]:
    """Calls of a stretch of time; rates are percent, null without data.

    *cost_usd* is that of the calls with a price, null when there were none.
    """
    return {
        "total_calls": tally.total,
        "successful_calls": tally.succeeded,
        "failed_calls": tally.failed,
        "refused_calls": tally.refused,
        "success_rate": rounded(tally.success_rate, 2),
        "meaning_rate": rounded(tally.meaning_rate, 2),
        "mean_ms": rounded(tally.latency.mean, 1),
        "latency_ms": latency(tally.latency),
        "attempts": tally.attempts,
        "retries": tally.retries,
        "cost_usd": rounded(cost_usd(tally.usage), 6),
    }


def trend(found: Trend | None) -> dict[str, str] | None:
    """How the second half of the calls differs from the first; None: too few to tell."""
    if found is None:
        return None
    return {"success_rate": found.success_rate, "latency": found.latency}


def context_flow(session_id: str, steps: Sequence[StepSeen]) -> dict[str, Any]:
    """The context flow report: each step, and what was lost on the way to it."""
    found = passages(steps)
    sizes = [one.step.context.size_bytes for one in found if one.step.context is not None]
    return {
        "session_id": session_id,
        "steps": [step_taken(one) for one in steps],
        "context_flow": [_passage(one) for one in found],
        "context_lost": any(one.lost for one in found),
        "total_transformations": sum(bool(one.modified) for one in found),
        "context_size": {
            "initial": sizes[0] if sizes else None,
            "final": sizes[-1] if sizes else None,
            "is_healthy": max(sizes, default=0) < _LARGEST_HEALTHY,
        },
    }


def step_taken(one: StepSeen) -> dict[str, Any]:
    """The application's code for one step, and its own verdict on the result."""
    return {
        "step": one.step,
        "at": iso(one.at),
        "outcome": one.outcome,
        "duration_ms": rounded(one.duration_ms, 1),
        "error": one.error,
        "verdict": one.verdict.judgement if one.verdict else None,
        "score": one.verdict.score if one.verdict else None,
        "reason": one.verdict.reason or None if one.verdict else None,
        "method": one.verdict.method or None if one.verdict else None,
    }


def _passage(one: Passage) -> dict[str, Any]:
    seen = one.step.context
    return {
        "step": one.step.step,
        "at": iso(one.step.at),
        "fields": list(one.names),
        "size": seen.size_bytes if seen else 0,
        "hash": seen.digest if seen else "",
        "added": list(one.added),
        "modified": list(one.modified),
        "removed": list(one.removed),
        "lost": [asdict(loss) for loss in one.lost],
    }


def _fields(one: Any) -> dict[str, Any]:
    return asdict(one)
