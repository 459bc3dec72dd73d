"""How fast and how good a session was, as two numbers from 0 to 100; pure rules.

The bounds are JyotiFlow's. What was not measured has no score: it is None, never a default.
"""

from holdfast.events import Judgement, Verdict
from holdfast.sessions.session import Session

_PERFORMANCE = ((5_000.0, 100.0), (10_000.0, 80.0), (15_000.0, 60.0))
_SLOWEST = 40.0
SLOW_STEP_MS = 3_000.0
"""A step that takes longer is worth a recommendation."""

SHARES: dict[Judgement, float] = {"pass": 1.0, "warn": 0.5, "fail": 0.0}
"""What a verdict without a score of its own is worth."""


def performance_score(called_ms: float, calls: int) -> float | None:
    """From the time spent in calls: under 5 s 100, under 10 s 80, under 15 s 60, else 40."""
    if not calls:
        return None
    return next((score for bound, score in _PERFORMANCE if called_ms < bound), _SLOWEST)


def share_of(verdict: Verdict) -> float:
    """What an answer was worth, 0-1: the validator's score, else by its word."""
    return SHARES[verdict.judgement] if verdict.score is None else verdict.score


def quality_score(shares: float, judged: int) -> float | None:
    """The mean worth of the judged answers, in percent; *shares* is their sum."""
    return 100 * shares / judged if judged else None


def recommendations(session: Session) -> list[str]:
    """What to look at in *session*, in words: steps that were slow, and how often."""
    slow: dict[str, list[float]] = {}
    for step in session.steps:
        if step.latency_ms is not None and step.latency_ms > SLOW_STEP_MS:
            slow.setdefault(step.step, []).append(step.latency_ms)
    return [
        f"{name} took {max(times) / 1000:.1f} s: more than {SLOW_STEP_MS / 1000:g} s is slow"
        for name, times in slow.items()
    ]
