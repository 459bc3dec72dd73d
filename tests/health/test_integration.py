"""Health is one word and one reason, from the window and the breakers alone."""

from typing import Any

import pytest

from holdfast.events import AnswerJudged, BreakerName, CallFinished, Origin, Scope, Verdict
from holdfast.health import Health, State, Thresholds, of_integration, overall
from holdfast.telemetry.tally import Tally

ORIGIN = Origin("sun", "shine", 1, Scope())


def _tally(
    succeeded: int = 0, failed: int = 0, rejected: int = 0, latency_ms: float = 1.0
) -> Tally:
    tally = Tally()
    for outcome, number in (("succeeded", succeeded), ("failed", failed)):
        for _ in range(number):
            fields: dict[str, Any] = {"outcome": outcome, "verdict": Verdict("pass")}
            tally.add_call(
                CallFinished(
                    ORIGIN, 0.0, latency_ms=latency_ms, waited_ms=0.0, total_ms=1.0, attempts=1,
                    **fields,
                )
            )  # fmt: skip
    for _ in range(rejected):
        tally.add_judgement(AnswerJudged(ORIGIN, 0.0, Verdict("fail")))
    return tally


def _health(window: Tally, *breakers: tuple[str, BreakerName]) -> Health:
    return of_integration(window, breakers, Thresholds())


def test_nobody_called() -> None:
    """Without a call there is nothing to say, and no reason to worry."""
    assert _health(_tally()) == Health("unknown", "no calls in the window")


@pytest.mark.parametrize(
    ("succeeded", "failed", "health"),
    [
        (100, 0, Health("healthy")),
        (95, 5, Health("healthy")),
        (94, 6, Health("degraded", "success rate 94.0 % is below 95 %")),
        (80, 20, Health("degraded", "success rate 80.0 % is below 95 %")),
        (9499, 501, Health("degraded", "success rate 94.9 % is below 95 %")),
        (79, 21, Health("unhealthy", "success rate 79.0 % is below 80 %")),
        (0, 4, Health("healthy")),
        (0, 5, Health("unhealthy", "success rate 0.0 % is below 80 %")),
    ],
)
def test_the_success_rate_decides(succeeded: int, failed: int, health: Health) -> None:
    """Below a threshold, not at it; fewer than five calls prove nothing."""
    assert _health(_tally(succeeded, failed)) == health


@pytest.mark.parametrize(
    ("rejected", "health"),
    [
        (0, Health("healthy")),
        (1, Health("degraded", "meaning-valid rate 90.9 % is below 95 %")),
        (10, Health("unhealthy", "meaning-valid rate 50.0 % is below 80 %")),
    ],
)
def test_answers_without_meaning_count_as_much(rejected: int, health: Health) -> None:
    """A provider whose every status is 200 is not healthy for that."""
    assert _health(_tally(10, rejected=rejected)) == health


@pytest.mark.parametrize(
    ("latency_ms", "health"),
    [
        (5000.0, Health("healthy")),
        (5001.0, Health("degraded", "mean latency 5001 ms is above 5000 ms")),
        (10001.0, Health("unhealthy", "mean latency 10001 ms is above 10000 ms")),
    ],
)
def test_slowness_decides(latency_ms: float, health: Health) -> None:
    """Above a threshold, not at it."""
    assert _health(_tally(10, latency_ms=latency_ms)) == health


@pytest.mark.parametrize(
    ("name", "health"),
    [
        ("closed", Health("healthy")),
        ("open", Health("unhealthy", "breaker of chat is open")),
        ("forced_open", Health("unhealthy", "breaker of chat is forced open")),
        ("half_open", Health("degraded", "breaker of chat is probing")),
        ("forced_closed", Health("degraded", "breaker of chat is forced closed")),
        ("disabled", Health("degraded", "breaker of chat is disabled")),
    ],
)
def test_a_breaker_decides(name: BreakerName, health: Health) -> None:
    """Whatever the rates say: who gets no answer is not served."""
    assert _health(_tally(100), ("chat", name)) == health


def test_the_worst_finding_is_the_reason() -> None:
    """A probing breaker does not hide a success rate that is critical; the breaker comes first."""
    critical = _tally(1, 9)
    assert _health(critical, ("chat", "half_open")).reason == "success rate 10.0 % is below 80 %"
    assert _health(critical, ("chat", "open")).reason == "breaker of chat is open"


def test_an_open_breaker_without_calls_is_unhealthy() -> None:
    """It refuses everybody: that is known without a call in the window."""
    assert _health(_tally(), ("chat", "open")).state == "unhealthy"


@pytest.mark.parametrize(
    ("states", "whole"),
    [
        ((), Health("unknown")),
        (("unknown", "unknown"), Health("unknown")),
        (("unknown", "healthy"), Health("healthy")),
        (("healthy", "degraded", "unknown"), Health("degraded", "1 of 3 are not well")),
        (("degraded", "unhealthy"), Health("unhealthy", "2 of 2 are not well")),
    ],
)
def test_the_worst_part_is_the_whole(states: tuple[State, ...], whole: Health) -> None:
    """Who was not called says nothing about the others (contract fault 9)."""
    assert overall(Health(state) for state in states) == whole
