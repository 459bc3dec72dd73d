"""The voice contract's documents, with its names and shapes and an honest meaning.

*recent_* numbers are the rolling window's, 0.0 never stands for "no data" in a rate that decides
anything; refusals are counted apart and enter neither success nor latency; a trip is a breaker
that opened; availability is the window's success rate (contract faults 2-5, 10, 11).
"""

from typing import Any

from holdfast.api.services import Services
from holdfast.api.shapes.card import health_of
from holdfast.events import fact
from holdfast.health import Health, State
from holdfast.telemetry.tally import Tally

_CONTRACT_STATE: dict[State, str] = {
    "healthy": "healthy",
    "unknown": "healthy",
    "degraded": "degraded",
    "unhealthy": "unhealthy",
}
"""The contract knows three states, and calls a service without requests healthy."""


@fact
class Report:
    """One service as the contract sees it."""

    name: str
    health: Health
    window: Tally
    lifetime: Tally


def report(services: Services, name: str) -> Report:
    """Look at one service."""
    window, lifetime = services.calls.window(name), services.calls.lifetime(name)
    return Report(name, health_of(services, name), window, lifetime)


def service_health(services: Services, one: Report) -> dict[str, Any]:
    """ServiceHealth of the contract."""
    return {
        "status": _CONTRACT_STATE[one.health.state],
        "alerts": [one.health.reason] if one.health.state in ("degraded", "unhealthy") else [],
        "metrics": service_metrics(services, one),
    }


def service_metrics(services: Services, one: Report) -> dict[str, Any]:
    """ServiceMetricsDict of the contract, its 19 keys exactly."""
    window, lifetime = one.window, one.lifetime
    latency = lifetime.latency
    return {
        "service_name": one.name,
        "total_requests": lifetime.total,
        "successful_requests": lifetime.succeeded,
        "failed_requests": lifetime.failed,
        "success_rate": _percent(lifetime.success_rate),
        "recent_success_rate": _percent(window.success_rate),
        "average_latency_ms": _milliseconds(latency.mean),
        "recent_avg_latency_ms": _milliseconds(window.latency.mean),
        "min_latency_ms": _milliseconds(latency.minimum if latency.count else None),
        "max_latency_ms": _milliseconds(latency.maximum),
        "circuit_breaker_trips": trips(services, one.name),
        "rate_limit_hits": rate_limit_hits(services, one.name, lifetime),
        "error_distribution": _errors(lifetime),
        "availability": _percent(window.success_rate, 100.0),
        "uptime_seconds": round(services.uptime_seconds, 2),
        **_last(services, one.name),
        "recent_requests_count": window.total,
    }


def summary(reports: list[Report]) -> dict[str, Any]:
    """Summary of the contract."""
    states = [_CONTRACT_STATE[one.health.state] for one in reports]
    together = Tally()
    for one in reports:
        together.merge(one.lifetime)
    return {
        "total_services": len(reports),
        "healthy_services": states.count("healthy"),
        "degraded_services": states.count("degraded"),
        "unhealthy_services": states.count("unhealthy"),
        "total_requests": together.total,
        "total_success_rate": _percent(together.success_rate),
    }


def overall_status(reports: list[Report]) -> str:
    """The worst service decides; unlike the original it can be *unhealthy* (contract fault 9)."""
    states = {one.health.state for one in reports}
    return next((state for state in ("unhealthy", "degraded") if state in states), "healthy")


def human(seconds: float) -> str:
    """``1h 0m 3s``: without leading zero units."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    day, hour = divmod(hours, 24)
    units = [(day, "d"), (hour, "h"), (minute, "m"), (second, "s")]
    while len(units) > 1 and units[0][0] == 0:
        units.pop(0)
    return " ".join(f"{number}{unit}" for number, unit in units)


def _percent(rate: float | None, without_data: float = 0.0) -> float:
    return without_data if rate is None else round(rate, 2)


def _milliseconds(value: float | None) -> float:
    return 0.0 if value is None else round(value, 2)


def trips(services: Services, name: str) -> int:
    """How often a breaker of *name* opened, since the start or the last reset."""
    return sum(one.trips for one in services.calls.counted_of(name))


def rate_limit_hits(services: Services, name: str, lifetime: Tally) -> int:
    """How often a limit of *name* was hit: the provider's, or ours before it."""
    seen = services.limits().get(name)
    return lifetime.rate_limited + (seen.refused if seen is not None else 0)


def _errors(lifetime: Tally) -> dict[str, Any]:
    whole = sum(lifetime.errors.values())
    return {
        error: {"count": count, "percentage": round(100 * count / whole, 2)}
        for error, count in sorted(lifetime.errors.items())
    }


def _last(services: Services, name: str) -> dict[str, float]:
    counted = services.calls.counted_of(name)
    return {
        "last_request_time": max((one.last_call_at or 0.0 for one in counted), default=0.0),
        "last_success_time": max((one.last_success_at or 0.0 for one in counted), default=0.0),
        "last_failure_time": max((one.last_failure_at or 0.0 for one in counted), default=0.0),
    }
