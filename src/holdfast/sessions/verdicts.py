"""What was said of the steps of a session: by validators of their calls, by the application itself.

The application's own word wins for the step, whatever its calls were found to be, and stands until
the step is taken again: by a block that ends without being cancelled. A call keeps its verdict.
"""

from collections.abc import Iterable
from typing import Any

from holdfast.events import Judgement, Origin, StepTaken, Verdict, fact
from holdfast.telemetry.redact import redact

Validations = dict[str, dict[str, Any]]
"""By step: *status* (success, warning, failed), *score*, *method*, *reason*, and whose answer.

*integration* and *operation* are None where it is the application's own word on the step.
"""

JUDGEMENTS: dict[Judgement, str] = {"pass": "success", "warn": "warning", "fail": "failed"}
"""Every judgement, and the word for it in `Validations`."""

_MOST_NAMES = 200
"""Of steps whose verdict is remembered; the first ones."""


@fact
class OwnVerdict:
    """The application's own word on the result of a *step*; *at* is when that ended, Unix seconds.

    *score* is 0-1 or None; *reason* is redacted, None where none was given. *went_well*: it was
    not rejected, and its code did not fail.
    """

    step: str
    verdict: Judgement
    score: float | None
    reason: str | None
    method: str
    at: float
    went_well: bool


def validation(origin: Origin, verdict: Verdict) -> dict[str, Any]:
    """What `Validations` say of a call of one step."""
    return {
        "status": JUDGEMENTS[verdict.judgement], "score": verdict.score, "method": verdict.method,
        "reason": verdict.reason if verdict.judgement != "pass" else None,
        "integration": origin.integration, "operation": origin.operation,
    }  # fmt: skip


def own_validation(own: OwnVerdict) -> dict[str, Any]:
    """What `Validations` say of a step that the application judged itself."""
    return {
        "status": JUDGEMENTS[own.verdict], "score": own.score, "method": own.method,
        "reason": own.reason if own.verdict != "pass" else None,
        "integration": None, "operation": None,
    }  # fmt: skip


def is_doubted(event: StepTaken) -> bool:
    """Whether the application itself says that the user got less than an acceptable result."""
    return event.verdict is not None and event.verdict.judgement != "pass"


def went_well(outcome: str | None, judgement: Judgement) -> bool:
    """Whether a step went well that ended with *outcome* and was judged by the application."""
    return outcome != "failed" and judgement != "fail"


def own_ends(own: Iterable[OwnVerdict]) -> list[tuple[str, bool]]:
    """(step, went well) by the application's own words; later than what calls and code say."""
    return [(one.step, one.went_well) for one in own]


def latest(*own: OwnVerdict) -> tuple[OwnVerdict, ...]:
    """The last word on each step, of several who heard some, in order."""
    by_step = {one.step: one for one in sorted(own, key=lambda one: one.at)}
    return tuple(sorted(by_step.values(), key=lambda one: one.at))


class StepVerdicts:
    """The last verdict on each step of one session, folded from its facts; bounded."""

    def __init__(self) -> None:
        self._of_calls: Validations = {}
        self._own: dict[str, OwnVerdict] = {}

    def judged_call(self, step: str, origin: Origin, verdict: Verdict) -> None:
        """A validator spoke of an answer within *step*."""
        if step in self._of_calls or len(self._of_calls) < _MOST_NAMES:
            self._of_calls[step] = validation(origin, verdict)

    def taken(self, event: StepTaken) -> None:
        """A block of a step ended, judged by the application or not."""
        step, verdict = event.scope.step or "", event.verdict
        if verdict is None:
            if event.outcome != "cancelled":
                self._own.pop(step, None)
        elif step in self._own or len(self._own) < _MOST_NAMES:
            self._own[step] = OwnVerdict(
                step, verdict.judgement, verdict.score, redact(verdict.reason) or None,
                verdict.method, event.at, went_well(event.outcome, verdict.judgement),
            )  # fmt: skip

    def own(self) -> tuple[OwnVerdict, ...]:
        """The application's own words that stand, in order."""
        return latest(*self._own.values())

    def results(self) -> Validations | None:
        """The last verdict on each step, None while there is none."""
        own = {step: own_validation(one) for step, one in self._own.items()}
        return {**self._of_calls, **own} or None
