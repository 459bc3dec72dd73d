"""Verdicts: how validators say yes, perhaps and no, and how several are one."""

from collections.abc import Iterable

from holdfast.events import Verdict

_GRAVITY = {"pass": 0, "warn": 1, "fail": 2}


def passed(method: str, score: float | None = None) -> Verdict:
    """The answer is acceptable."""
    return Verdict("pass", "", method, score)


def warned(method: str, reason: str, score: float | None = None) -> Verdict:
    """The answer is served, and someone should look at it."""
    return Verdict("warn", reason, method, score)


def failed(method: str, reason: str, score: float | None = None, *, repeat: bool = True) -> Verdict:
    """The answer is not acceptable; without *repeat* another attempt would bring the same."""
    return Verdict("fail", reason, method, score, repeat)


def worst(verdicts: Iterable[Verdict | None]) -> Verdict | None:
    """The gravest of *verdicts*, the first among equals; None when nothing was judged."""
    gravest = None
    for verdict in verdicts:
        if verdict is not None and (gravest is None or _is_graver(verdict, gravest)):
            gravest = verdict
    return gravest


def _is_graver(one: Verdict, other: Verdict) -> bool:
    return _GRAVITY[one.judgement] > _GRAVITY[other.judgement]
