"""Our routes as an application of their own: nothing of it shows in the host's docs or handlers."""

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Match

from holdfast.api import (
    alerts,
    faults,
    health,
    history,
    live,
    native,
    page,
    probes,
    prometheus,
    sessions,
    simulator,
)
from holdfast.api.live import Broadcast
from holdfast.api.paths import local_path, root_path
from holdfast.api.problems import on_bad_input, on_failure, on_http_error
from holdfast.api.services import Services
from holdfast.middleware.route_template import flattened

ROUTERS: tuple[tuple[APIRouter, str], ...] = (
    (probes.router, ""),
    (health.router, "/health"),
    (health.router, "/api/v1/health"),
    (prometheus.router, ""),
    (native.router, ""),
    (alerts.router, ""),
    (sessions.router, ""),
    (history.router, ""),
    (simulator.router, ""),
    (faults.router, ""),
    (page.router, ""),
    (live.router, ""),
)
"""Every router with the prefix it is mounted under. Add one: its module, and a line here."""


def _routes() -> tuple[BaseRoute, ...]:
    included = APIRouter()
    for router, prefix in ROUTERS:
        included.include_router(router, prefix=prefix)
    return tuple(included.routes)


_ROUTES = _routes()
"""The routes of all routers: what FastAPI derives from each is derived once for the process."""


def create_api(services: Services, broadcast: Broadcast) -> FastAPI:
    """The application that answers our paths."""
    api = FastAPI(
        title="Holdfast",
        openapi_url="/monitoring/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    api.state.services, api.state.broadcast = services, broadcast
    api.add_exception_handler(HTTPException, on_http_error)
    api.add_exception_handler(RequestValidationError, on_bad_input)
    api.add_exception_handler(Exception, on_failure)
    # FastAPI derives the rest of a route when it is first asked for: here, no client waits for it.
    list(flattened(_ROUTES))
    api.router.routes.extend(_ROUTES)
    api.add_api_route("/health", _to_slash, include_in_schema=False)
    api.add_api_route("/api/v1/health", _to_slash, include_in_schema=False)
    return api


async def _to_slash(request: Request) -> Response:
    scope = request.scope
    return RedirectResponse(f"{root_path(scope)}{local_path(scope)}/", 307)


def taken_by_host(own: Iterable[BaseRoute], host: Iterable[BaseRoute]) -> list[str]:
    """The paths of *own* that *host* answers by a route for just them, not by a catch-all."""
    theirs = list(flattened(host))
    paths = dict.fromkeys(str(getattr(route, "path", "{")) for route in flattened(own))
    fixed = (path for path in paths if "{" not in path)
    return [path for path in fixed if any(_claims(route, path) for route in theirs)]


def _claims(route: Any, path: str) -> bool:
    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": path, "headers": []}
    match, child = route.matches(scope)
    if match is not Match.FULL or getattr(route, "path", None) == "":
        return False
    return not child.get("path_params")
