"""Log lines: failures as warnings, changes as information, successes not at all."""

from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from holdfast.clock import Clock
from holdfast.events import (
    AnswerJudged,
    AttemptFailed,
    BreakerMoved,
    BreakerName,
    CallFinished,
    ContextLost,
    ControlUsed,
    Event,
    IssueFound,
    Origin,
    Outcome,
    Scope,
    SessionStarted,
    Verdict,
)
from holdfast.telemetry.log import Log
from holdfast.telemetry.repeats import Repeats
from tests.telemetry.facts import Hands, request

ORIGIN = Origin("sun", "rise", 7, Scope(session_id="s-1", trace_id="t-1", user_id="u-1"))
WHOSE = {
    "integration": "sun", "operation": "rise", "call_id": 7, "session_id": "s-1", "trace_id": "t-1",
}  # fmt: skip


@pytest.fixture(autouse=True)
def fresh_structlog() -> Iterator[None]:
    """The defaults, whatever another test configured."""
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()


def lines(event: Event) -> list[Any]:
    """What is written of *event*."""
    with capture_logs() as written:
        Log()(event)
    return list(written)


def finished(outcome: Outcome, error: str | None, reason: str | None = None) -> CallFinished:
    """The end of a call."""
    return CallFinished(ORIGIN, 0.0, outcome, 9.0, 0.0, 12.345, 2, error, reason)


@pytest.mark.parametrize("outcome", ["failed", "refused"])
def test_a_call_that_went_wrong_is_a_warning(outcome: Outcome) -> None:
    """Whose it was, what was wrong, how long it took; secrets in the reason are taken out."""
    reason = "no: Authorization: Bearer abcdef123456"
    assert lines(finished(outcome, "Unavailable", reason)) == [
        {
            "event": f"call_{outcome}", "log_level": "warning", **WHOSE, "error": "Unavailable",
            "reason": "no: Authorization: [redacted]", "attempts": 2, "total_ms": 12.3,
        }
    ]  # fmt: skip


def test_a_foreign_error_has_no_reason() -> None:
    """Its message never entered the fact."""
    assert lines(finished("failed", "KeyError"))[0]["reason"] == ""


@pytest.mark.parametrize(
    "event",
    [
        finished("succeeded", None),
        finished("cancelled", "CancelledError"),
        AttemptFailed(ORIGIN, 0.0, 1, "TimedOut", "late", 1.0, 0.5),
        request(),
        request(outcome="client_gone", status=0),
        SessionStarted("s-1", 0.0, None, None),
    ],
    ids=lambda event: type(event).__name__,
)
def test_what_nobody_would_read_is_not_written(event: Event) -> None:
    """Successes, departures, attempts and sessions have other readers."""
    assert lines(event) == []


def test_a_doubtful_answer_is_a_warning() -> None:
    """Which check said what, redacted."""
    verdict = Verdict("warn", "mentions a.b@example.org", "on topic", 0.4)
    assert lines(AnswerJudged(ORIGIN, 0.0, verdict)) == [
        {
            "event": "answer_judged", "log_level": "warning", **WHOSE, "judgement": "warn",
            "method": "on topic", "reason": "mentions [email]", "score": 0.4,
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("after", "level"),
    [("open", "warning"), ("half_open", "info"), ("closed", "info"), ("forced_open", "info")],
)
def test_a_breaker_that_opens_is_a_warning(after: BreakerName, level: str) -> None:
    """Its other moves are information."""
    assert lines(BreakerMoved("sun", "rise", 0.0, "closed", after, "why", 8.0)) == [
        {
            "event": "breaker_moved", "log_level": level, "integration": "sun",
            "operation": "rise", "before": "closed", "after": after, "reason": "why",
            "retry_in_seconds": 8.0,
        }
    ]  # fmt: skip


def test_a_used_control_is_information() -> None:
    """Who did what to which guard."""
    assert lines(ControlUsed("sun", None, 0.0, "force_breaker:disabled", "ops")) == [
        {
            "event": "control_used", "log_level": "info", "integration": "sun",
            "operation": None, "action": "force_breaker:disabled", "actor": "ops",
        }
    ]  # fmt: skip


def test_a_failed_request_is_a_warning() -> None:
    """Route and status, error and session."""
    event = request(outcome="failed", status=500, error="KeyError", scope=ORIGIN.scope)
    assert lines(event) == [
        {
            "event": "request_failed", "log_level": "warning", "method": "GET", "route": "/",
            "name": None, "status": 500, "error": "KeyError", "duration_ms": 12.3,
            "session_id": "s-1",
        }
    ]  # fmt: skip


def test_another_logger_can_be_handed_in() -> None:
    """The application's own, with whatever it is bound to."""
    with capture_logs() as written:
        Log(structlog.get_logger("mine").bind(service="demo"))(finished("failed", "OSError"))
    assert [line["service"] for line in written] == ["demo"]


def test_a_flood_of_refusals_is_one_line_and_a_count() -> None:
    """The first of each kind at once, the others in one line for each interval; none is lost."""
    hands = Hands()
    with capture_logs() as written:
        log = Log(clock=Clock(hands, hands), repeat_seconds=10.0)
        for number in range(500):
            hands.now = number * 0.01
            log(finished("refused", "BreakerOpen"))
        log(finished("refused", "LimitReached"))
        hands.now = 10.0
        log.sum_up()
        log(finished("refused", "BreakerOpen"))
        log.sum_up(at_once=True)
        log.sum_up(at_once=True)
    told = [(line["event"], line["error"], line.get("count")) for line in written]
    assert told == [
        ("call_refused", "BreakerOpen", None), ("call_refused", "LimitReached", None),
        ("calls_refused", "BreakerOpen", 499), ("calls_refused", "BreakerOpen", 1),
    ]  # fmt: skip
    assert written[2]["seconds"] == 10.0


def test_what_is_over_is_new_when_it_comes_again() -> None:
    """A kind that kept quiet for an interval is told at once the next time."""
    repeats: Repeats[str] = Repeats(10.0)
    assert repeats.is_new("a", 0.0)
    assert repeats.due(5.0) == []
    assert repeats.due(10.0) == []
    assert len(repeats) == 0
    assert repeats.is_new("a", 10.0)
    assert [repeats.is_new(str(number), 11.0) for number in range(1200)] == [True] * 1200
    assert len(repeats) == 1000


def test_lost_context_and_broken_rules_are_warnings() -> None:
    """Whose, where and what; never a value, and texts are redacted."""
    with capture_logs() as logs:
        log = Log()
        log(ContextLost("s", 1.0, "voice", "birth.time", "lost", "chart"))
        log(IssueFound(Scope("s"), 1.0, "refund", "critical", "to ann@example.com"))
    assert logs == [
        {
            "event": "context_lost", "log_level": "warning", "session_id": "s", "step": "voice",
            "field": "birth.time", "last_step": "chart",
        },
        {
            "event": "issue_found", "log_level": "warning", "issue_type": "refund",
            "severity": "critical", "description": "to [email]", "session_id": "s",
        },
    ]  # fmt: skip
