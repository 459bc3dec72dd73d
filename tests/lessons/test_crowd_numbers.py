"""What the Crowd system's metrics got wrong (its contract §7), and how ours are right."""

import asyncio
from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs

from holdfast.compat.prometheus_instrumentation import (
    COMPONENTS,
    PrometheusInstrumentation,
)
from holdfast.compat.prometheus_metrics import hash_error_message, track_error
from holdfast.health.state import Health
from holdfast.telemetry.application import ApplicationMetrics
from tests.compat.crowd import crowd

CHAT = "chat_processing_duration_seconds"


def test_fault_1_the_application_metrics_are_there_with_the_package(tmp_path: Path) -> None:
    """Nothing to leave out of an image, no silent fallback: one import has all sixteen."""
    text = crowd(tmp_path).text()
    assert "# TYPE application_errors_total counter" in text
    assert "# TYPE component_health_status gauge" in text


def test_fault_2_the_documented_usage_works(tmp_path: Path) -> None:
    """``track_request_performance("/chat", "authenticated")`` raised in every chat."""
    one = crowd(tmp_path)
    with one.monitoring.track_request_performance("/chat", "authenticated") as chat:
        chat.label(model="gpt-4o-mini", cache_hit=True)
    labels = {"endpoint": "/chat", "user_type": "authenticated", "rag_used": "unknown"}
    assert one.value(f"{CHAT}_count", **labels, cache_hit="True", model="gpt-4o-mini") == 1


async def test_fault_2_in_a_coroutine_too(tmp_path: Path) -> None:
    """``async with`` is the same."""
    one = crowd(tmp_path)
    async with one.monitoring.track_request_performance("/chat", "authenticated"):
        await asyncio.sleep(0)
    assert one.value(f"{CHAT}_count", user_type="authenticated") == 1


async def test_fault_8_labels_are_few_whatever_is_in_them(tmp_path: Path) -> None:
    """Ids in messages and paths, counts, retries: a thousand users make one series."""
    one = crowd(tmp_path)
    for number in range(1000):
        error = KeyError(f"no order {number} of 'user-{number}' (mail{number}@example.org)")
        one.monitoring.track_error("lookup", "web_api", error, endpoint=f"/orders/{number}?a=b")
        one.monitoring.track_performance_metric(
            "vector_search", 0.1, operation="search", collection="docs", result_count=number
        )
        one.monitoring.track_external_service_error("openai", "chat", "503", number)
    assert len(list(one.samples("application_error_details_total"))) == 1
    (labels,) = [found for found, _ in one.samples("application_errors_total")]
    assert labels["endpoint"] == "/orders/{id}"
    counts = {
        found["result_count"] for found, _ in one.samples("vector_search_duration_seconds_sum")
    }
    assert counts == {"0", "1-10", "11-100", "101-1000"}
    assert len(list(one.samples("external_service_errors_total"))) == 12


def test_fault_8_a_flood_ends_in_one_series(tmp_path: Path) -> None:
    """What is beyond the cap is counted together, and that is counted."""
    one = crowd(tmp_path)
    for number in range(1500):
        one.monitoring.track_document_operation(f"op-{number}-x", "law")
        one.monitoring.update_session_count(f"type-{number}-x", "guest", number)
    name = "document_operations_total"
    assert len(list(one.samples(name))) == 1001
    assert one.value(name, operation="_overflow", domain="_overflow", status="_overflow") == 500
    assert one.value(name) == 1500
    assert one.value("holdfast_label_overflows_total", metric=name) == 500
    assert len(list(one.samples("active_sessions_current"))) == 1000
    assert one.value("holdfast_events_dropped_total", reason="labels_overflow") == 1000


def test_fault_9_two_applications_do_not_meet(tmp_path: Path) -> None:
    """No global registry: each counts its own, and a test may have as many as it likes."""
    first, second = crowd(tmp_path / "1"), crowd(tmp_path / "2")
    first.monitoring.track_chat_message()
    assert (first.value("chat_messages_total"), second.value("chat_messages_total")) == (1, 0)
    assert ApplicationMetrics().metrics is ApplicationMetrics().metrics


async def test_fault_10_health_is_what_was_tested(tmp_path: Path) -> None:
    """Each documented component is unknown until somebody knows, and then what he says."""
    one = crowd(tmp_path)
    PrometheusInstrumentation().setup_fastapi_instrumentation(one.app)
    assert one.value("component_health_status", component_health_status="unknown") >= len(
        COMPONENTS
    )

    async def probe() -> Health:
        return Health("degraded", "auth0 answers slowly")

    one.monitoring.health_check("auth0", probe)
    await one.monitoring.vitals.components.check()
    states = {"component": "auth0", "component_health_status": "degraded"}
    assert one.value("component_health_status", **states) == 1
    assert "session_manager" in COMPONENTS


class Answered(Exception):
    """As HTTP clients raise it."""

    status_code = 429


def test_fault_13_a_status_is_a_status(tmp_path: Path) -> None:
    """The error's own, the one that is said, or a word where nobody knows one."""
    one = crowd(tmp_path)
    with pytest.raises(Answered), one.monitoring.track_external_api_call("stripe", "/v1/charges"):
        raise Answered
    with one.monitoring.track_external_api_call("stripe", "/v1/charges") as call:
        call.label(status_code=201)
    with (
        pytest.raises(asyncio.CancelledError),
        one.monitoring.track_external_api_call("stripe", "/v1/charges"),
    ):
        raise asyncio.CancelledError
    found = {
        labels["status_code"] for labels, _ in one.samples("external_api_duration_seconds_sum")
    }
    assert found == {"429", "201", "cancelled"}
    assert one.value("external_service_errors_total", error_code="Answered") == 1
    assert one.value("external_service_errors_total") == 1


def test_fault_13_sizes_tables_and_flags_are_true(tmp_path: Path) -> None:
    """What is not known is unknown, what is told is told, and there is one spelling of a flag."""
    one = crowd(tmp_path)
    with one.monitoring.track_database_operation("postgres", "select", "web_api") as query:
        query.label(table="orders", result_size=42)
    with one.monitoring.track_database_operation("postgres", "select", "web_api"):
        pass
    found = [labels for labels, _ in one.samples("database_query_duration_seconds_sum")]
    assert [(one["table"], one["result_size"]) for one in found] == [
        ("orders", "11-100"), ("unknown", "unknown")
    ]  # fmt: skip
    for spelled in (True, "true", "True", 1):
        one.monitoring.track_business_metric("message", cache_hit=spelled)
    assert one.value("chat_messages_total", cache_hit="True") == 4


def test_fault_14_failures_are_not_among_the_answered(tmp_path: Path) -> None:
    """A chat that failed is slow or quick for other reasons: it is counted apart."""
    one = crowd(tmp_path)
    with pytest.raises(ValueError, match="no"), one.monitoring.track_request_performance("/chat"):
        raise ValueError("no")
    with (
        pytest.raises(ValueError, match="no"),
        one.monitoring.track_database_operation("chroma", "query", "rag_system"),
    ):
        raise ValueError("no")
    assert one.value(f"{CHAT}_count") == 0
    assert one.value("database_query_duration_seconds_count") == 0
    assert one.value("holdfast_failed_duration_seconds_count", metric=CHAT) == 1
    assert one.value("database_errors_total", db_type="chroma", error_type="ValueError") == 1


def test_fault_15_mistakes_are_seen_and_hurt_nobody(tmp_path: Path) -> None:
    """Unknown names, labels, states and values: counted, logged once, never raised."""
    one = crowd(tmp_path)
    structlog.reset_defaults()
    with capture_logs() as logs:
        for _ in range(3):
            one.monitoring.track_performance_metric("chat_procesing", 0.1)
            one.monitoring.track_business_metric("msg")
            one.monitoring.track("no_such_metric")
            one.monitoring.track_business_metric("message", colour="red")
            one.monitoring.track_performance_metric("chat_processing", float("nan"))
            one.monitoring.track_performance_metric("chat_processing", -1.0)
            one.monitoring.update_component_health("qa_cache", "fine")
    misused = "holdfast_tracking_misused_total"
    assert {
        (labels["metric"], labels["reason"]): value for labels, value in one.samples(misused)
    } == {
        ("chat_procesing", "unknown_metric"): 3,
        ("msg", "unknown_metric"): 3,
        ("no_such_metric", "unknown_metric"): 3,
        ("chat_messages_total", "unknown_label_colour"): 3,
        (CHAT, "bad_value"): 6,
        ("component_health_status", "unknown_state"): 3,
    }
    assert one.value("chat_messages_total") == 3
    assert len([log for log in logs if log["event"] == "tracking_misused"]) == 6


def test_kinds_of_errors_are_the_contracts(tmp_path: Path) -> None:
    """Severity and category by class, subclasses as what they derive from."""
    one = crowd(tmp_path)

    class Silent(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    kinds = {
        ("low", "validation"): UnicodeError("x"), ("medium", "validation"): AttributeError("x"),
        ("medium", "network"): ConnectionResetError("x"), ("high", "access"): PermissionError("x"),
        ("medium", "access"): FileNotFoundError("x"), ("high", "system"): SystemError("x"),
        ("medium", "system"): MemoryError("x"), ("medium", "application"): Silent(),
    }  # fmt: skip
    for error in kinds.values():
        one.monitoring.track_application_error("any", "web_api", error)
    found = {
        (labels["severity"], labels["error_category"])
        for labels, _ in one.samples("application_errors_total")
    }
    assert found == set(kinds)


def test_hashes_of_plain_messages_are_the_contracts() -> None:
    """The first 8 of the MD5; ids, numbers, addresses and quotations make no difference."""
    assert hash_error_message("connection refused") == "ceb60d43"
    first = "user 17 of 6f1c2b9e-1c2d-4e5f-8a9b-0c1d2e3f4a5b said 'hello' to a@b.org"
    second = "user 9 of 00000000-1c2d-4e5f-8a9b-0c1d2e3f4a5c said 'bye' to someone@else.com"
    assert hash_error_message(first) == hash_error_message(second)


async def test_helpers_before_anything_is_mounted_are_quiet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Business code goes on; the log says so once."""
    monkeypatch.setattr("holdfast.app.current._mounted", [])
    monkeypatch.setattr("holdfast.compat.mounted._said", [])
    structlog.reset_defaults()
    tell = PrometheusInstrumentation()
    with capture_logs() as logs:
        track_error("any", "web_api", ValueError("x"))
        with tell.track_request_performance("/chat") as chat:
            chat.label(model="x")
        async with tell.track_external_api_call("stripe", "/v1"):
            pass
        with tell.track_database_operation("chroma", "query", "rag"):
            pass
        tell.set_component_healthy("web_api")
    assert [log["event"] for log in logs] == ["tracking_without_monitoring"]
