"""What the voice backend's numbers, health and routes got wrong, by number: faults 1 to 15.

The numbers are those of the contract's list (§7). Each test shows what is so now, through what an
application and its operators see; what its providers got wrong is tested with the providers.
"""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from holdfast.app.monitoring import Monitoring
from holdfast.clock import Clock
from holdfast.errors import BreakerOpen, Unavailable
from holdfast.guard.options import GuardOptions
from holdfast.resilience.circuit import BreakerOptions
from holdfast.resilience.limiter import LimiterOptions
from tests.api.host import asking, call, development, mounted, until

pytestmark = pytest.mark.real_time

FRAGILE = GuardOptions(breaker=BreakerOptions(consecutive_failures=5), retry=None, limiter=None)


async def _down() -> None:
    raise Unavailable("down")


async def _fail(monitoring: Monitoring, times: int, options: GuardOptions = FRAGILE) -> None:
    guard = monitoring.guard("mine", "work", options)
    for _ in range(times):
        with pytest.raises((Unavailable, BreakerOpen)):
            await guard.call(_down)


async def _get(app: FastAPI, path: str) -> Any:
    async with asking(app) as client:
        answer = await client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()


async def test_1_telling_of_a_call_does_not_fail_the_call(tmp_path: Path) -> None:
    """A listener that raises is counted, and the answer arrives."""
    app, monitoring = mounted(tmp_path)
    monitoring.listen(_raising)

    async def answer() -> str:
        return "well"

    assert await monitoring.guard("mine", "work").call(answer) == "well"
    assert monitoring.get_metrics("mine")["successful_requests"] == 1
    assert sum(monitoring.metrics()["dropped"].values()) == 1
    assert app is not None


def _raising(event: object) -> None:
    raise AttributeError(type(event).__name__)


async def test_2_a_trip_is_a_breaker_that_opened(tmp_path: Path) -> None:
    """Five failures are one trip, not five."""
    _, monitoring = mounted(tmp_path)
    await _fail(monitoring, 5)
    assert monitoring.get_metrics("mine")["circuit_breaker_trips"] == 1


async def test_3_refusals_have_no_latency(tmp_path: Path) -> None:
    """The smallest latency is that of a call that went out."""
    _, monitoring = mounted(tmp_path)
    call(monitoring, latency_ms=120.0)
    call(monitoring, "failed", latency_ms=80.0)
    call(monitoring, "refused", error="BreakerOpen", latency_ms=None, attempts=0)
    found = monitoring.get_metrics("openai")
    assert (found["min_latency_ms"], found["average_latency_ms"]) == (80.0, 100.0)


async def test_4_refusals_are_not_failures(tmp_path: Path) -> None:
    """Our own limiter cannot drive the success rate down."""
    _, monitoring = mounted(tmp_path)
    limited = GuardOptions(limiter=LimiterOptions(calls=1, burst=1, max_wait_seconds=0.0))
    guard = monitoring.guard("mine", "work", limited)

    async def answer() -> None:
        """Well."""

    await asyncio.gather(*(guard.call(answer) for _ in range(50)), return_exceptions=True)
    found = monitoring.get_metrics("mine")
    assert (found["failed_requests"], found["success_rate"]) == (0, 100.0)
    assert found["rate_limit_hits"] > 0


def _at(seconds: list[float]) -> Clock:
    return Clock(lambda: seconds[0], lambda: 1_800_000_000.0 + seconds[0])


def test_5_health_is_that_of_now(tmp_path: Path) -> None:
    """Three hundred errors of an hour ago degrade nothing; the lifetime total still has them."""
    seconds = [0.0]
    monitoring = Monitoring(development(tmp_path), clock=_at(seconds))
    for _ in range(300):
        call(monitoring, "failed")
    assert monitoring.get_health_status()["services"]["openai"]["status"] == "unhealthy"
    seconds[0] = 3_600.0
    for _ in range(30):
        call(monitoring)
    status = monitoring.get_health_status()["services"]["openai"]
    assert (status["status"], status["metrics"]["recent_success_rate"]) == ("healthy", 100.0)
    assert status["metrics"]["failed_requests"] == 300


def test_6_one_trouble_is_one_alert(tmp_path: Path) -> None:
    """However many calls are in breach; it has an id, and it ends."""
    seconds = [0.0]
    monitoring = Monitoring(development(tmp_path), clock=_at(seconds))
    for _ in range(200):
        call(monitoring, "failed")
        seconds[0] += 0.1
        monitoring.vitals.alerting.look()
    assert len(monitoring.get_alerts(limit=1_000)) == 1
    seconds[0] += 3_600.0
    monitoring.vitals.alerting.look()
    assert [one["state"] for one in monitoring.get_alerts()] == ["resolved"]


async def test_7_a_limit_counts_what_was_asked_for(tmp_path: Path) -> None:
    """The filter comes first; 0 is not everything, and negative is an error."""
    app, monitoring = mounted(tmp_path)
    for integration, failed in (("one", 10), ("two", 1)):
        for number in range(10):
            call(monitoring, "failed" if number < failed else "succeeded", integration=integration)
    monitoring.vitals.alerting.look()
    async with asking(app) as client:
        critical = await _alerts(client, "alert_type=critical&limit=1")
        refused = [await client.get(f"/health/alerts?limit={limit}") for limit in (0, -1)]
    assert [one["service"] for one in critical] == ["one"]
    assert [one.status_code for one in refused] == [422, 422]


async def _alerts(client: AsyncClient, query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.get(f"/health/alerts?{query}")).json()["alerts"]
    return found


async def test_8_active_alerts_are_those_that_fire(tmp_path: Path) -> None:
    """An alert that is over is listed, and not active."""
    seconds = [0.0]
    app = FastAPI()
    monitoring = Monitoring(development(tmp_path), clock=_at(seconds))
    for _ in range(10):
        call(monitoring, "failed")
    monitoring.vitals.alerting.look()
    firing = _firing(monitoring)
    seconds[0] = 7_200.0
    monitoring.vitals.alerting.look()
    assert (firing, _firing(monitoring), len(monitoring.get_alerts())) == (1, 0, 1)
    assert app is not None


def _firing(monitoring: Monitoring) -> int:
    return len(monitoring.vitals.alerting.watch.firing())


async def test_9_the_whole_can_be_unhealthy(tmp_path: Path) -> None:
    """And the probe that takes an instance out of rotation is another route."""
    app, monitoring = mounted(tmp_path)
    for _ in range(10):
        call(monitoring, "failed")
    assert (await _get(app, "/health/"))["overall_status"] == "unhealthy"


async def test_10_availability_is_computed(tmp_path: Path) -> None:
    """Not 95 because there was a failure."""
    _, monitoring = mounted(tmp_path)
    for number in range(8):
        call(monitoring, "failed" if number < 2 else "succeeded")
    assert monitoring.get_metrics("openai")["availability"] == 75.0


async def test_11_trends_say_what_they_rest_on(tmp_path: Path) -> None:
    """All calls of the asked hours; too few are said to be too few, not taken for an outage."""
    app, monitoring = mounted(tmp_path)
    for _ in range(9):
        call(monitoring)
    async with asking(app):
        await until(lambda: monitoring.record.alerts is not None)
        found = await monitoring.get_performance_trends("openai")
        none = await monitoring.get_performance_trends("deepgram")
    assert monitoring.get_metrics("openai")["recent_success_rate"] == 100.0
    assert found == {
        "trend": "no_data", "message": "Not enough data: 9 calls, at least 20 are needed",
        "data_points": 9, "time_range_hours": 24,
    }  # fmt: skip
    assert (none["message"], none["data_points"]) == ("No recent data available", 0)


async def test_12_thresholds_are_the_settings(tmp_path: Path) -> None:
    """What is shown in /configuration is what alerts and health are judged by."""
    app, monitoring = mounted(tmp_path, SUCCESS_RATE_WARNING="50", SUCCESS_RATE_CRITICAL="40")
    for number in range(10):
        call(monitoring, "failed" if number < 4 else "succeeded")
    monitoring.vitals.alerting.look()
    shown = (await _get(app, "/health/configuration"))["configuration"]["monitoring"]
    assert shown["alert_thresholds"]["success_rate_warning"] == 50.0
    assert monitoring.get_alerts() == []
    assert monitoring.get_health_status()["services"]["openai"]["status"] == "healthy"


async def test_13_every_service_is_measured_by_its_guard(tmp_path: Path) -> None:
    """Nobody has to remember to record anything."""
    _, monitoring = mounted(tmp_path)
    for name in ("openai", "deepgram", "rag", "sarvam"):
        guard = monitoring.guard(name, "anything", FRAGILE)
        with pytest.raises(Unavailable):
            await guard.call(_down)
    totals = {name: one["total_requests"] for name, one in monitoring.get_metrics().items()}
    assert [totals[name] for name in ("openai", "deepgram", "rag", "sarvam")] == [1] * 4


async def test_14_asking_for_health_calls_no_provider(tmp_path: Path) -> None:
    """Health is what the traffic shows: it costs nothing, and it changes no number."""
    app, monitoring = mounted(tmp_path)
    told: list[object] = []
    call(monitoring)
    monitoring.listen(told.append)
    await _get(app, "/health/services")
    assert monitoring.get_metrics("openai")["total_requests"] == 1
    assert [type(one).__name__ for one in told] == []


async def test_15_a_service_s_health_can_say_that_it_is_not(tmp_path: Path) -> None:
    """With the reason, by its real breaker."""
    _, monitoring = mounted(tmp_path)
    await _fail(monitoring, 5)
    found = monitoring.get_health_status()["services"]["mine"]
    assert (found["status"], found["alerts"]) == ("unhealthy", ["breaker of work is open"])
