"""Every name and label of the Crowd contract §2 is served: dashboards need not change."""

import asyncio
import shutil
import subprocess
import threading
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from holdfast.compat import monitoring as contract
from holdfast.compat import prometheus_metrics
from tests.api.host import asking, mounted
from tests.compat.crowd import Crowd, crowd
from tests.compat.crowd_table import CLIENTS_OWN, HEALTH, HTTP, TOLD, Row

STATES = {"healthy", "degraded", "unhealthy", "unknown"}


def tell_everything() -> None:
    """Each function and method of the contract §3, called as its documentation calls it."""
    tell, error = contract.prometheus_instrumentation, ValueError("no such user 17")
    contract.track_error("validation", "web_api", error, "anonymous", "/chat", function="chat")
    contract.track_auth_error("auth0", "expired", "/chat", "authenticated")
    contract.track_database_error("chroma", "query", error, "rag_system")
    contract.track_external_service_error("openai", "chat", "429", 2)
    contract.track_ai_system_error("rag_system", "empty_answer", "gpt-4o-mini")
    contract.track_session_error("chat", "load", "expired")
    contract.track_performance_metric(
        "vector_search", 0.2, operation="search", collection="docs", result_count=5
    )
    contract.track_business_metric(
        "message", user_type="anonymous", message_type="user", cache_hit=True, rag_used=False
    )
    contract.update_active_sessions("chat", "anonymous", 3)
    contract.update_component_health("qa_cache", "degraded")
    tell.track_memory_operation("store", "short_term", "anonymous")
    tell.track_document_operation("upload", "law")
    with tell.track_request_performance("/chat", "authenticated"):
        pass
    with tell.track_external_api_call("stripe", "/v1/charges"):
        pass
    with tell.track_database_operation("chroma", "query", "rag_system"):
        pass


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Crowd:
    """Everything was told once, and two requests came in."""
    one = crowd(tmp_path_factory.mktemp("crowd"))
    tell_everything()

    async def come() -> None:
        async with asking(one.app) as client:
            await client.get("/hello")
            await client.get("/no/such/page")

    asyncio.run(come())
    return one


@pytest.mark.parametrize("row", [*TOLD, *HTTP, HEALTH], ids=lambda row: row.name)
def test_each_documented_metric_is_served(told: Crowd, row: Row) -> None:
    """Its name, its type, exactly its labels, and at least its buckets."""
    families = {one.name: one for one in text_string_to_metric_families(told.text())}
    family = families[row.name.removesuffix("_total") if row.kind == "counter" else row.name]
    labels = {frozenset(sample.labels) - {"le"} for sample in family.samples}
    # Nobody is in progress by now: that its labels are right is seen in test_crowd_routes.
    expected = set() if row.name == "http_requests_inprogress" else {frozenset(row.labels.split())}
    assert family.type == row.kind
    assert labels == expected
    bounds = {sample.labels["le"] for sample in family.samples if "le" in sample.labels}
    wanted = {str(float(bound)) for bound in row.bounds.split()}
    assert wanted <= bounds
    assert row in HTTP or bounds - {"+Inf"} == wanted


@pytest.mark.parametrize("row", [*TOLD, *HTTP, HEALTH], ids=lambda row: row.name)
def test_each_documented_metric_is_declared_before_its_first_sample(unused: str, row: Row) -> None:
    """HELP and TYPE by themselves, so that a dashboard is empty, not wrong."""
    assert f"\n# TYPE {row.name} {row.kind}\n" in unused
    assert f"\n# HELP {row.name} " in unused
    assert row is HEALTH or f"\n{row.name}{{" not in unused


@pytest.fixture(scope="module")
def unused(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What an application says to which nothing happened yet."""
    return "\n" + crowd(tmp_path_factory.mktemp("unused")).text()


def test_the_created_series_are_a_setting(tmp_path: Path) -> None:
    """Beside every counter, histogram and summary of the contract, with its labels; no gauge."""
    one = crowd(tmp_path, HOLDFAST_METRICS_CREATED="on")
    one.monitoring.track_auth_error("auth0", "expired", "/chat", "authenticated")
    ((labels, began),) = one.samples("auth_errors_created")
    assert labels.keys() == {"auth_provider", "error_type", "endpoint", "user_type"}
    assert began == pytest.approx(one.monitoring.calls.since)
    declared = {line.split()[2] for line in one.text().splitlines() if line.startswith("# TYPE ")}
    for row in (*TOLD, *HTTP):
        created = f"{row.name.removesuffix('_total')}_created"
        assert (created in declared) == (row.kind != "gauge"), row.name


def test_without_it_there_are_none(unused: str) -> None:
    """They double what is said of a counter, and nobody's dashboard reads them."""
    assert "_created" not in unused


@pytest.mark.parametrize("name", CLIENTS_OWN)
def test_the_client_librarys_own_are_there(told: Crowd, name: str) -> None:
    """The process and the interpreter, in a registry of ours."""
    assert f"\n{name}" in told.text()


def test_a_component_has_four_series(told: Crowd) -> None:
    """As the Enum had them, and nothing of an Enum left."""
    states = {
        labels["component_health_status"]: value
        for labels, value in told.samples("component_health_status")
        if labels["component"] == "qa_cache"
    }
    assert states == {state: float(state == "degraded") for state in STATES}


def test_the_prefix_and_the_aliases_are_settings(tmp_path: Path) -> None:
    """Another prefix, no aliases; or neither."""
    other = crowd(tmp_path, HOLDFAST_METRICS_PREFIX="shop", HOLDFAST_METRICS_ALIASES="off").text()
    assert "# TYPE shop_requests_total counter" in other
    assert "shop_http_requests_total" not in other
    assert "crowdfunding_api" not in other
    none = crowd(tmp_path, HOLDFAST_METRICS_PREFIX="none").text()
    assert "none_requests_total" not in none
    assert "# TYPE http_requests_total counter" in none


def test_all_sixteen_can_be_held(tmp_path: Path) -> None:
    """By the contract's keys, and as attributes of the module."""
    one = crowd(tmp_path)
    held = contract.get_all_metrics()
    assert len(held) == 16
    assert all(getattr(prometheus_metrics, key) is metric for key, metric in held.items())
    prometheus_metrics.auth_errors.labels("google", "denied", "/login", "anonymous").inc(2)
    prometheus_metrics.active_sessions.labels(session_type="chat", user_type="guest").set(7)
    prometheus_metrics.external_api_time.labels("stripe", "/v1", "200").observe(0.3)
    prometheus_metrics.component_health.labels("stripe").state("healthy")
    assert one.value("auth_errors_total", auth_provider="google") == 2
    assert one.value("active_sessions_current", user_type="guest") == 7
    assert one.value("external_api_duration_seconds_count", status_code="200") == 1
    assert one.value("component_health_status", component_health_status="healthy") == 1
    with pytest.raises(AttributeError, match="no_such_metric"):
        _ = prometheus_metrics.no_such_metric


@pytest.mark.real_time
def test_promtool_has_nothing_to_say_of_the_contracts_names(told: Crowd) -> None:
    """Names, types, units and labels pass Prometheus' own linter."""
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian: apt install prometheus)")
    command = [promtool, "check", "metrics"]
    checked = subprocess.run(
        command, input=told.text(), capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


@pytest.mark.real_time
def test_any_thread_may_tell(tmp_path: Path) -> None:
    """Nothing is lost between threads: sync endpoints run in them."""
    one = crowd(tmp_path)

    def work() -> None:
        for _ in range(500):
            one.monitoring.track_chat_message(cache_hit=True)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert one.value("chat_messages_total", cache_hit="True") == 2000


def test_nothing_is_told_while_switched_off(tmp_path: Path) -> None:
    """Every helper is a no-op."""
    _, monitoring = mounted(tmp_path, HOLDFAST_ENABLED="false")
    with monitoring.track_request_performance("/chat"):
        monitoring.track_chat_message()
        monitoring.track("no_such_metric")
    assert monitoring.figures.application.series("message_count") == []
