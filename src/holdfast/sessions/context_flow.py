"""A session's context from step to step, put together from what was kept of each: pure.

The steps may come from any number of processes. A step that opened its flow was handed everything;
the others say only what differed, so what they met is worked out from what was known before.
"""

from collections.abc import Iterable, Sequence

from holdfast.answer import Verdict
from holdfast.fact import fact
from holdfast.seen import ContextSeen, FieldSeen
from holdfast.sessions.losses import Known, Loss, is_within, losses

_SAME_SECONDS = 1e-5
"""Databases keep microseconds."""


@fact
class StepSeen:
    """One step as it was kept; *at* is when it ended, Unix seconds.

    *verdict* is what the application said of its result.
    """

    step: str
    at: float
    outcome: str | None
    duration_ms: float | None
    error: str | None
    context: ContextSeen | None
    verdict: Verdict | None = None

    @property
    def entered_at(self) -> float:
        """When it met its context."""
        return self.at - (self.duration_ms or 0.0) / 1000


@fact
class Passage:
    """What one step did to the context: fields by name, *lost* on the way to it."""

    step: StepSeen
    names: tuple[str, ...]
    added: tuple[str, ...]
    modified: tuple[str, ...]
    removed: tuple[str, ...]
    lost: tuple[Loss, ...]


def passages(steps: Iterable[StepSeen]) -> list[Passage]:
    """Each step that showed its context, in order, with what was found on the way to it."""
    known: dict[str, Known] = {}
    found = []
    for step in steps:
        if step.context is not None:
            lost = tuple(losses_at(known, step.context))
            before, known = known, known_after(known, step.step, step.context)
            found.append(_passage(step, before, known, lost))
    return found


def known_before(
    steps: Sequence[StepSeen], entered_at: float, step_of: tuple[str, float]
) -> dict[str, Known]:
    """What was known when a step began, from those of *steps* that had ended by then.

    *step_of* is the name and the end of the step itself, which is among them.
    """
    known: dict[str, Known] = {}
    name, ended_at = step_of
    for step in steps:
        is_itself = step.step == name and abs(step.at - ended_at) < _SAME_SECONDS
        if step.context is not None and step.at <= entered_at and not is_itself:
            known = known_after(known, step.step, step.context)
    return known


def losses_at(known: dict[str, Known], seen: ContextSeen) -> list[Loss]:
    """What did not arrive at the step that was *seen*."""
    entered = _entered(known, seen)
    return losses(known, entered, whole=seen.whole, required=seen.required)


def known_after(known: dict[str, Known], step: str, seen: ContextSeen) -> dict[str, Known]:
    """What is known once *step* has ended."""
    names = set(seen.names)
    left = {path: one for path, one in known.items() if path in names or not _is_gone(path, seen)}
    left.update({path: Known(one, step) for path, one in {**seen.entered, **seen.given}.items()})
    return {
        path: Known(one.field, step) if path in names else one
        for path, one in left.items()
        if path in names or not seen.whole
    }


def _is_gone(path: str, seen: ContextSeen) -> bool:
    replaced = {name.partition(".")[0] for name in seen.given}
    return any(is_within(path, name) for name in (*seen.lacking, *seen.dropped, *replaced))


def _entered(known: dict[str, Known], seen: ContextSeen) -> dict[str, FieldSeen]:
    if seen.opening:
        return dict(seen.entered)
    gone = set(seen.lacking)
    arrived = {path: one.field for path, one in known.items() if path not in gone}
    return {**arrived, **seen.entered}


def _passage(
    step: StepSeen, before: dict[str, Known], after: dict[str, Known], lost: tuple[Loss, ...]
) -> Passage:
    both = [path for path in after if path in before]
    return Passage(
        step,
        tuple(sorted(after)),
        tuple(sorted(path for path in after if path not in before)),
        tuple(p for p in sorted(both) if before[p].field.digest != after[p].field.digest),
        tuple(sorted(path for path in before if path not in after)),
        lost,
    )
