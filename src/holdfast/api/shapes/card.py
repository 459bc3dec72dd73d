"""An integration as one JSON document: what the dashboard shows as a card."""

from typing import Any

from holdfast.api.services import Services
from holdfast.api.shapes.numbers import latency, rounded
from holdfast.clock import iso
from holdfast.events import BreakerName
from holdfast.guard.controls import circuit_of, rate_of
from holdfast.guard.guard import Guard
from holdfast.health import Health, of_integration
from holdfast.resilience.circuit import Circuit
from holdfast.telemetry.tally import Tally

WINDOW_SECONDS = 300
"""What *window* and *series* cover: 60 slices of 5 s."""


def health_of(services: Services, integration: str) -> Health:
    """The integration's health now."""
    return _health(services, integration, services.calls.window(integration))


def breakers_of(services: Services, integration: str) -> list[tuple[str, BreakerName]]:
    """(operation, breaker state) of each guarded operation."""
    circuits = ((one.operation, circuit_of(one)) for one in services.controls.of(integration))
    return [(operation, circuit.name) for operation, circuit in circuits if circuit is not None]


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
    rates = (rate_of(guard) for guard in services.controls.of(integration))
    rate = next((one for one in rates if one is not None), None)
    if rate is None:
        return None
    now = services.clock.monotonic()
    rate.used.advance(now)
    return {
        "limit": rate.options.calls,
        "per_seconds": rate.options.per_seconds,
        "used": rate.used.total,
        "resets_in_seconds": round(rate.full_in_seconds(now), 1),
        "refused": rate.refused,
        "rate_limited": rate.rate_limited,
    }


def _operations(services: Services, integration: str) -> list[dict[str, Any]]:
    guards = {guard.operation: guard for guard in services.controls.of(integration)}
    called = services.calls.operations(integration)
    return [
        {
            "operation": operation,
            "breaker": _breaker(services, circuit_of(guards[operation]))
            if operation in guards
            else None,
            **_rates(services.calls.window(integration, operation)),
        }
        for operation in dict.fromkeys((*called, *guards))
        if operation in called or _is_held(guards[operation])
    ]


def _is_held(guard: Guard) -> bool:
    circuit = circuit_of(guard)
    return circuit is not None and circuit.name != "closed"


def _breaker(services: Services, circuit: Circuit | None) -> dict[str, Any] | None:
    if circuit is None:
        return None
    now = services.clock.monotonic()
    since = services.clock.wall() - (now - circuit.since) if circuit.since else services.started_at
    open_ = circuit.name == "open"
    return {
        "state": circuit.name,
        "reason": circuit.reason or None,
        "since": iso(since),
        "retry_in_seconds": rounded(circuit.retry_in_seconds(now), 1) if open_ else None,
        "probes_in_flight": circuit.probes_in_flight,
        "permitted_probes": circuit.options.probes,
        "refused": circuit.refused,
        "consecutive_failures": circuit.consecutive_failures,
        "trips": circuit.trips,
    }


def _series(services: Services, integration: str) -> dict[str, Any]:
    slices = services.calls.series(integration)
    quantiles = [one.latency.quantiles((0.5, 0.95, 0.99)) if one else [None] * 3 for one in slices]
    return {
        "step_seconds": WINDOW_SECONDS // 60,
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
