"""Each rule against the figures that make it speak, and those beside them that do not."""

import pytest

from holdfast.alerts.rules import RULES, Finding, Reading
from holdfast.health.integration import Thresholds
from holdfast.telemetry.tally import Tally

DEFAULTS = Thresholds()


def window(
    succeeded: int = 0, failed: int = 0, latency_ms: float | None = None, fails: int = 0
) -> Tally:  # fmt: skip
    """Figures of the last minutes."""
    tally = Tally()
    tally.succeeded, tally.failed, tally.fails = succeeded, failed, fails
    tally.passes = succeeded
    for _ in range(succeeded + failed if latency_ms is not None else 0):
        tally.latency.add(latency_ms or 0.0)
    return tally


SLOWEST = Reading("sun", window(8, latency_ms=10_001))
SLOW = Reading("sun", window(8, latency_ms=5_001))
JUST_SLOW = Reading("sun", window(8, latency_ms=5_000.02))
TRIPS = Reading("sun", window(), trips=11)
LIMITS = Reading("sun", window(), rate_limits=21)
EMPTY_WORDS = Reading("sun", window(5, fails=5))


def findings(reading: Reading, thresholds: Thresholds = DEFAULTS) -> list[Finding]:
    """What all the rules say."""
    return [found for _, rule in RULES if (found := rule(reading, thresholds)) is not None]


@pytest.mark.parametrize(
    ("reading", "said"),
    [
        (Reading("sun", window(79, 21)), ("critical", "Critical success rate: 79.0%", 80.0)),
        (Reading("sun", window(80, 20)), ("warning", "Low success rate: 80.0%", 95.0)),
        (Reading("sun", window(95, 5)), None),
        (Reading("sun", window(9499, 501)), ("warning", "Low success rate: 94.9%", 95.0)),
        (Reading("sun", window(7999, 2001)), ("critical", "Critical success rate: 79.9%", 80.0)),
        (SLOWEST, ("critical", "Critical latency: 10001.0ms", 10_000.0)),
        (SLOW, ("warning", "High latency: 5001.0ms", 5_000.0)),
        (Reading("sun", window(8, latency_ms=5_000)), None),
        (JUST_SLOW, ("warning", "High latency: 5000.1ms", 5_000.0)),
        (TRIPS, ("critical", "Frequent circuit breaker trips: 11", 10)),
        (Reading("sun", window(), trips=10), None),
        (LIMITS, ("warning", "Frequent rate limiting: 21", 20)),
        (Reading("sun", window(), rate_limits=20), None),
        (EMPTY_WORDS, ("critical", "Critical meaning-valid rate: 50.0%", 80.0)),
        (Reading("sun", window(0, 4)), None),
        (Reading("sun", window()), None),
    ],
)
def test_six_conditions_and_their_edges(
    reading: Reading, said: tuple[str, str, float] | None
) -> None:  # fmt: skip
    """The contract's conditions, messages and thresholds; four calls prove nothing."""
    found = [(one.severity, one.message, one.threshold) for one in findings(reading)]
    assert found == ([] if said is None else [said])


def test_the_thresholds_are_the_settings() -> None:
    """What is configured decides (contract fault 12: thresholds never reached the alerts)."""
    assert findings(Reading("sun", window(95, 5)), Thresholds(success_rate_warning=99.0)) == [
        Finding("warning", "Low success rate: 95.0%", 95.0, 99.0)
    ]


def test_refusals_and_errors_do_not_enter_latency() -> None:
    """Nothing masks slowness: only what went out was timed (contract faults 3 and 4)."""
    slow = window(8, latency_ms=6_000)
    slow.refused = 1_000
    assert findings(Reading("sun", slow)) == [
        Finding("warning", "High latency: 6000.0ms", 6_000.0, 5_000.0)
    ]
