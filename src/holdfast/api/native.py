"""The native API: everything the page shows, as plain JSON."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from holdfast.api.asked import unknown_integration
from holdfast.api.services import Ask, Services
from holdfast.api.shapes.card import card, health_of
from holdfast.api.shapes.configuration import service as service_configuration
from holdfast.api.shapes.overview import overview
from holdfast.clock import iso
from holdfast.health.components import Component
from holdfast.health.state import Health, overall
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
    components = _components(ask)
    weighed = [*integrations.values(), *(one.weighs for one in components)]
    return {
        "status": overall(weighed).state,
        "at": iso(ask.clock.wall()),
        "integrations": [
            {"integration": name, **_shown(one)} for name, one in integrations.items()
        ],
        "components": [_component(one) for one in components],
    }


@router.get("/components")
async def components(
    ask: Ask, tag: Annotated[str | None, Query(max_length=80)] = None
) -> dict[str, Any]:
    """Our own components and the application's, or those of one *tag*."""
    found = [one for one in _components(ask) if tag is None or tag in one.tags]
    return {
        "status": overall(one.weighs for one in found).state,
        "at": iso(ask.clock.wall()),
        "components": [_component(one) for one in found],
    }


@router.get("/integration/{name}")
async def integration(name: str, ask: Ask) -> dict[str, Any]:
    """One card, and the settings it runs with."""
    if name not in ask.integrations():
        raise unknown_integration(ask, name)
    configured = name in ask.settings.services
    settings = service_configuration(ask.settings, name) if configured else None
    return {**card(ask, name), "configuration": settings}


def _components(services: Services) -> list[Component]:
    now = services.clock.wall()
    own = {"record": _record_health(services)}
    if (sharing := services.shared_state()) is not None:
        own["shared_state"] = _sharing_health(sharing)
    parts = (Component(name, health, services.started_at, now) for name, health in own.items())
    return [*parts, *services.known_components()]


def _component(one: Component) -> dict[str, Any]:
    return {
        "component": one.name,
        **_shown(one.health),
        "since": iso(one.since),
        "checked_at": iso(one.checked_at),
        "tags": sorted(one.tags),
        "required": one.required,
    }


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
