"""The voice contract's health documents, key for key (contract §1.1-1.9, §1.11)."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from holdfast.api.shapes.voice import human
from holdfast.guard.options import GuardOptions
from holdfast.integrations import CATALOG
from holdfast.resilience.limiter import LimiterOptions
from tests.api.host import asking, call, mounted, shape

pytestmark = pytest.mark.real_time

SUMMARY = {
    "total_services": "int", "healthy_services": "int", "degraded_services": "int",
    "unhealthy_services": "int", "total_requests": "int", "total_success_rate": "float",
}  # fmt: skip
METRICS = {
    "service_name": "str", "total_requests": "int", "successful_requests": "int",
    "failed_requests": "int", "success_rate": "float", "recent_success_rate": "float",
    "average_latency_ms": "float", "recent_avg_latency_ms": "float", "min_latency_ms": "float",
    "max_latency_ms": "float", "circuit_breaker_trips": "int", "rate_limit_hits": "int",
    "error_distribution": {}, "availability": "float", "uptime_seconds": "float",
    "last_request_time": "float", "last_success_time": "float", "last_failure_time": "float",
    "recent_requests_count": "int",
}  # fmt: skip
SERVICE_HEALTH = {"status": "str", "alerts": [], "metrics": METRICS}
ANSWERED = {"status": "str", "timestamp": "float"}
SERVICE_CONFIG = {
    "rate_limit": "int", "max_failures": "int", "circuit_breaker_reset_time": "float",
    "timeout": "float", "max_retries": "int", "retry_delay": "float", "max_text_length": "int",
    "max_audio_size_mb": "float", "max_audio_duration_sec": "float",
}  # fmt: skip
SHAPES: dict[str, Any] = {
    "/": {
        **ANSWERED, "uptime_seconds": "float", "overall_status": "str", "summary": SUMMARY,
        "services_count": "int", "active_alerts": "int",
    },
    "/services": {
        **ANSWERED, "services": dict.fromkeys(CATALOG, SERVICE_HEALTH), "overall_status": "str",
    },
    "/services/openai": {
        **ANSWERED, "service": "str", "health": SERVICE_HEALTH, "metrics": METRICS,
    },
    "/metrics": {**ANSWERED, "metrics": dict.fromkeys(CATALOG, METRICS), "service": "str"},
    "/metrics?service=openai": {**ANSWERED, "metrics": METRICS, "service": "str"},
    "/alerts": {**ANSWERED, "alerts": [], "total_alerts": "int", "alert_type_filter": "NoneType"},
    "/status": {
        **ANSWERED, "uptime_seconds": "float", "uptime_human": "str",
        "system_load": {key: kind for key, kind in SUMMARY.items() if key != "total_services"},
        "recent_alerts": [], "overall_status": "str", "environment": "str", "is_production": "bool",
    },
}  # fmt: skip
CONFIGURATION: dict[str, Any] = {
    "environment": "str", "is_production": "bool",
    "services": dict.fromkeys(CATALOG, SERVICE_CONFIG),
    "monitoring": {
        "enable_metrics": "bool", "metrics_interval": "int", "health_check_interval": "int",
        "alert_thresholds": {
            "success_rate_warning": "float", "success_rate_critical": "float",
            "latency_warning_ms": "float", "latency_critical_ms": "float",
        },
    },
    "database": {
        "connection_pool_size": "int", "connection_timeout": "int", "query_timeout": "int",
        "enable_query_logging": "bool",
    },
    "cache": {
        "redis_ttl": "int", "translation_cache_size": "int", "rag_cache_size": "int",
        "enable_cache": "bool",
    },
    "security": {
        "api_key_rotation_hours": "int", "max_request_size_mb": "int",
        "enable_rate_limiting": "bool", "enable_circuit_breaker": "bool",
    },
}  # fmt: skip


@pytest.mark.parametrize("base", ["/health", "/api/v1/health"])
async def test_every_document_has_the_contracts_keys(tmp_path: Path, base: str) -> None:
    """Under both bases, exactly these keys, each of its type, without a single call."""
    app, _ = mounted(tmp_path)
    async with asking(app) as client:
        answers = {path: await client.get(base + path) for path in SHAPES}
        assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(
            SHAPES, 200
        )
        assert {path: shape(answer.json()) for path, answer in answers.items()} == SHAPES


async def test_the_configuration_has_the_contracts_keys_and_no_secret(tmp_path: Path) -> None:
    """Plus ours: own settings, the source of each, and what nothing acts on yet."""
    secret = "0123456789abcdef0123456789abcdef"
    app, _ = mounted(tmp_path, JWT_SECRET=secret, HOLDFAST_METRICS_ALLOW="10.0.0.0/8")
    async with asking(app) as client:
        answer = await client.get("/health/configuration")
    configuration = answer.json()["configuration"]
    shown = {key: shape(configuration[key]) for key in CONFIGURATION}
    assert shown == CONFIGURATION
    assert configuration.keys() - CONFIGURATION.keys() == {"holdfast", "sources", "not_wired"}
    assert configuration["holdfast"]["jwt_secret"] == "set"
    assert configuration["holdfast"]["metrics_allow"] == ["10.0.0.0/8"]
    assert configuration["sources"]["JWT_SECRET"] == "environment"
    assert secret not in answer.text


async def test_numbers_mean_what_they_say(tmp_path: Path) -> None:
    """Refusals are no failures, attempts have their real durations, shares are of all errors."""
    app, monitoring = mounted(tmp_path)
    for _ in range(8):
        call(monitoring, latency_ms=100.0)
    call(monitoring, "failed", latency_ms=300.0)
    call(monitoring, "failed", error="TimedOut", latency_ms=300.0)
    for _ in range(5):
        call(monitoring, "refused", error="BreakerOpen", latency_ms=None, attempts=0)
    async with asking(app) as client:
        answer = (await client.get("/health/services/openai")).json()
    found = answer["metrics"]
    expected = {
        "total_requests": 10, "successful_requests": 8, "failed_requests": 2, "success_rate": 80.0,
        "recent_success_rate": 80.0, "average_latency_ms": 140.0, "recent_avg_latency_ms": 140.0,
        "min_latency_ms": 100.0, "max_latency_ms": 300.0, "circuit_breaker_trips": 0,
        "rate_limit_hits": 0, "availability": 80.0, "recent_requests_count": 10,
        "error_distribution": {
            "TimedOut": {"count": 1, "percentage": 50.0},
            "Unavailable": {"count": 1, "percentage": 50.0},
        },
    }  # fmt: skip
    assert {key: found[key] for key in expected} == expected
    assert answer["health"]["status"] == "degraded"
    assert answer["health"]["alerts"] == ["success rate 80.0 % is below 95 %"]
    assert answer["health"]["metrics"].keys() == found.keys()


async def test_a_bad_state_is_said_in_the_body(tmp_path: Path) -> None:
    """200 whenever it could be computed, and unhealthy can be said (contract fault 9)."""
    app, monitoring = mounted(tmp_path)
    for _ in range(5):
        call(monitoring, "failed", integration="mine", operation="work")
    async with asking(app) as client:
        answer = await client.get("/health/")
        everything = (await client.get("/health/services")).json()
    document = answer.json()
    assert (answer.status_code, document["status"]) == (200, "degraded")
    assert document["overall_status"] == everything["overall_status"] == "unhealthy"
    assert document["summary"] == {
        "total_services": len(CATALOG) + 1, "healthy_services": len(CATALOG),
        "degraded_services": 0, "unhealthy_services": 1, "total_requests": 5,
        "total_success_rate": 0.0,
    }  # fmt: skip
    assert everything["services"]["mine"]["status"] == "unhealthy"


@pytest.mark.parametrize("base", ["/health", "/api/v1/health"])
@pytest.mark.parametrize("path", ["/services/nope", "/metrics?service=nope"])
async def test_an_unknown_service_is_404_everywhere(tmp_path: Path, base: str, path: str) -> None:
    """Not an empty 200 in one place and a 404 in the other (contract fault 25)."""
    app, _ = mounted(tmp_path)
    async with asking(app) as client:
        answer = await client.get(base + path)
    assert (answer.status_code, answer.json()) == (404, {"detail": "Service nope not found"})


@pytest.mark.parametrize("base", ["/health", "/api/v1/health"])
async def test_the_base_without_a_slash_leads_on(tmp_path: Path, base: str) -> None:
    """307, as the contract has it."""
    app, _ = mounted(tmp_path)
    async with asking(app) as client:
        answer = await client.get(base)
    assert (answer.status_code, answer.headers["location"]) == (307, f"{base}/")


@pytest.mark.parametrize(
    ("limit", "status"), [("1", 200), ("1000", 200), ("0", 422), ("-1", 422), ("1001", 422)]
)
async def test_a_limit_has_bounds(tmp_path: Path, limit: str, status: int) -> None:
    """0 is not everything, and -1 not the rest of it (contract fault 7)."""
    app, _ = mounted(tmp_path)
    async with asking(app) as client:
        answer = await client.get(
            "/health/alerts", params={"limit": limit, "alert_type": "warning"}
        )
    assert answer.status_code == status
    if status == 422:
        assert [part["loc"] for part in answer.json()["detail"]] == [["query", "limit"]]
    else:
        assert answer.json()["alert_type_filter"] == "warning"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.9, "0s"), (5, "5s"), (302, "5m 2s"), (3603, "1h 0m 3s"), (86400, "1d 0h 0m 0s"),
        (90061, "1d 1h 1m 1s"),
    ],
)  # fmt: skip
def test_time_is_said_without_leading_zeros(seconds: float, said: str) -> None:
    """As the contract writes it."""
    assert human(seconds) == said


async def test_a_reset_forgets_what_our_limit_refused(tmp_path: Path) -> None:
    """Of that service, or of all: `rate_limit_hits` begins at 0 again, the uptime does not."""
    app, monitoring = mounted(tmp_path)
    narrow = GuardOptions(limiter=LimiterOptions(calls=1, burst=1, max_wait_seconds=0.0))
    guards = [monitoring.guard(name, "work", narrow) for name in ("mine", "yours")]

    async def answer() -> None:
        """Well."""

    calls = [guard.call(answer) for guard in guards for _ in range(5)]
    await asyncio.gather(*calls, return_exceptions=True)
    async with asking(app) as client:

        async def hits() -> list[int]:
            found = (await client.get("/health/metrics")).json()["metrics"]
            return [found[name]["rate_limit_hits"] for name in ("mine", "yours")]

        before = await hits()
        await client.post("/health/reset", params={"service": "mine"})
        one = await hits()
        await client.post("/health/reset")
        assert (before, one, await hits()) == ([4, 4], [0, 4], [0, 0])
        assert (await client.get("/health/")).json()["uptime_seconds"] >= 0


async def test_an_alert_has_the_contracts_keys(tmp_path: Path) -> None:
    """And says whether it still fires."""
    app, monitoring = mounted(tmp_path)
    for _ in range(10):
        call(monitoring, "failed")
    monitoring.vitals.alerting.look()
    async with asking(app) as client:
        (alert,) = (await client.get("/health/alerts")).json()["alerts"]
        status = (await client.get("/health/status")).json()
    assert shape(alert) == {
        "type": "str", "service": "str", "message": "str", "timestamp": "float", "value": "float",
        "threshold": "float", "state": "str",
    }  # fmt: skip
    assert (alert["type"], alert["message"]) == ("critical", "Critical success rate: 0.0%")
    assert status["recent_alerts"] == [alert]


@pytest.mark.parametrize(
    "query", ["alerts?limit=many", "trends/openai?hours=0", "trends/openai?hours=721"]
)
async def test_what_cannot_be_is_422_in_the_contracts_envelope(tmp_path: Path, query: str) -> None:
    """Type, place, words and what was given, of bounded length."""
    app, _ = mounted(tmp_path)
    async with asking(app) as client:
        answer = await client.get(f"/api/v1/health/{query}")
        long = await client.get("/health/alerts", params={"limit": "9" * 5_000})
    (said,) = answer.json()["detail"]
    assert answer.status_code == 422
    assert shape(said) == {"type": "str", "loc": ["str"], "msg": "str", "input": "str"}
    assert said["input"] == query.partition("=")[2]
    assert len(long.json()["detail"][0]["input"]) == 100


async def test_a_reset_that_fails_is_500(tmp_path: Path) -> None:
    """As the contract has it: it changes something, it does not compute."""
    app, monitoring = mounted(tmp_path)

    def broken(*_: object) -> None:
        raise RuntimeError("a secret detail")

    monitoring.calls.reset = broken  # type: ignore[method-assign,assignment]
    async with asking(app) as client:
        answer = await client.post("/health/reset")
    assert (answer.status_code, answer.json()) == (500, {"detail": "Metrics reset failed"})
