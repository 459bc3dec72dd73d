"""The application's own word on a step beside the verdicts on its calls: which says what when."""

from dataclasses import replace

import pytest

from holdfast.clock import Clock
from holdfast.events import CallFinished, Event, Origin, Scope, SessionEnded, StepTaken, Verdict
from holdfast.sessions.joined import joined
from holdfast.sessions.journey import Journeys
from holdfast.sessions.session import Session
from holdfast.sessions.together import plain, session_of, together
from holdfast.sessions.tracker import Sessions
from holdfast.sessions.verdicts import OwnVerdict
from tests.sessions.followed import followed

GOOD, POOR, WRONG = (
    Verdict("pass", "", "relevance", 0.9),
    Verdict("warn", "off topic", "editor", 0.4),
    Verdict("fail", "ask ann@example.com", "editor"),
)
END = SessionEnded("s", 99.0, "completed")


def call(at: float, verdict: Verdict | None = GOOD, outcome: str = "succeeded") -> CallFinished:
    """A call within the step "guidance"."""
    origin = Origin("openai", "chat", 1, Scope("s", None, "guidance"))
    return CallFinished(origin, at, outcome, 5.0, 0.0, 5.0, 1, verdict=verdict)  # type: ignore[arg-type]


def step(at: float, verdict: Verdict | None = None, outcome: str = "succeeded") -> StepTaken:
    """A block of the step "guidance" that ended."""
    return StepTaken(Scope("s", None, "guidance"), at, outcome, 9.0, None, verdict)  # type: ignore[arg-type]


def own(verdict: Verdict, at: float, *, went_well: bool) -> OwnVerdict:
    """What memory and record make of *verdict*."""
    reason = verdict.reason.replace("ann@example.com", "[email]") or None
    return OwnVerdict(
        "guidance", verdict.judgement, verdict.score, reason, verdict.method, at, went_well
    )


def _status(session: Session) -> str | None:
    results = session.validation_results
    return results["guidance"]["status"] if results else None


def test_the_applications_word_wins_for_the_step_and_the_call_keeps_its_verdict() -> None:
    """Whatever the validator said of the call inside; the step has failed by it."""
    found = followed(call(1.0, GOOD), step(2.0, WRONG, "failed"), END)
    assert found.own_verdicts == (own(WRONG, 2.0, went_well=False),)
    assert found.validation_results == {
        "guidance": {
            "status": "failed", "score": None, "method": "editor", "reason": "ask [email]",
            "integration": None, "operation": None,
        }
    }  # fmt: skip
    assert [(one.verdict, one.score, one.reason) for one in found.steps] == [("pass", 0.9, None)]
    assert (found.overall_status, found.step_count, found.issues_found) == ("failed", 1, 1)
    assert found.quality_score == 45.0  # of a call worth 0.9, and a step worth nothing


def test_a_step_the_application_accepts_went_well_though_its_call_failed() -> None:
    """It had something else to give; the call's own failure is still an issue."""
    found = followed(call(1.0, None, "failed"), step(2.0, replace(GOOD, method="editor")), END)
    assert (found.overall_status, found.issues_found, _status(found)) == ("success", 1, "success")
    failed = followed(call(1.0), step(2.0, GOOD, "failed"), END)  # its code broke after that word
    assert failed.overall_status == "failed"


@pytest.mark.parametrize(
    ("later", "status", "stands"),
    [
        ([call(3.0, GOOD)], "warning", True),
        ([call(3.0, GOOD), step(4.0, None, "cancelled")], "warning", True),
        ([call(3.0, GOOD), step(4.0)], "success", False),
        ([call(3.0, GOOD), step(4.0, None, "failed")], "success", False),
        ([call(3.0, GOOD), step(4.0, WRONG, "failed")], "failed", True),
        ([step(4.0, WRONG, "cancelled")], "failed", True),
    ],
    ids=["late call", "cancelled", "taken again", "broke", "judged again", "judged, then left"],
)
def test_a_word_stands_until_the_step_is_taken_again(
    later: list[Event], status: str, stands: bool
) -> None:
    """A call that ends late takes nothing back, nor does who left."""
    found = followed(call(1.0, GOOD), step(2.0, POOR), *later)
    assert (_status(found), bool(found.own_verdicts)) == (status, stands)


def test_a_step_without_calls_can_be_judged() -> None:
    """It is no call, and still there; a running session with a doubted step has an issue."""
    found = followed(step(2.0, POOR))
    assert (found.own_verdicts, found.steps) == ((own(POOR, 2.0, went_well=True),), ())
    assert (found.step_count, found.issues_found, found.overall_status) == (0, 1, "running")


def test_words_are_bounded() -> None:
    """Two hundred steps, whatever an application judges; an answer has the last of them."""
    scopes = (Scope("s", None, f"step-{number}") for number in range(300))
    sessions = Sessions(most_steps=5)
    for number, scope in enumerate(scopes):
        sessions(StepTaken(scope, float(number), "succeeded", 1.0, None, GOOD))
    found = sessions.find("s")
    assert found is not None
    assert [one.step for one in found.own_verdicts] == [f"step-{n}" for n in range(195, 200)]
    assert len(found.validation_results or {}) == 200


def test_words_of_several_workers_are_put_together() -> None:
    """The last on each step, as JSON carries them; and what a worker of old publishes has none."""
    one = followed(call(1.0), step(2.0, WRONG, "failed"), END)
    other = followed(call(3.0), step(4.0, POOR), END)
    carried = [session_of(plain(each)) for each in (one, other)]
    assert carried == [one, other]
    both = together(carried)
    assert both.own_verdicts == (own(POOR, 4.0, went_well=True),)
    assert (both.overall_status, _status(both)) == ("success", "warning")
    of_old = plain(one)
    del of_old[-2]
    assert session_of(of_old) == replace(one, own_verdicts=())


def test_memory_and_record_are_put_together() -> None:
    """After a restart memory has the last moment only; both say what was judged."""
    recorded = followed(call(1.0), call(1.5), step(2.0, WRONG, "failed"))
    chart = StepTaken(Scope("s", None, "chart"), 5.0, "succeeded", 1.0, None, GOOD)
    found = joined(recorded, followed(chart, END))
    assert found is not None
    assert [(said.step, said.verdict) for said in found.own_verdicts] == [
        ("guidance", "fail"), ("chart", "pass"),
    ]  # fmt: skip
    assert found.overall_status == "partial"


def test_a_verdict_that_is_none_is_refused_and_a_score_that_is_none_is_left_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The first is a slip of the pen, the second may depend on data: it must not fail the step."""
    events: list[Event] = []
    journeys = Journeys(events.append, Clock(lambda: 0.0, lambda: 7.0))
    with journeys.session("s", completes=False), journeys.step("guidance") as block:
        with pytest.raises(ValueError, match="judgement is 'good': say one of pass, warn, fail"):
            block.judge(Verdict("good"))  # type: ignore[arg-type]
        block.judge(Verdict("pass", score=float("nan")))
    assert "score is nan: give 0 to 1, or None" in "".join(capsys.readouterr())
    assert [one.verdict for one in events if isinstance(one, StepTaken)] == [Verdict("pass")]
