"""What the voice backend's numbers, health and routes got wrong, by the number of each fault.

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
from holdfast.app.setup import load_settings
from holdfast.clock import Clock
from holdfast.errors import BreakerOpen, SettingsError, TimedOut, Unavailable
from holdfast.guard.options import GuardOptions
from holdfast.resilience.circuit import BreakerOptions
from holdfast.resilience.limiter import LimiterOptions
from holdfast.resilience.retry import RetryOptions
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
        await _rolled_up(monitoring)
        found = await monitoring.get_performance_trends("openai", hours=24)
        none = await monitoring.get_performance_trends("deepgram")
    assert monitoring.get_metrics("openai")["recent_success_rate"] == 100.0
    assert found == {
        "trend": "no_data", "message": "Not enough data: 9 calls, at least 20 are needed",
        "data_points": 9, "time_range_hours": 24,
    }  # fmt: skip
    assert (none["message"], none["data_points"]) == ("No recent data available", 0)


async def _rolled_up(monitoring: Monitoring) -> None:
    monitoring.rollup.sample(monitoring.clock.wall())
    await monitoring.record.write_buckets("me", monitoring.rollup.take())


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


async def test_17_a_timeout_is_a_failure(tmp_path: Path) -> None:
    """Counted as one, under its name."""
    _, monitoring = mounted(tmp_path)
    options = GuardOptions(timeout_seconds=0.02, retry=None, limiter=None)

    async def late() -> None:
        await asyncio.sleep(5.0)

    with pytest.raises(TimedOut):
        await monitoring.guard("mine", "work", options).call(late)
    found = monitoring.get_metrics("mine")
    assert (found["failed_requests"], list(found["error_distribution"])) == (1, ["TimedOut"])


def test_20_a_clock_that_jumps_changes_no_duration(tmp_path: Path) -> None:
    """Windows and alerts go by a monotonic clock; stamps by the wall."""
    wall = [1_800_000_000.0]
    monitoring = Monitoring(development(tmp_path), clock=Clock(lambda: 5.0, lambda: wall[0]))
    call(monitoring)
    wall[0] -= 86_400.0
    call(monitoring)
    assert monitoring.get_metrics("openai")["recent_requests_count"] == 2


async def test_23_one_call_is_one_call_however_often_it_was_tried(tmp_path: Path) -> None:
    """Attempts do not multiply failures, and one user alone opens no breaker."""
    _, monitoring = mounted(tmp_path)
    retry = RetryOptions(retries=5, first_wait_seconds=0.001, max_wait_seconds=0.002, safe=True)
    options = GuardOptions(
        breaker=BreakerOptions(consecutive_failures=3), retry=retry, limiter=None
    )
    with pytest.raises(Unavailable):
        await monitoring.guard("mine", "work", options).call(_down)
    found = monitoring.get_metrics("mine")
    assert (found["total_requests"], found["failed_requests"]) == (1, 1)
    assert found["circuit_breaker_trips"] == 0


async def test_24_nobody_resets_or_reads_without_leave(tmp_path: Path) -> None:
    """And an error's text is for the log."""
    app, monitoring = mounted(tmp_path, ENVIRONMENT="production")
    call(monitoring)
    async with asking(app) as client:
        answers = [
            await client.post("/health/reset"), await client.get("/health/configuration"),
        ]  # fmt: skip
    assert [one.status_code for one in answers] == [401, 401]
    assert monitoring.get_metrics("openai")["total_requests"] == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/health/services/nope"), ("GET", "/health/metrics?service=nope"),
        ("GET", "/health/trends/nope"), ("POST", "/health/reset?service=nope"),
        ("GET", "/api/v1/health/trends/nope"),
    ],
)  # fmt: skip
async def test_25_an_unknown_service_is_404_everywhere(
    tmp_path: Path, method: str, path: str
) -> None:
    """With the same words."""
    app, _ = mounted(tmp_path)
    async with asking(app) as client:
        answer = await client.request(method, path)
    assert (answer.status_code, answer.json()) == (404, {"detail": "Service nope not found"})


def test_26_names_from_outside_are_bounded(tmp_path: Path) -> None:
    """What is beyond the bound is counted together; additional data is not kept at all."""
    _, monitoring = mounted(tmp_path)
    for number in range(3_000):
        monitoring.record_request(f"made-up-{number}", True, 1.0, additional_data={"key": "s3cret"})
    assert len(monitoring.get_metrics()) < 1_500
    assert monitoring.metrics()["dropped"]["calls_overflow"] > 0
    assert "s3cret" not in repr(vars(monitoring.calls))


def test_27_a_bad_number_is_one_clear_error() -> None:
    """At setup, naming the variable; importing never fails."""
    with pytest.raises(SettingsError, match="SARVAM_TIMEOUT='soon'"):
        load_settings({"SARVAM_TIMEOUT": "soon"}, dotenv=None)


def test_28_calls_do_not_wait_for_alerts(tmp_path: Path) -> None:
    """Rules are looked at in the background: a call that is told of changes no alert by itself."""
    _, monitoring = mounted(tmp_path)
    for _ in range(50):
        call(monitoring, "failed")
    assert monitoring.get_alerts() == []
    assert len(monitoring.vitals.alerting.look()) == 1


async def test_29_shares_of_errors_are_of_all_errors(tmp_path: Path) -> None:
    """Those without a type too, and rounded like every other percentage."""
    _, monitoring = mounted(tmp_path)
    for error in ("boom", None, None):
        monitoring.record_request("mine", False, 1.0, error)
    found = monitoring.get_metrics("mine")["error_distribution"]
    assert {name: one["percentage"] for name, one in found.items()} == {
        "boom": 33.33, "unknown": 66.67,
    }  # fmt: skip


async def test_30_from_no_latency_not_everything_is_an_increase(tmp_path: Path) -> None:
    """A half whose calls took no time is compared by milliseconds, not by their share."""
    app, monitoring = mounted(tmp_path)
    now = monitoring.clock.wall() // 10 * 10
    async with asking(app):
        await until(lambda: monitoring.record.alerts is not None)
        for start, latency_ms in ((now - 120, 0.0), (now, 0.4)):
            for _ in range(20):
                call(monitoring, latency_ms=latency_ms)
            monitoring.rollup.sample(start)
        await monitoring.record.write_buckets("me", monitoring.rollup.take())
        found = await monitoring.get_performance_trends("openai", hours=1)
    assert (found["trend"], found["latency_trend"], found["data_points"]) == (
        "analyzed", "stable", 40,
    )  # fmt: skip


async def test_31_the_documented_paths_are_there(tmp_path: Path) -> None:
    """Those of the documentation and those of the running system, with one answer."""
    app, monitoring = mounted(tmp_path)
    paths = ("", "services", "metrics", "alerts", "trends/openai", "configuration", "status")
    async with asking(app) as client:
        await until(lambda: monitoring.record.alerts is not None)
        answers = [
            (await client.get(f"{base}/{path}")).status_code
            for base in ("/health", "/api/v1/health")
            for path in paths
        ]
    assert answers == [200] * 14
