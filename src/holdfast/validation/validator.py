"""The policy that lets validators look at an answer, and fails the call when one says no."""

from asyncio import iscoroutine
from collections.abc import Callable, Sequence
from typing import Any

from holdfast.errors import SemanticError
from holdfast.events import AnswerJudged, Verdict
from holdfast.resilience.gate import Gate
from holdfast.resilience.policy import Call
from holdfast.validation.verdict import worst

Validator = Callable[[Any], Verdict | None]
"""Looks at an answer. Returns None when it cannot judge it; never raises, never waits."""


def judge(call: Call, answer: Any, validators: Sequence[Validator]) -> None:
    """Write the gravest verdict on *call*; raise `SemanticError` when it is a *fail*.

    Raises TypeError when a validator returned something else than a verdict.
    """
    verdicts = [(validator, validator(answer)) for validator in validators]
    for validator, verdict in verdicts:
        if verdict is not None and not isinstance(verdict, Verdict):
            raise _no_verdict(validator, verdict)
    _write(call, worst(verdict for _, verdict in verdicts))


def _no_verdict(validator: Validator, returned: Any) -> TypeError:
    if iscoroutine(returned):
        returned.close()
    name = getattr(validator, "__name__", type(validator).__name__)
    return TypeError(
        f"the validator {name} returned {type(returned).__name__}: it is a plain def "
        'that returns Verdict("pass"), Verdict("fail", why) or None'
    )


def _write(call: Call, verdict: Verdict | None) -> None:
    call.verdict = verdict
    if verdict is not None and verdict.judgement != "pass":
        call.emit(AnswerJudged(call.origin, call.clock.wall(), verdict))
        if verdict.judgement == "fail":
            raise SemanticError(verdict)


class Validate(Gate):
    """Judges each answer. A held one (a stream) is judged by its own watcher at its end."""

    def __init__(self, validators: Sequence[Validator]) -> None:
        self.validators = tuple(validators)
        self._only = self.validators[0] if len(self.validators) == 1 else None

    def leave(self, call: Call, token: None, answer: Any, now: float) -> None:  # noqa: ARG002  # as any gate
        """Raises `SemanticError` unless every validator accepts the answer."""
        if call.held:
            return
        if self._only is None:
            judge(call, answer, self.validators)
            return
        verdict = self._only(answer)
        if verdict is not None:
            if not isinstance(verdict, Verdict):
                raise _no_verdict(self._only, verdict)
            if verdict.judgement != "pass":
                _write(call, verdict)
        call.verdict = verdict
