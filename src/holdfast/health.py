"""Health: one word and one reason for what the rolling window and the breakers say."""

from collections.abc import Iterable, Mapping
from typing import Literal

from holdfast.events import BreakerName, fact
from holdfast.telemetry.tally import Tally

State = Literal["healthy", "degraded", "unhealthy", "unknown"]

_GRAVITY: Mapping[State, int] = {"healthy": 0, "unknown": 0, "degraded": 1, "unhealthy": 2}


@fact
class Thresholds:
    """Where health turns, in percent and milliseconds (contract: alert thresholds)."""

    success_rate_warning: float = 95.0
    success_rate_critical: float = 80.0
    latency_warning_ms: float = 5000.0
    latency_critical_ms: float = 10000.0
    minimum_calls: int = 5


@fact
class Health:
    """*reason* is None when there is nothing to say."""

    state: State
    reason: str | None = None


def of_integration(
    window: Tally, breakers: Iterable[tuple[str, BreakerName]], thresholds: Thresholds
) -> Health:
    """The health of one integration: its breakers, then its rates, then its latency.

    *breakers* are (operation, state). Fewer than *minimum_calls* in the window prove nothing.
    """
    findings = [*_breaker_findings(breakers), *_rate_findings(window, thresholds)]
    if findings:
        return max(findings, key=lambda found: _GRAVITY[found.state])
    return Health("healthy") if window.total else Health("unknown", "no calls in the window")


def overall(parts: Iterable[Health]) -> Health:
    """The worst part decides; the unknown ones only when there is nothing else."""
    known = list(parts)
    bad = [part for part in known if part.state in ("degraded", "unhealthy")]
    if bad:
        gravest = max(bad, key=lambda part: _GRAVITY[part.state])
        return Health(gravest.state, f"{len(bad)} of {len(known)} are not well")
    return Health("healthy") if any(one.state == "healthy" for one in known) else Health("unknown")


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
    reason = f"{name} {rate:.1f} % is below {limit:g} %"
    return [Health("unhealthy" if critical else "degraded", reason)]


def _slow(mean_ms: float | None, thresholds: Thresholds) -> list[Health]:
    if mean_ms is None or mean_ms <= thresholds.latency_warning_ms:
        return []
    critical = mean_ms > thresholds.latency_critical_ms
    limit = thresholds.latency_critical_ms if critical else thresholds.latency_warning_ms
    reason = f"mean latency {mean_ms:.0f} ms is above {limit:g} ms"
    return [Health("unhealthy" if critical else "degraded", reason)]
