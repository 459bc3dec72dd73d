"""An inbound request, answered in this process: what watching it adds to a tiny JSON route."""

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import replace
from typing import Any

from fastapi import FastAPI, Request, Response
from prometheus_client import CollectorRegistry
from prometheus_fastapi_instrumentator import Instrumentator
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette_exporter import PrometheusMiddleware

from benchmarks.contestant import Call, Contestant
from benchmarks.stopwatch import Effort, race
from benchmarks.table import Figures, Table, Target, head, rows
from holdfast.app.monitoring import Monitoring
from holdfast.app.setup import load_settings
from holdfast.middleware.report import ReportRequests
from holdfast.telemetry.fanout import Fanout
from holdfast.telemetry.requests import RequestMetrics

HOLDFAST = "Holdfast"
INSTRUMENTATOR = "prometheus-fastapi-instrumentator"
BASE_NO_OP = "BaseHTTPMiddleware no-op"

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


def application() -> FastAPI:
    """One route that answers three bytes of JSON."""
    app = FastAPI()

    async def read(item_id: str) -> dict[str, str]:
        return {"id": item_id}

    app.get("/items/{item_id}")(read)
    return app


def request_to(app: FastAPI) -> Call:
    """A request as a server hands it over, its answer thrown away."""

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        pass

    async def call() -> None:
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
            "scheme": "http", "path": "/items/42", "raw_path": b"/items/42", "query_string": b"",
            "root_path": "", "headers": [(b"host", b"shop"), (b"x-session-id", b"s-42")],
            "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "state": {},
        }  # fmt: skip
        await app(scope, receive, send)

    return call


class NoOp:
    """A pure ASGI middleware that does nothing."""

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass on."""
        await self._app(scope, receive, send)


async def bare() -> Call:
    """The application itself."""
    return request_to(application())


async def no_op() -> Call:
    """One more call."""
    app = application()
    app.add_middleware(NoOp)
    return request_to(app)


async def holdfast() -> Call:
    """All that `setup_monitoring` lets listen: metrics, sessions, live page, log, record."""
    app, monitoring = application(), Monitoring(load_settings({}, None))
    app.add_middleware(ReportRequests, sink=monitoring.emit, connections=monitoring.connections)
    return request_to(app)


async def holdfast_metrics() -> Call:
    """Metrics only."""
    app = application()
    app.add_middleware(ReportRequests, sink=Fanout((RequestMetrics(),)))
    return request_to(app)


async def instrumentator() -> Call:
    """As its manual begins."""
    app = application()
    Instrumentator(registry=CollectorRegistry()).instrument(app)
    return request_to(app)


async def exporter() -> Call:
    """As its manual begins."""
    app = application()
    app.add_middleware(PrometheusMiddleware, app_name="bench", prefix="bench_exporter")
    return request_to(app)


async def base_http() -> Call:
    """Starlette's base class, doing nothing."""

    async def dispatch(request: Request, call_next: RequestResponseEndpoint) -> Response:
        return await call_next(request)

    app = application()
    app.add_middleware(BaseHTTPMiddleware, dispatch=dispatch)
    return request_to(app)


CONTESTANTS = (
    Contestant("bare application", bare, "FastAPI, one route", "floor"),
    Contestant("pure ASGI no-op", no_op, "nothing", "scale"),
    Contestant(BASE_NO_OP, base_http, "nothing", "scale"),
    Contestant(
        HOLDFAST, holdfast, "route, method, status, latency to the last byte, bytes, in flight, "
        "error type, session, event to the record", "ours",
    ),
    Contestant("Holdfast, metrics only", holdfast_metrics, "the same without the record", "ours"),
    Contestant(INSTRUMENTATOR, instrumentator, "route, method, status, latency, bytes"),
    Contestant("starlette_exporter", exporter, "route, method, status, latency, in flight"),
)  # fmt: skip


async def measure(effort: Effort) -> list[Table]:
    """One table."""
    longer = replace(effort, sample_seconds=3 * effort.sample_seconds)
    figures = Figures(CONTESTANTS, await race(CONTESTANTS, longer))
    return [
        Table(
            "An inbound request",
            "An ASGI application called in this process, no socket. Costs are over the bare one.",
            head(BASE_NO_OP, INSTRUMENTATOR),
            list(rows(figures, BASE_NO_OP, INSTRUMENTATOR)),
            (
                Target("µs over the bare application", figures.cost(HOLDFAST), 8.0),
                Target(f"× {INSTRUMENTATOR}", figures.ratio(HOLDFAST, INSTRUMENTATOR), 0.25),
            ),
        )
    ]
