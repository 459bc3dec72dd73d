"""The whole deployment as one JSON document: GET /monitoring/api/metrics, and the live snapshot."""

from typing import Any

from holdfast.api.services import Services
from holdfast.api.shapes.card import WINDOW_SECONDS, card
from holdfast.api.shapes.numbers import latency, rounded
from holdfast.clock import iso

_MOST_ROUTES = 100


def overview(services: Services) -> dict[str, Any]:
    """Every card, the inbound requests, the record's state and what was dropped."""
    return {
        "at": iso(services.clock.wall()),
        "environment": services.settings.environment,
        "instance": services.deployment().instance,
        "window_seconds": WINDOW_SECONDS,
        "integrations": [card(services, name) for name in services.integrations()],
        **changing(services),
    }


def changing(services: Services) -> dict[str, Any]:
    """What may differ at any moment beside the cards and sessions."""
    return {
        "uptime_seconds": round(services.uptime_seconds, 1),
        "requests": requests(services),
        "record": record(services),
        "shared_state": shared_state(services),
        "deployment": deployment(services),
        "dropped": dict(services.dropped()),
    }


def requests(services: Services) -> dict[str, Any]:
    """Inbound requests of the window, the busiest routes first."""
    window = services.requests.window()
    routes = sorted(services.requests.routes().items(), key=lambda item: -item[1].total)
    return {
        "in_flight": services.requests_in_flight(),
        "open_websockets": services.open_websockets(),
        "window": {
            "total": window.total,
            "succeeded": window.succeeded,
            "failed": window.failed,
            "client_gone": window.client_gone,
        },
        "success_rate": rounded(window.success_rate, 2),
        "latency_ms": latency(window.latency),
        "routes": [
            {
                "method": method,
                "route": route,
                "total": tally.total,
                "failed": tally.failed,
                "latency_ms": latency(tally.latency),
            }
            for (method, route), tally in routes[:_MOST_ROUTES]
        ],
        "lifetime_total": services.requests.lifetime.total,
    }


def deployment(services: Services) -> dict[str, Any]:
    """Who makes these figures: *workers* are alive, *leads*: this one decides alerts."""
    status = services.deployment()
    return {
        "status": status.status,
        "instance": status.instance,
        "workers": status.workers,
        "leads": status.leads,
        "failures": status.failures,
        "unknown_versions": status.unknown_versions,
        "last_error": status.last_error,
    }


def shared_state(services: Services) -> dict[str, Any] | None:
    """How sharing with other processes goes; None when nothing is shared."""
    status = services.shared_state()
    if status is None:
        return None
    return {
        "status": status.status,
        "since": iso(status.since),
        "joins": status.joins,
        "failures": status.failures,
        "last_error": status.last_error,
        "last_error_at": iso(status.last_error_at),
        "round_trip_ms": rounded(status.round_trip_ms, 2),
    }


def record(services: Services) -> dict[str, Any]:
    """How the record fares: what waits in memory and on disk, what was written, what dropped."""
    status = services.record()
    return {
        "status": status.status,
        "waiting": status.waiting,
        "spooled": status.spooled,
        "spool_bytes": status.spool_bytes,
        "written": status.written,
        "dropped": dict(status.dropped),
        "last_error": status.last_error,
        "last_written_at": iso(status.last_written_at),
    }
