"""The native API: everything the page shows, as plain JSON."""

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query

from holdfast.api.services import Ask, Services
from holdfast.api.shapes.card import card, health_of
from holdfast.api.shapes.configuration import service as service_configuration
from holdfast.api.shapes.overview import overview
from holdfast.clock import iso
from holdfast.health import Health
from holdfast.health import overall as overall_health
from holdfast.resilience.shared import SharingStatus

router = APIRouter(prefix="/monitoring/api", tags=["monitoring"])


@router.get("/metrics")
async def metrics(ask: Ask) -> dict[str, Any]:
    """Every integration's card, the inbound requests and the state of the record."""
    return overview(ask)


@router.get("/health")
async def health(ask: Ask) -> dict[str, Any]:
    """Integrations and our own components, the worst state first in line."""
    integrations = {name: health_of(ask, name) for name in ask.integrations()}
    components = {"record": _record_health(ask)}
    if (sharing := ask.shared_state()) is not None:
        components["shared_state"] = _sharing_health(sharing)
    return {
        "status": overall_health([*integrations.values(), *components.values()]).state,
        "at": iso(ask.clock.wall()),
        "integrations": [
            {"integration": name, **_shown(one)} for name, one in integrations.items()
        ],
        "components": [{"component": name, **_shown(one)} for name, one in components.items()],
    }


@router.get("/alerts")
async def alerts(ask: Ask, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
    """Alerts, the latest first. None yet: the alert rules come with the alert engine."""
    del ask, limit
    return {"alerts": [], "total": 0}


@router.get("/integration/{name}")
async def integration(name: str, ask: Ask) -> dict[str, Any]:
    """One card, and the settings it runs with."""
    known = ask.integrations()
    if name not in known:
        raise HTTPException(
            404, f"no integration named '{name[:80]}'; known: {', '.join(sorted(known))}"
        )
    configured = name in ask.settings.services
    settings = service_configuration(ask.settings, name) if configured else None
    return {**card(ask, name), "configuration": settings}


def _record_health(services: Services) -> Health:
    status = services.record()
    if status.status == "failing":
        return Health("degraded", f"not written: {status.last_error}")
    if sum(status.dropped.values()):
        return Health("degraded", f"{sum(status.dropped.values())} events dropped")
    return Health("healthy" if status.status != "off" else "unknown")


def _sharing_health(status: SharingStatus) -> Health:
    if status.status == "ok":
        return Health("healthy")
    if status.status == "joining":
        return Health("unknown", "not in contact yet: every process decides by itself")
    return Health("degraded", f"every process decides by itself: {status.last_error}")


def _shown(one: Health) -> dict[str, Any]:
    return {"state": one.state, "reason": one.reason}
