"""One session, from what the record has of it and what this process saw last."""

from collections import Counter
from dataclasses import replace

from holdfast.sessions.session import Session, Step, overall
from holdfast.sessions.verdicts import Validations, latest, own_ends


def joined(recorded: Session | None, live: Session | None) -> Session | None:
    """The session with every step that either knows, each once.

    The record is a moment behind, and memory sees one process only: whoever saw the session later
    says how it stands; both together say what it did.
    """
    if recorded is None or live is None:
        return recorded or live
    own = latest(*recorded.own_verdicts, *live.own_verdicts)
    if live.step_count >= recorded.step_count:  # all of it was here
        return replace(
            live, started_at=min(live.started_at, recorded.started_at),
            user_id=live.user_id or recorded.user_id,
            service_type=live.service_type or recorded.service_type,
            user_context=recorded.user_context or live.user_context,
            validation_results=_validated(recorded, live), own_verdicts=own,
        )  # fmt: skip
    fresh = _unrecorded(recorded.steps, live.steps) if recorded.steps else []
    steps = tuple(sorted((*recorded.steps, *fresh), key=lambda step: step.at))
    ended_here = live.status == "completed" or live.last_seen_at > recorded.last_seen_at
    last = live if ended_here else recorded
    outcomes = [*((step.step, step.outcome == "succeeded") for step in steps), *own_ends(own)]
    return replace(
        recorded, status=last.status, completed_at=last.completed_at,
        overall_status=(
            overall(live.status, outcomes) if steps and ended_here else last.overall_status
        ),
        last_seen_at=max(live.last_seen_at, recorded.last_seen_at),
        step_count=recorded.step_count + len(fresh),
        issues_found=recorded.issues_found + sum(step.is_issue for step in fresh), steps=steps,
        user_context=recorded.user_context or live.user_context,
        validation_results=_validated(recorded, live), own_verdicts=own,
    )  # fmt: skip


def _validated(recorded: Session, live: Session) -> Validations | None:
    """The last verdict on each step, of whoever saw the session later."""
    one, other = recorded, live
    if live.last_seen_at < recorded.last_seen_at:
        one, other = live, recorded
    return {**(one.validation_results or {}), **(other.validation_results or {})} or None


def _unrecorded(recorded: tuple[Step, ...], seen: tuple[Step, ...]) -> list[Step]:
    """The steps of memory that the record does not have yet."""
    known = Counter(map(_key, recorded))
    fresh = []
    for step in seen:
        if known[_key(step)]:
            known[_key(step)] -= 1
        else:
            fresh.append(step)
    return fresh


def _key(step: Step) -> tuple[str, str, str, str, int]:
    """What is the same on both sides: databases keep microseconds, so the time is rounded."""
    return step.step, step.integration, step.operation, step.outcome, round(step.at * 1000)
