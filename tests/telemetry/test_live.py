"""What live pages are told: which names changed, once, and never without bound."""

from holdfast.events import (
    AnswerJudged,
    AttemptFailed,
    BreakerMoved,
    CallFinished,
    ContextLost,
    ControlUsed,
    Event,
    IssueFound,
    Origin,
    Scope,
    SessionEnded,
    SessionStarted,
    StepTaken,
    Verdict,
)
from holdfast.telemetry.live import Changed, Changes
from tests.telemetry.facts import request

NOTHING = Changed(frozenset(), frozenset(), requests=False)


def origin(integration: str, session_id: str | None = None) -> Origin:
    """A call of *integration*."""
    return Origin(integration, "op", 1, Scope(session_id=session_id))


def changes(*events: Event, most_sessions: int = 200) -> Changes:
    """What *events* changed."""
    seen = Changes(most_sessions=most_sessions)
    for event in events:
        seen(event)
    return seen


def test_every_fact_changes_what_it_is_about() -> None:
    """Integrations, sessions, requests."""
    seen = changes(
        CallFinished(origin("a", "s-1"), 0.0, "succeeded", 1.0, 0.0, 1.0, 1),
        AttemptFailed(origin("b", "s-2"), 0.0, 1, "TimedOut", "", 1.0, None),
        AnswerJudged(origin("c"), 0.0, Verdict("warn")),
        BreakerMoved("d", "op", 0.0, "closed", "open", "why"),
        ControlUsed("e", None, 0.0, "drill", "ops"),
        SessionStarted("s-3", 0.0, None, None),
        SessionEnded("s-4", 0.0, "completed"),
    ).take()
    sessions = frozenset({"s-1", "s-2", "s-3", "s-4"})
    assert seen == Changed(frozenset("abcde"), sessions, requests=False)
    assert seen.anything
    with_request = changes(request(scope=Scope(session_id="s-5"))).take()
    assert with_request == Changed(frozenset(), frozenset({"s-5"}), requests=True)
    assert with_request.anything


def test_what_was_taken_is_not_told_again() -> None:
    """The next look sees only what came since."""
    seen = changes(request())
    assert seen.take().anything
    assert seen.take() == NOTHING
    assert not NOTHING.anything


def test_a_flood_of_sessions_is_cut() -> None:
    """A page that hears of that many reads the list anew anyway."""
    flood = changes(
        *(SessionStarted(str(number), 0.0, None, None) for number in range(9)), most_sessions=3
    )
    assert flood.take().sessions == {"0", "1", "2"}


def test_what_the_application_tells_of_a_session_changes_it() -> None:
    """A step, a loss, an issue: the page shows them at the next beat."""
    changes = Changes()
    changes(StepTaken(Scope("a"), 1.0, "succeeded", 1.0))
    changes(ContextLost("b", 1.0, "voice", "birth", "lost", None))
    changes(IssueFound(Scope("c"), 1.0, "refund", "info", "odd"))
    assert changes.take().sessions == frozenset("abc")
