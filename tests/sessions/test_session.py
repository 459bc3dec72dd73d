"""Sessions as records, and the rule that sums them up."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.events import CallFinished, Judgement, Origin, Outcome, Scope, Verdict
from holdfast.sessions.session import (
    OverallStatus,
    Session,
    SessionStatus,
    Step,
    overall,
    step_of,
)


def ended(
    outcome: Outcome = "succeeded", *, step: str | None = None, verdict: Verdict | None = None,
    error: str | None = None, reason: str | None = None,
) -> CallFinished:  # fmt: skip
    """The end of a call in a session."""
    origin = Origin("sun", "rise", 1, Scope(session_id="s-1", step=step))
    return CallFinished(
        origin, 5.0, outcome, 9.0, 1.0, 10.0, 2, error, reason, verdict, served_from="cache"
    )


def test_a_step_is_what_its_call_was() -> None:
    """Every field of the end of the call that a session needs."""
    verdict = Verdict("warn", "thin", "complete", 0.4)
    assert step_of(ended(step="chart", verdict=verdict)) == Step(
        "chart", "sun", "rise", "succeeded", "warn", 0.4, "thin", None, 9.0, 1.0, 2, "cache", 5.0
    )


@pytest.mark.parametrize(
    ("event", "step", "reason"),
    [
        (ended(), "sun.rise", None),
        (ended(step="chart"), "chart", None),
        (ended(verdict=Verdict("pass")), "sun.rise", None),
        (ended("failed", reason="down", verdict=Verdict("fail", "thin")), "sun.rise", "down"),
        (ended("failed", verdict=Verdict("fail", "thin")), "sun.rise", "thin"),
    ],
)
def test_a_step_has_a_name_and_the_nearest_reason(
    event: CallFinished, step: str, reason: str | None
) -> None:
    """Named by its scope, else by its operation; the error's reason before the verdict's."""
    assert (step_of(event).step, step_of(event).reason) == (step, reason)


@pytest.mark.parametrize(
    ("outcome", "judgement", "is_issue"),
    [
        ("succeeded", None, False),
        ("succeeded", "pass", False),
        ("succeeded", "warn", True),
        ("failed", "fail", True),
        ("failed", None, True),
        ("refused", None, True),
        ("cancelled", None, False),
    ],
)
def test_an_issue_is_less_than_an_accepted_answer(
    outcome: Outcome, judgement: Judgement | None, is_issue: bool
) -> None:
    """Failed, refused, doubted or rejected; who leaves had no issue."""
    verdict = Verdict(judgement) if judgement else None
    assert step_of(ended(outcome, verdict=verdict)).is_issue is is_issue


def session(completed_at: float | None) -> Session:
    """A session from 10 s to 12.5 s."""
    return Session("s", None, None, "active", "running", 10.0, 12.5, completed_at, 0, 0)


def test_a_session_lasts_until_it_was_completed_or_last_seen() -> None:
    """In milliseconds."""
    assert (session(None).duration_ms, session(14.0).duration_ms) == (2500.0, 4000.0)


@pytest.mark.parametrize(
    ("status", "outcomes", "expected"),
    [
        ("active", [], "running"),
        ("active", [("a", False)], "running"),
        ("completed", [], "success"),
        ("timed_out", [], "failed"),
        ("completed", [("a", True), ("b", True)], "success"),
        ("completed", [("a", True), ("b", False)], "partial"),
        ("completed", [("a", False), ("b", False)], "failed"),
        ("completed", [("a", False), ("a", True)], "success"),
        ("timed_out", [("a", True), ("b", True), ("b", False)], "partial"),
    ],
)
def test_what_counts_is_how_each_step_ended(
    status: SessionStatus, outcomes: Iterable[tuple[str, bool]], expected: OverallStatus
) -> None:
    """A repeated step is as good as its last try."""
    assert overall(status, outcomes) == expected


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.booleans())),
    st.sampled_from("abcd"),
)
def test_a_better_last_try_never_makes_a_session_worse(
    outcomes: list[tuple[str, bool]], step: str
) -> None:
    """Repeating a step with success moves the sum up or leaves it."""
    order = ["failed", "partial", "success"]
    before, after = overall("completed", outcomes), overall("completed", [*outcomes, (step, True)])
    assert not outcomes or order.index(after) >= order.index(before)
