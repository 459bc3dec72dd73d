"""The voice backend's Python API: its names, with an honest meaning."""

from pathlib import Path

import pytest

from holdfast.errors import ConfigurationError
from tests.api.host import asking, mounted

pytestmark = pytest.mark.real_time


async def test_a_call_made_elsewhere_is_counted_like_ours(tmp_path: Path) -> None:
    """Success, failure with its type, and a refusal that enters no rate and no latency."""
    _, monitoring = mounted(tmp_path)
    for _ in range(3):
        monitoring.record_request("legacy", True, 20.0)
    monitoring.record_request("legacy", False, 40.0, "api_error_500")
    monitoring.record_request("legacy", False, 0.0, rate_limit_hit=True)
    monitoring.record_request("legacy", False, 40.0, circuit_breaker_trip=True)
    found = monitoring.get_metrics("legacy")
    assert (found["total_requests"], found["failed_requests"]) == (5, 2)
    assert found["success_rate"] == 60.0
    assert found["min_latency_ms"] >= 19.0
    assert found["circuit_breaker_trips"] == 1
    assert found["rate_limit_hits"] == 1
    assert set(found["error_distribution"]) == {"api_error_500", "unknown"}
    assert "legacy" in monitoring.get_metrics()


def test_bad_figures_are_one_clear_error(tmp_path: Path) -> None:
    """And unknown names list what exists."""
    _, monitoring = mounted(tmp_path)
    for wrong in (-1.0, float("nan")):
        with pytest.raises(ValueError, match="latency_ms must be"):
            monitoring.record_request("legacy", True, wrong)
    with pytest.raises(ValueError, match="limit must be"):
        monitoring.get_alerts(limit=0)
    for ask in (monitoring.get_metrics, monitoring.reset_metrics):
        with pytest.raises(ConfigurationError, match="no service named 'nope'; known: "):
            ask("nope")


def test_health_and_alerts_are_the_contracts(tmp_path: Path) -> None:
    """The whole can be unhealthy; an alert has its value and its threshold."""
    _, monitoring = mounted(tmp_path)
    for _ in range(5):
        monitoring.record_request("legacy", False, 10.0, "boom")
    monitoring.vitals.alerting.look()
    status = monitoring.get_health_status()
    assert status["overall_status"] == "unhealthy"
    assert status["summary"]["unhealthy_services"] == 1
    [alert] = status["alerts"]
    assert {key: alert[key] for key in ("type", "service", "message", "value", "threshold")} == {
        "type": "critical", "service": "legacy", "message": "Critical success rate: 0.0%",
        "value": 0.0, "threshold": 80.0,
    }  # fmt: skip
    assert monitoring.get_alerts("warning") == []
    monitoring.reset_metrics("legacy")
    assert len(monitoring.get_alerts()) == 1
    monitoring.reset_metrics()
    assert monitoring.get_alerts() == []


async def test_a_required_component_decides_whether_we_are_ready(tmp_path: Path) -> None:
    """Everything else leaves this instance in rotation; liveness never asks anybody."""
    app, monitoring = mounted(tmp_path)
    monitoring.set_component_degraded("cache", "half")
    monitoring.set_component_unhealthy("search")
    monitoring.health_check("auth", _down, required=True)
    async with asking(app) as client:
        await monitoring.vitals.components.check()
        not_ready = await client.get("/health/ready")
        live = await client.get("/health/live")
        monitoring.set_component_healthy("auth")
        ready = await client.get("/health/ready")
    assert (not_ready.status_code, not_ready.json()) == (503, {"status": "waiting"})
    assert (live.status_code, ready.status_code) == (200, 200)


async def _down() -> bool:
    return False


async def test_reset_is_for_those_who_exist(tmp_path: Path) -> None:
    """404 for the others; all of it, or one service's counts (contract faults 24 and 25)."""
    app, monitoring = mounted(tmp_path)
    for _ in range(5):
        monitoring.record_request("legacy", False, 10.0, "boom")
    monitoring.vitals.alerting.look()
    async with asking(app) as client:
        unknown = await client.post("/health/reset", params={"service": "nope"})
        one = await client.post("/health/reset", params={"service": "legacy"})
        kept = await client.get("/health/alerts")
        everything = await client.post("/health/reset")
        gone = await client.get("/health/alerts")
    assert unknown.status_code == 404
    assert one.json() == {"status": "ok", "message": "Metrics reset for legacy"}
    assert kept.json()["total_alerts"] == 1
    assert everything.json()["message"] == "All metrics and alerts reset"
    assert gone.json()["total_alerts"] == 0
