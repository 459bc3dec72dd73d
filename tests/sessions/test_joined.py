"""A session whose steps several processes took is one session."""

from dataclasses import replace

from holdfast.events import CallFinished, Origin, Scope, SessionEnded, SessionStarted
from holdfast.sessions.joined import joined
from holdfast.sessions.scores import performance_score, quality_score, recommendations
from holdfast.sessions.session import Session
from holdfast.sessions.tracker import Sessions


def seen(*steps: tuple[str, float], ended: bool = False) -> Session:
    """What one process saw of a session: (step, when)."""
    sessions = Sessions()
    sessions(SessionStarted("s", 1.0, "u", "guidance"))
    for step, at in steps:
        origin = Origin("sun", "rise", 1, Scope("s", step=step))
        sessions(CallFinished(origin, at, "succeeded", 4_000.0, 0.0, 4_000.0, 1))
    if ended:
        sessions(SessionEnded("s", 99.0, "completed"))
    found = sessions.find("s")
    assert found is not None
    return found


def test_each_step_is_there_once_in_order() -> None:
    """The record knows the other worker's, memory what is not written yet."""
    recorded, live = seen(("a", 2.0), ("b", 3.0), ("c", 4.0)), seen(("a", 2.0), ("d", 5.0))
    both = joined(recorded, live)
    assert both is not None
    assert [step.step for step in both.steps] == ["a", "b", "c", "d"]
    assert (both.step_count, both.last_seen_at, both.status) == (4, 5.0, "active")


def test_who_completed_it_says_how_it_stands() -> None:
    """Though the other one knows more of its steps."""
    recorded, live = seen(("a", 2.0), ("b", 3.0)), seen(("c", 4.0), ended=True)
    both = joined(recorded, live)
    assert both is not None
    assert (both.status, both.overall_status, both.completed_at) == ("completed", "success", 99.0)


def test_one_side_alone_is_the_answer() -> None:
    """A listed one has no steps in the record: the count is its."""
    one = seen(("a", 2.0), ("b", 3.0))
    assert joined(one, None) is joined(None, one) is one
    assert joined(None, None) is None
    listed = joined(replace(one, steps=()), seen(("a", 2.0)))
    assert listed is not None
    assert (listed.steps, listed.step_count) == ((), 2)


def test_scores_and_recommendations_tell_what_was_measured() -> None:
    """JyotiFlow's bounds; nothing measured is no score."""
    times = (4_999.0, 5_000.0, 10_000.0, 15_000.0)
    assert [performance_score(ms, 1) for ms in times] == [100.0, 80.0, 60.0, 40.0]
    assert (performance_score(0.0, 0), quality_score(0.0, 0), quality_score(1.5, 2)) == (
        None, None, 75.0,
    )  # fmt: skip
    assert recommendations(seen(("a", 2.0))) == ["a took 4.0 s: more than 3 s is slow"]
