"""The rules: what of an integration's figures is wrong. Pure; one rule, one kind of trouble.

The conditions, words and thresholds are those of the voice contract §2.4, with a better meaning:
rates and latency are the rolling window's, not of all time; trips and limits are the last hour's.
"""

import math
from collections.abc import Callable

from holdfast.events import Severity, fact
from holdfast.health.integration import Thresholds, short_of
from holdfast.telemetry.tally import Tally

MOST_TRIPS = 10
MOST_RATE_LIMITS = 20


@fact
class Reading:
    """What is known of one integration when the rules look at it.

    *trips* (a breaker opened) and *rate_limits* (the provider's or our own limit was hit) are
    counts of the last hour. *excuse* says why its figures prove nothing, None when they do.
    """

    integration: str
    window: Tally
    trips: int = 0
    rate_limits: int = 0
    excuse: str | None = None


@fact
class Finding:
    """What a rule found: *value* beyond *threshold*."""

    severity: Severity
    message: str
    value: float
    threshold: float


Rule = Callable[[Reading, Thresholds], Finding | None]
"""None: nothing is wrong, or there is too little to say."""


def success_rate(reading: Reading, thresholds: Thresholds) -> Finding | None:
    """Too many calls fail."""
    return _low(reading.window.success_rate, "success rate", reading, thresholds)


def meaning_rate(reading: Reading, thresholds: Thresholds) -> Finding | None:
    """Too many answers mean nothing, though they came with a good status."""
    return _low(reading.window.meaning_rate, "meaning-valid rate", reading, thresholds)


def latency(reading: Reading, thresholds: Thresholds) -> Finding | None:
    """Calls that went out take too long."""
    mean_ms = reading.window.latency.mean
    if mean_ms is None or not _proves(reading, thresholds):
        return None
    if mean_ms > thresholds.latency_critical_ms:
        words = f"Critical latency: {_beyond(mean_ms)}ms"
        return Finding("critical", words, mean_ms, thresholds.latency_critical_ms)
    if mean_ms > thresholds.latency_warning_ms:
        words = f"High latency: {_beyond(mean_ms)}ms"
        return Finding("warning", words, mean_ms, thresholds.latency_warning_ms)
    return None


def breaker_trips(reading: Reading, _thresholds: Thresholds) -> Finding | None:
    """A breaker opens again and again."""
    if reading.trips <= MOST_TRIPS:
        return None
    words = f"Frequent circuit breaker trips: {reading.trips}"
    return Finding("critical", words, reading.trips, MOST_TRIPS)


def rate_limits(reading: Reading, _thresholds: Thresholds) -> Finding | None:
    """Limits are hit again and again."""
    if reading.rate_limits <= MOST_RATE_LIMITS:
        return None
    words = f"Frequent rate limiting: {reading.rate_limits}"
    return Finding("warning", words, reading.rate_limits, MOST_RATE_LIMITS)


RULES: tuple[tuple[str, Rule], ...] = (
    ("success_rate", success_rate),
    ("meaning_rate", meaning_rate),
    ("latency", latency),
    ("breaker_trips", breaker_trips),
    ("rate_limits", rate_limits),
)
"""Every rule by name. Add one: a function, and a line here."""


def _proves(reading: Reading, thresholds: Thresholds) -> bool:
    return reading.window.total >= thresholds.minimum_calls


def _beyond(mean_ms: float) -> str:
    """To one decimal, and never down to the threshold it is above."""
    return f"{math.ceil(mean_ms * 10) / 10:.1f}"


def _low(
    rate: float | None, what: str, reading: Reading, thresholds: Thresholds
) -> Finding | None:  # fmt: skip
    if rate is None or not _proves(reading, thresholds):
        return None
    if rate < thresholds.success_rate_critical:
        words = f"Critical {what}: {short_of(rate)}%"
        return Finding("critical", words, rate, thresholds.success_rate_critical)
    if rate < thresholds.success_rate_warning:
        words = f"Low {what}: {short_of(rate)}%"
        return Finding("warning", words, rate, thresholds.success_rate_warning)
    return None
