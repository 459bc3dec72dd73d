"""An integration's health: what its rolling window and its breakers say."""

import math
from collections.abc import Iterable

from holdfast.events import BreakerName, fact
from holdfast.health.state import GRAVITY, Health
from holdfast.telemetry.tally import Tally


@fact
class Thresholds:
    """Where health turns, in percent and milliseconds (contract: alert thresholds)."""

    success_rate_warning: float = 95.0
    success_rate_critical: float = 80.0
    latency_warning_ms: float = 5000.0
    latency_critical_ms: float = 10000.0
    minimum_calls: int = 5


def of_integration(
    window: Tally, breakers: Iterable[tuple[str, BreakerName]], thresholds: Thresholds
) -> Health:
    """The health of one integration: its breakers, then its rates, then its latency.

    *breakers* are (operation, state). Fewer than *minimum_calls* in the window prove nothing.
    """
    findings = [*_breaker_findings(breakers), *_rate_findings(window, thresholds)]
    if findings:
        return max(findings, key=lambda found: GRAVITY[found.state])
    return Health("healthy") if window.total else Health("unknown", "no calls in the window")


def short_of(rate: float) -> str:
    """A rate that is below a threshold, to one decimal and never up to the threshold itself."""
    return f"{math.floor(rate * 10) / 10:.1f}"


def _breaker_findings(breakers: Iterable[tuple[str, BreakerName]]) -> list[Health]:
    found = []
    for operation, name in breakers:
        if name in ("open", "forced_open"):
            found.append(Health("unhealthy", f"breaker of {operation} is {name.replace('_', ' ')}"))
        elif name == "half_open":
            found.append(Health("degraded", f"breaker of {operation} is probing"))
        elif name in ("forced_closed", "disabled"):
            found.append(Health("degraded", f"breaker of {operation} is {name.replace('_', ' ')}"))
    return found


def _rate_findings(window: Tally, thresholds: Thresholds) -> list[Health]:
    if window.total < thresholds.minimum_calls:
        return []
    return [
        *_below("success rate", window.success_rate, thresholds),
        *_below("meaning-valid rate", window.meaning_rate, thresholds),
        *_slow(window.latency.mean, thresholds),
    ]


def _below(name: str, rate: float | None, thresholds: Thresholds) -> list[Health]:
    if rate is None or rate >= thresholds.success_rate_warning:
        return []
    critical = rate < thresholds.success_rate_critical
    limit = thresholds.success_rate_critical if critical else thresholds.success_rate_warning
    reason = f"{name} {short_of(rate)} % is below {limit:g} %"
    return [Health("unhealthy" if critical else "degraded", reason)]


def _slow(mean_ms: float | None, thresholds: Thresholds) -> list[Health]:
    if mean_ms is None or mean_ms <= thresholds.latency_warning_ms:
        return []
    critical = mean_ms > thresholds.latency_critical_ms
    limit = thresholds.latency_critical_ms if critical else thresholds.latency_warning_ms
    reason = f"mean latency {math.ceil(mean_ms)} ms is above {limit:g} ms"
    return [Health("unhealthy" if critical else "degraded", reason)]
