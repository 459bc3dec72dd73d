"""Every function, method and metric object of the Crowd contract §3, by name."""

import asyncio
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from holdfast.compat import monitoring, prometheus_instrumentation, prometheus_metrics
from holdfast.compat.stats_collector import StatsCollector
from tests.compat.crowd import Crowd, crowd

PACKAGE = """PrometheusInstrumentation prometheus_instrumentation setup_monitoring track_error
    track_auth_error track_database_error track_external_service_error track_ai_system_error
    track_session_error track_performance_metric update_component_health track_business_metric
    update_active_sessions get_all_metrics"""
METRICS = """error_counter error_details auth_errors database_errors external_service_errors
    ai_system_errors session_errors chat_processing_time vector_search_time database_query_time
    external_api_time message_count active_sessions memory_operations document_operations
    component_health"""
CHAT = "chat_processing_duration_seconds_count"


@pytest.mark.parametrize("name", PACKAGE.split())
def test_the_package_exports(name: str) -> None:
    """``from monitoring import …`` as documented."""
    assert name in monitoring.__all__
    assert getattr(monitoring, name) is not None


@pytest.mark.parametrize("key", METRICS.split())
def test_get_all_metrics_and_the_modules_attributes(key: str) -> None:
    """Under the contract's sixteen keys."""
    assert prometheus_metrics.get_all_metrics()[key] is getattr(prometheus_metrics, key)


SIGNATURES = {
    "track_error": "error_type component error user_type=anonymous endpoint=unknown extra_labels",
    "track_auth_error": "provider error_type endpoint user_type=anonymous",
    "track_database_error": "db_type operation error component",
    "track_external_service_error": "service operation error_code retry_count=0",
    "track_ai_system_error": "component error_type model=unknown user_type=anonymous",
    "track_session_error": "session_type operation error_type user_type=anonymous",
    "track_performance_metric": "metric_name duration labels",
    "update_component_health": "component status",
    "track_business_metric": "metric_type labels",
    "update_active_sessions": "session_type user_type count",
    "get_error_severity": "error",
    "get_error_category": "error",
    "hash_error_message": "message",
    "get_all_metrics": "",
}
METHODS = {
    "setup_fastapi_instrumentation": "app",
    "track_request_performance": "endpoint user_type=anonymous labels",
    "track_external_api_call": "service endpoint labels",
    "track_database_operation": "db_type operation component labels",
    "track_chat_message": "user_type=anonymous message_type=user cache_hit=False rag_used=False",
    "track_memory_operation": "operation memory_type user_type=anonymous",
    "track_document_operation": "operation domain status=success",
    "update_session_count": "session_type user_type count",
    "set_component_healthy": "component",
    "set_component_degraded": "component",
    "set_component_unhealthy": "component",
    "track_application_error":
        "error_type component error user_type=anonymous endpoint=unknown function=unknown",
    "track_request_start": "endpoint=unknown user_type=anonymous labels",
    "track_request_end": "work=None error=None labels",
    "increment_business_metric": "metric_type labels",
}  # fmt: skip


def _signature(function: Callable[..., Any]) -> str:
    words = []
    for name, one in inspect.signature(function).parameters.items():
        default = "" if one.default is one.empty else f"={one.default}"
        words.append(f"{name}{default}")
    return " ".join(words)


@pytest.mark.parametrize("name", SIGNATURES)
def test_each_function_takes_what_is_documented(name: str) -> None:
    """Names, order and defaults."""
    assert _signature(getattr(prometheus_metrics, name)) == SIGNATURES[name]


@pytest.mark.parametrize("name", METHODS)
def test_each_method_takes_what_is_documented(name: str) -> None:
    """On the class and on its one instance; what the fallback alone had is real here."""
    one = prometheus_instrumentation.prometheus_instrumentation
    assert isinstance(one, prometheus_instrumentation.PrometheusInstrumentation)
    assert _signature(getattr(one, name)) == METHODS[name]
    assert inspect.getdoc(getattr(one, name))


STATS = """record_query get_query_stats get_memory_stats get_system_uptime get_comprehensive_stats
    get_performance_summary reset_query_stats"""


@pytest.mark.parametrize("name", STATS.split())
def test_the_stats_collector_has(name: str) -> None:
    """`tests/compat/test_stats_collector.py` says what they do."""
    assert callable(getattr(StatsCollector(max_recent_queries=100), name))


class Odd(ValueError):
    """A subclass counts as what it derives from."""


@pytest.mark.parametrize(
    ("kinds", "severity"),
    [
        ((ValueError, TypeError, KeyError, Odd), "low"),
        ((ConnectionError, TimeoutError, ConnectionResetError), "medium"),
        ((PermissionError, SystemError), "high"),
        ((AttributeError, FileNotFoundError, MemoryError, RuntimeError), "medium"),
    ],
)
def test_get_error_severity(kinds: tuple[type[Exception], ...], severity: str) -> None:
    """The table of §2.1."""
    assert {prometheus_metrics.get_error_severity(kind("x")) for kind in kinds} == {severity}


@pytest.mark.parametrize(
    ("kinds", "category"),
    [
        ((ValueError, TypeError, KeyError, AttributeError, Odd), "validation"),
        ((ConnectionError, TimeoutError, ConnectionResetError), "network"),
        ((PermissionError, FileNotFoundError), "access"),
        ((MemoryError, SystemError), "system"),
        ((RuntimeError, OSError, LookupError), "application"),
    ],
)
def test_get_error_category(kinds: tuple[type[Exception], ...], category: str) -> None:
    """The table of §2.1."""
    assert {prometheus_metrics.get_error_category(kind("x")) for kind in kinds} == {category}


async def test_track_request_start_and_track_request_end(tmp_path: Path) -> None:
    """A chat between two calls, in each task its own; ended twice is misuse, and raises nothing."""
    one, tell = crowd(tmp_path), prometheus_instrumentation.prometheus_instrumentation

    async def chat(user_type: str) -> None:
        tell.track_request_start("/chat", user_type)
        await asyncio.sleep(0.1)
        tell.track_request_end(model="gpt-4o-mini")

    await asyncio.gather(*(chat(f"user-{number}") for number in range(5)))
    held = tell.track_request_start("/chat", "held")
    tell.track_request_start("/chat", "inner")
    tell.track_request_end(held)
    tell.track_request_end("/chat", ValueError("the model said nothing"))
    assert _of_users(one) == {"held": 1, **{f"user-{number}": 1 for number in range(5)}}
    assert one.value("holdfast_failed_duration_seconds_count") == 1
    assert one.value(CHAT, model="gpt-4o-mini") == 5
    tell.track_request_end(held)
    tell.track_request_end()
    assert one.value("holdfast_tracking_misused_total", reason="nothing_begun") == 2


def _of_users(one: Crowd) -> dict[str, float]:
    return {labels["user_type"]: value for labels, value in one.samples(CHAT)}


def test_what_is_begun_and_never_ended_is_bounded(tmp_path: Path) -> None:
    """The oldest are forgotten."""
    one, tell = crowd(tmp_path), prometheus_instrumentation.prometheus_instrumentation
    for _ in range(100):
        tell.track_request_start("/chat")
    for _ in range(100):
        tell.track_request_end()
    assert one.value(CHAT) == 16
