"""The voice contract's health routes, at /health/ and the same at /api/v1/health/."""

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query, Response

from holdfast.api.recorded import Audited
from holdfast.api.services import Ask, Services
from holdfast.api.shapes import alerts as shapes
from holdfast.api.shapes import voice
from holdfast.api.shapes.configuration import configuration
from holdfast.api.trends import MOST_HOURS, performance_trends
from holdfast.events import ControlUsed
from holdfast.telemetry.fault import log_fault

router = APIRouter(tags=["health"])

_PATIENCE_SECONDS = 5.0


def _reports(services: Services) -> list[voice.Report]:
    return [voice.report(services, name) for name in services.integrations()]


def _known(services: Services, name: str) -> voice.Report:
    if name not in services.integrations():
        raise HTTPException(404, f"Service {name[:80]} not found")
    return voice.report(services, name)


@router.get("/")
async def overall(ask: Ask) -> dict[str, Any]:
    """Is everything well? 200 whenever it could be computed: the body tells."""
    reports = _reports(ask)
    status = voice.overall_status(reports)
    return {
        "status": "ok" if status == "healthy" else "degraded",
        "timestamp": ask.clock.wall(),
        "uptime_seconds": round(ask.uptime_seconds, 2),
        "overall_status": status,
        "summary": voice.summary(reports),
        "services_count": len(reports),
        "active_alerts": shapes.firing_critical(ask.watch),
    }


@router.get("/services")
async def services(ask: Ask) -> dict[str, Any]:
    """Every service's health and metrics."""
    reports = _reports(ask)
    return {
        "status": "ok",
        "timestamp": ask.clock.wall(),
        "services": {one.name: voice.service_health(ask, one) for one in reports},
        "overall_status": voice.overall_status(reports),
    }


@router.get("/services/{service_name}")
async def service(service_name: str, ask: Ask) -> dict[str, Any]:
    """One service's health and metrics; 404 when there is none of this name."""
    one = _known(ask, service_name)
    return {
        "status": "ok",
        "timestamp": ask.clock.wall(),
        "service": service_name,
        "health": voice.service_health(ask, one),
        "metrics": voice.service_metrics(ask, one),
    }


@router.get("/metrics")
async def metrics(ask: Ask, service: str | None = None) -> dict[str, Any]:
    """Metrics of one service or of all; an unknown one is 404 (contract fault 25)."""
    found: dict[str, Any]
    if service is not None:
        found = voice.service_metrics(ask, _known(ask, service))
    else:
        found = {one.name: voice.service_metrics(ask, one) for one in _reports(ask)}
    return {
        "status": "ok",
        "timestamp": ask.clock.wall(),
        "metrics": found,
        "service": service or "all",
    }


@router.get("/alerts")
async def alerts(
    ask: Ask,
    alert_type: Literal["warning", "critical"] | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
) -> dict[str, Any]:
    """The latest *limit* alerts of the asked type, oldest first (contract fault 7)."""
    asked = [one for one in shapes.shown(ask.watch) if alert_type in (None, one.severity)]
    found = [shapes.contract_alert(one) for one in asked[-limit:]]
    return {
        "status": "ok",
        "timestamp": ask.clock.wall(),
        "alerts": found,
        "total_alerts": len(found),
        "alert_type_filter": alert_type,
    }


@router.get("/trends/{service_name}")
async def trends(
    service_name: str, ask: Ask, hours: Annotated[int, Query(ge=1, le=MOST_HOURS)] = 24
) -> dict[str, Any]:
    """Whether a service gets better or worse over *hours*, from the roll-ups (fault 11).

    With the number of calls it is based on; too few of them are said, not guessed from.
    """
    _known(ask, service_name)
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            found = await performance_trends(ask, service_name, hours)
    except Exception as error:
        log_fault("trends_not_read", error)
        raise HTTPException(503, "Trends retrieval failed") from error
    return {
        "status": "ok",
        "timestamp": ask.clock.wall(),
        "service": service_name,
        "trends": found,
        "analysis_hours": hours,
    }


@router.get("/status")
async def status(ask: Ask) -> dict[str, Any]:
    """The system in a few lines."""
    reports = _reports(ask)
    summary = voice.summary(reports)
    load = ("total_requests", "total_success_rate", "healthy_services", "degraded_services")
    return {
        "status": "ok",
        "timestamp": ask.clock.wall(),
        "uptime_seconds": round(ask.uptime_seconds, 2),
        "uptime_human": voice.human(ask.uptime_seconds),
        "system_load": {key: summary[key] for key in (*load, "unhealthy_services")},
        "recent_alerts": [shapes.contract_alert(one) for one in shapes.shown(ask.watch)[-10:]],
        "overall_status": voice.overall_status(reports),
        "environment": ask.settings.environment,
        "is_production": ask.settings.is_production,
    }


@router.post("/reset")
async def reset(
    ask: Ask, trail: Audited, response: Response, service: str | None = None
) -> dict[str, Any]:
    """Count anew, for one service or for all; for all, alerts are forgotten too.

    404 for a service that there is not (contract fault 25). The start time stays.
    """
    if service is not None:
        _known(ask, service)
    ask.count_anew(service)
    await ask.refresh()  # so that whoever is asked next has heard of it
    ask.told(ControlUsed(service or "*", None, ask.clock.wall(), "reset_metrics", "operator"))
    await trail.secure(response)
    if service is not None:
        return {"status": "ok", "message": f"Metrics reset for {service}"}
    return {"status": "ok", "message": "All metrics and alerts reset"}


@router.get("/configuration")
async def effective_configuration(ask: Ask) -> dict[str, Any]:
    """What this process runs with, and where each value comes from; secrets are not in it."""
    return {
        "status": "ok",
        "timestamp": ask.clock.wall(),
        "configuration": configuration(ask.settings),
    }
