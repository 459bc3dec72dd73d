"""A request is counted under the template of its route, never under its path."""

from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from httpx2 import ASGITransport, AsyncClient, Response
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Host, Mount, Route

from holdfast.events import Event, RequestFinished
from holdfast.middleware.report import Receive, ReportRequests, Send
from holdfast.middleware.route_template import _FASTAPI_ROUTE, RouteTemplates


async def _text(request: Request) -> PlainTextResponse:
    return PlainTextResponse("text")


async def _raw(scope: Any, receive: Receive, send: Send) -> None:
    await PlainTextResponse("raw")(scope, receive, send)


async def _nothing() -> None:
    """An endpoint of FastAPI."""


def _router(prefix: str, *paths: str) -> APIRouter:
    router = APIRouter(prefix=prefix)
    for path in paths:
        router.add_api_route(path, _nothing)
    return router


def _starlette(*routes: BaseRoute) -> Starlette:
    return Starlette(routes=routes)


def _application() -> FastAPI:
    app = FastAPI()
    app.add_api_route("/plain", _nothing)
    app.add_api_route("/items/{item_id}", _nothing)
    outer = _router("/outer/{o}", "/own")
    outer.include_router(_router("/inner", "/{x}"), prefix="/mid")
    outer.mount("/box/{b}", _raw)
    app.include_router(outer, prefix="/api")
    tenant = FastAPI()
    tenant.add_api_route("/thing/{tenant}", _nothing)
    tenant.include_router(_router("/r", "/{z}"))
    app.mount("/t/{tenant}", tenant)
    app.mount("/n/{number:int}-{letter}", tenant)
    deep = Mount("/deep/{level}", routes=[Route("/d/{w}", _text)])
    app.mount("/star", _starlette(Route("/s/{q}", _text), deep))
    app.mount("/raw/{k}", _raw)
    app.router.routes.append(Route("/classic/{a}", _text))
    app.router.routes.append(Host("other.test", _starlette(Route("/h/{q}", _text))))
    return app


async def _ask(
    path: str, *, app: Any = None, method: str = "GET", root_path: str = "", host: str = "t.test"
) -> tuple[Response, RequestFinished]:
    told: list[Event] = []
    watched = ReportRequests(app or _application(), sink=told.append)
    transport = ASGITransport(watched, root_path=root_path)
    async with AsyncClient(transport=transport, base_url=f"http://{host}") as client:
        response = await client.request(method, path)
    [finished] = told
    assert isinstance(finished, RequestFinished)
    return response, finished


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/plain", "/plain"),
        ("/items/3", "/items/{item_id}"),
        ("/classic/1", "/classic/{a}"),
        ("/api/outer/1/own", "/api/outer/{o}/own"),
        ("/api/outer/1/mid/inner/2", "/api/outer/{o}/mid/inner/{x}"),
        ("/api/box/2/any/thing", "/api/box/{b}"),
        ("/t/acme/r/5", "/t/{tenant}/r/{z}"),
        ("/t/thing/thing/thing", "/t/{tenant}/thing/{tenant}"),
        ("/n/007-x/thing/1", "/n/{number}-{letter}/thing/{tenant}"),
        ("/star/s/1", "/star/s/{q}"),
        ("/star/deep/star/d/2", "/star/deep/{level}/d/{w}"),
        ("/raw/7/a/b", "/raw/{k}"),
    ],
)  # fmt: skip
async def test_a_route_is_told_as_it_was_written(path: str, route: str) -> None:
    """With the prefixes of routers and mounts, parameters by their names."""
    response, finished = await _ask(path)
    assert (response.status_code, finished.route) == (200, route)


@pytest.mark.parametrize(
    ("path", "method", "status", "route"),
    [
        ("/nope/anything", "GET", 404, ""),
        ("/t/acme/nope", "GET", 404, "/t/{tenant}"),
        ("/star/deep/1/nope", "GET", 404, "/star/deep/{level}"),
        ("/plain", "POST", 405, "/plain"),
        ("/plain/", "GET", 307, ""),
        ("/t/acme", "GET", 307, ""),
    ],
)  # fmt: skip
async def test_what_found_no_route_tells_no_path(
    path: str, method: str, status: int, route: str
) -> None:
    """404, 405 and redirects: whoever asks for a thousand paths makes no thousand series."""
    response, finished = await _ask(path, method=method)
    assert (response.status_code, finished.route) == (status, route)


async def test_a_host_route_is_transparent() -> None:
    """Which name the server was called by is not in the route."""
    _, finished = await _ask("/h/1", host="other.test")
    assert finished.route == "/h/{q}"


@pytest.mark.parametrize("path", ["/api/plain", "/api/t/acme/r/5", "/api/classic/1"])
async def test_where_the_application_is_served_is_not_in_the_route(path: str) -> None:
    """A root path that a proxy or an outer mount adds does not change the names of routes."""
    _, finished = await _ask(path, root_path="/api")
    assert (await _ask(path.removeprefix("/api")))[1].route == finished.route != ""


async def test_an_application_without_routes_has_the_empty_route() -> None:
    """Bare ASGI leaves no trace of a route."""
    _, finished = await _ask("/secret/path", app=_raw)
    assert finished.route == ""


async def test_fastapi_leaves_the_included_route_where_we_look() -> None:
    """Fails when FastAPI moves the key that holds a route with its routers' prefixes."""
    seen: list[Any] = []

    async def endpoint(request: Request) -> None:
        seen.append(request.scope[_FASTAPI_ROUTE[0]][_FASTAPI_ROUTE[1]])
        seen.append(request.scope["route"])

    router = APIRouter(prefix="/inner")
    router.add_api_route("/x", endpoint)
    app = FastAPI()
    app.include_router(router, prefix="/outer")
    await _ask("/outer/inner/x", app=app)
    context, route = seen
    assert (context.path, route.path) == ("/outer/inner/x", "/inner/x")
    assert context.original_route is route


def test_a_route_without_trace_is_looked_up_once() -> None:
    """Walking all routes of a large application at each request would cost more than the rest."""
    endpoints = [object(), object()]
    routes = _Counted(SimpleNamespace(endpoint=one, path="/found") for one in endpoints)
    scope = {"endpoint": endpoints[1], "router": SimpleNamespace(routes=routes)}
    templates = RouteTemplates()
    assert [templates.of(scope) for _ in range(3)] == ["/found"] * 3
    assert routes.walked == 1


def test_an_endpoint_of_nowhere_has_the_empty_route() -> None:
    """A route that was removed while it answered is no path either."""
    assert RouteTemplates().of({"endpoint": _raw, "path": "/secret"}) == ""


def test_a_mount_of_nowhere_adds_nothing() -> None:
    """A root path that no mount explains is a raw path, and stays out."""
    scope = {"endpoint": _raw, "app_root_path": "", "root_path": "/secret", "router": None}
    assert RouteTemplates().of(scope) == ""


class _Counted(list[Any]):
    walked = 0

    def __iter__(self) -> Any:
        self.walked += 1
        return super().__iter__()
