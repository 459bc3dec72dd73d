"""Our routes stand in front of the host's, and never in the place of one of his."""

import asyncio
from pathlib import Path
from typing import TypeGuard

import pytest
from fastapi import APIRouter, FastAPI, Request, Response
from structlog.testing import capture_logs

from holdfast.events import Event, RequestFinished
from tests.api.host import asking, hello, mounted, until
from tests.api.serving import serving

pytestmark = pytest.mark.real_time


async def _theirs(app: FastAPI, *paths: str) -> dict[str, bool]:
    """Which of *paths* the host answers."""
    async with asking(app) as client:
        answers = {path: await client.get(path) for path in paths}
    return {path: answer.text == '{"from":"the host"}' for path, answer in answers.items()}


async def test_routes_that_the_host_has_are_left_to_him_with_one_warning(tmp_path: Path) -> None:
    """Also when he adds them after us, and however often one asks."""
    app, _ = mounted(tmp_path)
    app.add_api_route("/health", hello)
    app.add_api_route("/metrics", hello)
    with capture_logs() as logs:
        found = await _theirs(app, "/health", "/metrics", "/health/", "/health/live", "/metrics")
    assert found == {"/health": True, "/metrics": True, "/health/": False, "/health/live": False}
    warnings = [log for log in logs if log["event"] == "routes_left_to_host"]
    assert [sorted(log["paths"]) for log in warnings] == [["/health", "/metrics"]]


async def test_a_router_or_a_mount_of_the_host_is_his_too(tmp_path: Path) -> None:
    """Included or mounted, his routes are his; any path of ours can be among them."""
    app, _ = mounted(tmp_path)
    router = APIRouter(prefix="/health")
    router.add_api_route("/live", hello)
    app.include_router(router)
    inner = FastAPI()
    inner.add_api_route("/dashboard", hello)
    app.mount("/monitoring", inner)
    found = await _theirs(app, "/health/live", "/health/ready", "/monitoring/dashboard")
    assert found == {"/health/live": True, "/health/ready": False, "/monitoring/dashboard": True}


@pytest.mark.parametrize("how", ["plain", "included", "mounted", "parameter"])
async def test_a_catch_all_of_the_host_does_not_swallow_ours(tmp_path: Path, how: str) -> None:
    """A single-page application that answers everything has no route for us in particular."""
    app, _ = mounted(tmp_path)
    everything = APIRouter()
    everything.add_api_route("/{path:path}", hello)
    inner = FastAPI()
    inner.include_router(everything)
    if how == "plain":
        app.add_api_route("/{path:path}", hello)
    elif how == "included":
        app.include_router(everything)
    elif how == "mounted":
        app.mount("/", inner)
    else:
        app.add_api_route("/{tenant}", hello)
        app.add_api_route("/{tenant}/{page}", hello)
    assert await _theirs(app, "/health/", "/metrics", "/monitoring/api/metrics", "/any/thing") == {
        "/health/": False, "/metrics": False, "/monitoring/api/metrics": False,
        "/any/thing": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    "path", ["/healthcare/patients", "/metrics-report", "/monitoring-tools", "/monitoring/mine"]
)
async def test_a_path_that_only_begins_like_ours_is_the_hosts(tmp_path: Path, path: str) -> None:
    """It is answered by him, without a gate, and counted as his."""
    app, monitoring = mounted(tmp_path, ENVIRONMENT="production")
    app.add_api_route(path, hello)
    async with asking(app, peer="192.0.2.1", base_url="http://app.example.com") as client:
        assert (await client.get(path)).json() == {"from": "the host"}
    assert ("GET", path) in monitoring.requests.routes()


async def test_our_own_requests_are_not_the_hosts(tmp_path: Path) -> None:
    """A scrape every few seconds is no traffic."""
    app, monitoring = mounted(tmp_path)
    async with asking(app) as client:
        for path in ("/health/", "/metrics", "/monitoring/api/metrics", "/health/live", "/hello"):
            assert (await client.get(path)).status_code == 200
    assert list(monitoring.requests.routes()) == [("GET", "/hello")]


async def test_a_stranger_is_told_what_to_add(tmp_path: Path) -> None:
    """401 with a problem and a challenge; the probes answer, the host is not touched."""
    app, _ = mounted(tmp_path)
    async with asking(app, peer="192.0.2.1") as client:
        refused = await client.get("/metrics")
        probes = [(await client.get(f"/health/{one}")).json() for one in ("live", "ready")]
        assert (await client.get("/hello")).status_code == 200
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == 'Bearer realm="holdfast"'
    assert "HOLDFAST_METRICS_ALLOW" in refused.json()["detail"]
    assert probes == [{"status": "ok"}] * 2


async def test_metrics_can_be_switched_off(tmp_path: Path) -> None:
    """ENABLE_METRICS=false removes /metrics only, and says so."""
    app, _ = mounted(tmp_path, ENABLE_METRICS="false")
    async with asking(app) as client:
        answer = await client.get("/metrics")
        assert (await client.get("/health/")).status_code == 200
    assert (answer.status_code, answer.json()) == (404, {"detail": "ENABLE_METRICS is off"})


async def test_metrics_are_in_prometheus_text_format(tmp_path: Path) -> None:
    """Version 0.0.4, with what the host served."""
    app, _ = mounted(tmp_path)
    async with asking(app) as client:
        await client.get("/hello")
        answer = await client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert 'http_server_request_duration_seconds_count{error_type="",' in answer.text
    assert 'http_route="/hello"' in answer.text


async def test_a_mounted_application_works_under_its_prefix(tmp_path: Path) -> None:
    """No lifespan runs there: it starts with its first request, and its links keep the prefix."""
    inner, monitoring = mounted(tmp_path)
    outer = FastAPI()
    outer.mount("/inner", inner)
    async with asking(outer) as client:
        assert monitoring.record.status().status == "off"
        answers = {
            path: await client.get(f"/inner{path}")
            for path in ("/health/", "/hello", "/health", "/monitoring/", "/monitoring/api/nope",
                         "/monitoring/api/integration/nope", "/health/services/nope")
        }  # fmt: skip
        assert (await client.get("/health/")).status_code == 404
        await until(lambda: monitoring.record.status().status == "ok")
        await _stop(inner)
    statuses = {path: answer.status_code for path, answer in answers.items()}
    assert statuses == {
        "/health/": 200, "/hello": 200, "/health": 307, "/monitoring/": 307,
        "/monitoring/api/nope": 404, "/monitoring/api/integration/nope": 404,
        "/health/services/nope": 404,
    }  # fmt: skip
    assert answers["/health"].headers["location"] == "/inner/health/"
    assert answers["/monitoring/"].headers["location"] == "/inner/monitoring/dashboard"
    problem = answers["/monitoring/api/integration/nope"]
    assert problem.headers["content-type"] == "application/problem+json"
    assert ("GET", "/inner/hello") in monitoring.requests.routes()


async def test_a_root_path_is_only_taken_away_as_a_whole(tmp_path: Path) -> None:
    """Behind a proxy that serves us under /he, /health/ is still /health/."""
    app, _ = mounted(tmp_path)
    async with asking(app, root_path="/he") as client:
        assert (await client.get("/health/")).status_code == 200
        assert (await client.get("/he/health/")).status_code == 200


async def test_a_fault_of_ours_stays_ours(tmp_path: Path) -> None:
    """503 as the contract words it, 500 as a problem, without the error's text; the log has it."""
    app, monitoring = mounted(tmp_path)
    asked: list[Exception] = []

    @app.exception_handler(Exception)
    async def hosts(request: Request, error: Exception) -> Response:
        asked.append(error)
        return Response("the host's handler", 500)

    def broken(*_: object) -> None:
        raise RuntimeError("a secret detail")

    monitoring.cluster.deployment.calls.window = broken  # type: ignore[method-assign,assignment]
    monitoring.record.sessions = None
    details = {
        "/health/": "Health check failed",
        "/health/services": "Services health check failed",
        "/health/services/openai": "Service health check failed",
        "/api/v1/health/metrics": "Metrics retrieval failed",
        "/health/status": "System status retrieval failed",
    }
    with capture_logs() as logs:
        async with asking(app) as client:
            answers = {path: await client.get(path) for path in details}
            native = await client.get("/monitoring/api/metrics")
    assert {path: answer.json()["detail"] for path, answer in answers.items()} == details
    assert {answer.status_code for answer in answers.values()} == {503}
    assert (native.status_code, native.headers["content-type"]) == (500, "application/problem+json")
    assert "secret" not in native.text
    assert asked == []
    faults = [log["path"] for log in logs if log["event"] == "own_route_failed"]
    assert faults == [*details, "/monitoring/api/metrics"]


async def _stop(app: FastAPI) -> None:
    """End what started without a lifespan."""
    async with app.router.lifespan_context(app):
        pass


@pytest.mark.parametrize("stays", [True, False])
async def test_a_client_who_leaves_a_real_server_is_noticed(tmp_path: Path, stays: bool) -> None:
    """Before a plain reply, which the server would silently drop."""
    app, monitoring = mounted(tmp_path)
    finished: list[RequestFinished] = []
    monitoring.listen(lambda event: finished.append(event) if _is_slow(event) else None)

    @app.get("/slow")
    async def slow() -> str:
        await asyncio.sleep(0.3)
        return "here"

    async with serving(app) as where:
        host, port = where.split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await writer.drain()
        if stays:
            assert b"200" in await reader.readline()
        else:
            await asyncio.sleep(0.1)
        writer.close()
        await until(lambda: bool(finished))
    assert [one.outcome for one in finished] == ["succeeded" if stays else "client_gone"]


def _is_slow(event: Event) -> TypeGuard[RequestFinished]:
    return isinstance(event, RequestFinished) and event.route == "/slow"
