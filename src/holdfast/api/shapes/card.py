"""An integration as one JSON document: what the dashboard shows as a card."""

from typing import Any

from holdfast.api.elsewhere import worst
from holdfast.api.services import Services
from holdfast.api.shapes.breaker import breaker
from holdfast.api.shapes.numbers import latency, rounded
from holdfast.api.shapes.usage import usage
from holdfast.clock import iso
from holdfast.events import BreakerName
from holdfast.health import Health, of_integration
from holdfast.telemetry.tally import Tally

WINDOW_SECONDS = 300
"""What *window* and *series* cover: 60 slices of 5 s."""
_SLICES = 60


def health_of(services: Services, integration: str) -> Health:
    """The integration's health now."""
    return _health(services, integration, services.calls.window(integration))


def breakers_of(services: Services, integration: str) -> list[tuple[str, BreakerName]]:
    """(operation, breaker state) of each guarded operation."""
    return [
        (operation, worst(seen).state)
        for (name, operation), seen in services.breakers().items() if name == integration
    ]  # fmt: skip


def card(services: Services, integration: str) -> dict[str, Any]:
    """The Card of the API reference; rates in percent, times in milliseconds, None: no data."""
    window = services.calls.window(integration)
    health = _health(services, integration, window)
    known = services.catalog.get(integration)
    return {
        "integration": integration,
        "label": known.label if known else integration,
        "kind": known.kind if known else "guarded call",
        "state": health.state,
        "reason": health.reason,
        **_rates(window),
        "judged": window.judged,
        "waited_ms": latency(window.waited),
        "attempts": window.attempts,
        "retries": window.retries,
        "errors": _errors(window),
        "served": dict(sorted(window.served.items())),
        "verdicts": _verdicts(window),
        "usage": usage(services, integration),
        "last_problem": _problem(services, integration),
        "limit": _limit(services, integration),
        "operations": _operations(services, integration),
        "series": _series(services, integration),
        "lifetime": _lifetime(services, integration),
    }


def _health(services: Services, integration: str, window: Tally) -> Health:
    found = of_integration(window, breakers_of(services, integration), services.settings.thresholds)
    excuse = services.excuse()
    if excuse is not None and found.state in ("degraded", "unhealthy"):
        return Health("unknown", excuse)
    return found


def _rates(window: Tally) -> dict[str, Any]:
    return {
        "window": outcomes(window),
        "success_rate": rounded(window.success_rate, 2),
        "meaning_rate": rounded(window.meaning_rate, 2),
        "latency_ms": latency(window.latency),
    }


def outcomes(tally: Tally) -> dict[str, int]:
    """Calls by outcome; *total* is what went out. *rescued* of these failed and were replaced."""
    return {
        "total": tally.total,
        "succeeded": tally.succeeded,
        "failed": tally.failed,
        "rescued": tally.rescued,
        "refused": tally.refused,
        "cancelled": tally.cancelled,
    }


def _errors(window: Tally) -> list[dict[str, Any]]:
    ranked = sorted(window.errors.items(), key=lambda item: (-item[1], item[0]))
    return [{"type": error, "count": count} for error, count in ranked]


def _verdicts(window: Tally) -> dict[str, int]:
    return {
        "pass": window.passes,
        "warn": window.warns,
        "fail": window.fails,
        "not_judged": window.not_judged,
    }


def _problem(services: Services, integration: str) -> dict[str, Any] | None:
    problem = services.calls.problem(integration)
    if problem is None:
        return None
    return {
        "at": iso(problem.at),
        "operation": problem.operation,
        "error": problem.error,
        "reason": problem.reason,
    }


def _limit(services: Services, integration: str) -> dict[str, Any] | None:
    seen = services.limits().get(integration)
    if seen is None:
        return None
    return {
        "limit": seen.limit,
        "per_seconds": seen.per_seconds,
        "used": seen.used,
        "resets_in_seconds": seen.resets_in_seconds,
        "refused": seen.refused,
        "rate_limited": seen.rate_limited,
    }


def _operations(services: Services, integration: str) -> list[dict[str, Any]]:
    seen = services.breakers()
    called = services.calls.operations(integration)
    held = [
        operation for (name, operation), each in seen.items()
        if name == integration and worst(each).state != "closed"
    ]  # fmt: skip
    return [
        {
            "operation": operation,
            "breaker": breaker(services, seen.get((integration, operation), ())),
            **_rates(services.calls.window(integration, operation)),
        }
        for operation in dict.fromkeys((*called, *held))
    ]


def _series(services: Services, integration: str) -> dict[str, Any]:
    slices = services.calls.series(integration) or [None] * _SLICES
    quantiles = [one.latency.quantiles((0.5, 0.95, 0.99)) if one else [None] * 3 for one in slices]
    return {
        "step_seconds": WINDOW_SECONDS // _SLICES,
        "start": iso(services.clock.wall() - WINDOW_SECONDS),
        "total": [one.total if one else 0 for one in slices],
        "failed": [one.failed + one.rescued if one else 0 for one in slices],
        "refused": [one.refused if one else 0 for one in slices],
        "p50": [rounded(row[0], 1) for row in quantiles],
        "p95": [rounded(row[1], 1) for row in quantiles],
        "p99": [rounded(row[2], 1) for row in quantiles],
    }


def _lifetime(services: Services, integration: str) -> dict[str, Any]:
    lifetime = services.calls.lifetime(integration)
    return {**outcomes(lifetime), "since": iso(services.calls.since)}
