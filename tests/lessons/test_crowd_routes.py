"""What the Crowd system's routes got wrong (its contract §7), and how ours are right."""

from pathlib import Path

import pytest
from fastapi import FastAPI

from holdfast.compat.prometheus_instrumentation import setup_monitoring
from tests.api.host import asking, hello
from tests.compat.crowd import crowd


@pytest.mark.real_time
async def test_fault_3_and_4_the_names_of_dashboards_and_rules_have_data(tmp_path: Path) -> None:
    """The dashboard's name, and those of the alert rules; a p95 above 5 s can be seen."""
    one = crowd(tmp_path)
    async with asking(one.app) as client:
        await client.get("/hello")
    assert one.value("crowdfunding_api_requests_total", handler="/hello", status="2xx") == 1
    assert one.value("http_requests_total", handler="/hello", status="200") == 1
    bounds = {
        float(found["le"]) for found, _ in one.samples("http_request_duration_seconds_bucket")
    }
    assert {5.0, 7.5, 10.0, 30.0} <= bounds


@pytest.mark.real_time
async def test_fault_11_metrics_are_not_for_everybody(tmp_path: Path) -> None:
    """Who comes from elsewhere without a token is refused."""
    async with asking(crowd(tmp_path).app, peer="203.0.113.9") as client:
        assert (await client.get("/metrics")).status_code == 401


@pytest.mark.real_time
async def test_fault_12_metrics_are_on_unless_switched_off(tmp_path: Path) -> None:
    """Unset is on; off says why."""
    async with asking(crowd(tmp_path).app) as client:
        assert (await client.get("/metrics")).status_code == 200
    async with asking(crowd(tmp_path, ENABLE_METRICS="false").app) as client:
        answer = await client.get("/metrics")
    assert (answer.status_code, "ENABLE_METRICS" in answer.text) == (404, True)


@pytest.mark.real_time
async def test_fault_14_scans_are_counted_and_our_own_pages_are_not(tmp_path: Path) -> None:
    """404s of no route are one series; nobody's scrape is in progress for himself."""
    one = crowd(tmp_path)
    async with asking(one.app) as client:
        for number in range(20):
            await client.get(f"/wp-admin/{number}.php")
        text = (await client.get("/metrics")).text
    assert one.value("http_requests_total", handler="none", status="404") == 20
    assert one.value("http_requests_total") == 20
    assert "http_requests_inprogress{" not in text


@pytest.mark.real_time
async def test_fault_14_what_is_in_progress_has_its_route(tmp_path: Path) -> None:
    """Seen while it runs, by template and method."""
    one = crowd(tmp_path)

    async def slow(item: int) -> float:
        del item
        return one.value("http_requests_inprogress", handler="/slow/{item}", method="GET")

    one.app.add_api_route("/slow/{item}", slow)
    async with asking(one.app) as client:
        assert (await client.get("/slow/9")).json() == 1
    assert one.value("http_requests_inprogress") == 0


@pytest.mark.real_time
async def test_the_contracts_setup_mounts_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``setup_monitoring(app)`` returns an instrumentation, and may be called twice."""
    monkeypatch.setenv("ENVIRONMENT", "development")
    monkeypatch.chdir(tmp_path)
    app = FastAPI()
    app.add_api_route("/hello", hello)
    tell = setup_monitoring(app)
    assert setup_monitoring(app) is tell
    tell.set_component_healthy("web_api")
    tell.set_component_degraded("auth0")
    tell.set_component_unhealthy("stripe")
    tell.track_application_error("any", "web_api", ValueError("x"), "guest", "/chat", "chat")
    tell.increment_business_metric("message")
    tell.track_chat_message(rag_used=True)
    tell.update_session_count("chat", "guest", 2)
    async with asking(app) as client:
        text = (await client.get("/metrics")).text
    assert (
        'component_health_status{component="stripe",component_health_status="unhealthy"} 1.0'
        in text
    )
    assert text.count("\nchat_messages_total{") == 2
