"""The native API: the documented keys, plain JSON, problems that say what is wrong."""

from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response

from holdfast.events import SessionStarted, Usage, Verdict
from holdfast.guard.options import GuardOptions
from holdfast.integrations import CATALOG
from holdfast.resilience.limiter import LimiterOptions
from tests.api.host import asking, call, mounted, shape, until

pytestmark = pytest.mark.real_time

API = "/monitoring/api"
OUTCOMES = dict.fromkeys(("total", "succeeded", "failed", "rescued", "refused", "cancelled"), "int")
QUANTILES = dict.fromkeys(("p50", "p95", "p99"), "float")
NO_QUANTILES = dict.fromkeys(QUANTILES, "NoneType")
OPERATION: dict[str, Any] = {
    "operation": "str", "window": OUTCOMES, "success_rate": "float", "meaning_rate": "float",
    "latency_ms": QUANTILES, "breaker": {
        "state": "str", "reason": "NoneType", "since": "str", "retry_in_seconds": "NoneType",
        "probes_in_flight": "int", "permitted_probes": "int", "refused": "int",
        "consecutive_failures": "int", "trips": "int",
        "instances": [{"instance": "str", "state": "str", "since": "str"}],
    },
}  # fmt: skip
CARD: dict[str, Any] = {
    "integration": "str", "label": "str", "kind": "str", "state": "str", "reason": "NoneType",
    "window": OUTCOMES, "success_rate": "float", "meaning_rate": "float", "judged": "int",
    "latency_ms": QUANTILES, "waited_ms": QUANTILES, "attempts": "int", "retries": "int",
    "errors": [{"type": "str", "count": "int"}], "served": {},
    "verdicts": dict.fromkeys(("pass", "warn", "fail", "not_judged"), "int"),
    "usage": [
        {
            "operation": "str", "model": "str", "unit": "str", "calls": "int", "amount": "float",
            "remaining": "float", "cost_usd": "float", "unpriced_calls": "int",
        }
    ],
    "last_problem": dict.fromkeys(("at", "operation", "error", "reason"), "str"),
    "limit": {
        "limit": "int", "per_seconds": "float", "used": "int", "resets_in_seconds": "float",
        "refused": "int", "rate_limited": "int",
    },
    "operations": [OPERATION],
    "series": {
        "step_seconds": "int", "start": "str", "total": ["int"], "failed": ["int"],
        "refused": ["int"], "p50": ["NoneType", "float"], "p95": ["NoneType", "float"],
        "p99": ["NoneType", "float"],
    },
    "lifetime": {**OUTCOMES, "since": "str"},
}  # fmt: skip
METRICS: dict[str, Any] = {
    "at": "str", "environment": "str", "instance": "str", "uptime_seconds": "float",
    "window_seconds": "int",
    "requests": {
        "in_flight": "int", "open_websockets": "int",
        "window": dict.fromkeys(("total", "succeeded", "failed", "client_gone"), "int"),
        "success_rate": "float", "latency_ms": QUANTILES, "lifetime_total": "int",
        "routes": [
            {
                "method": "str", "route": "str", "total": "int", "failed": "int",
                "latency_ms": QUANTILES,
            }
        ],
    },
    "record": {
        "status": "str", "waiting": "int", "spooled": "int", "spool_bytes": "int",
        "written": "int", "dropped": {},
        "last_error": "NoneType",
    },
    "shared_state": "NoneType",
    "deployment": {
        "status": "str", "instance": "str", "workers": "int", "leads": "bool", "failures": "int",
        "unknown_versions": "int", "last_error": "NoneType",
    },
    "dropped": {},
}  # fmt: skip
STEP = {
    "step": "str", "integration": "str", "operation": "str", "outcome": "str", "verdict": "str",
    "score": "NoneType", "reason": "NoneType", "error": "NoneType", "latency_ms": "float",
    "waited_ms": "float", "attempts": "int", "served_from": "str", "at": "str",
}  # fmt: skip
SESSION = {
    "session_id": "str", "user": "str", "service_type": "str", "status": "str",
    "overall_status": "str", "started_at": "str", "last_seen_at": "str",
    "completed_at": "NoneType", "duration_ms": "float", "step_count": "int", "issues_found": "int",
    "performance_score": "float", "quality_score": "float", "cost_usd": "NoneType",
    "steps": [STEP], "own_verdicts": [],
}  # fmt: skip


def _problem(answer: Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document.keys() == {"type", "title", "status", "detail"}
    assert document["status"] == answer.status_code
    return answer.status_code, document["detail"]


async def test_a_card_is_the_documented_one(tmp_path: Path) -> None:
    """Every key of the API reference, each of its type."""
    app, monitoring = mounted(tmp_path)
    monitoring.guard("mine", "work", GuardOptions(limiter=LimiterOptions()))
    call(monitoring, integration="mine", operation="work")
    usage = Usage("tokens", 30.0, 970.0, "m-1", None, 0.25)
    for _ in range(19):
        call(monitoring, integration="mine", operation="work", usage=usage)
    call(monitoring, "failed", integration="mine", operation="work", reason="503")
    async with asking(app) as client:
        answer = (await client.get(f"{API}/integration/mine")).json()
    assert answer.pop("configuration") is None
    assert shape(answer) == CARD
    assert {len(answer["series"][one]) for one in ("total", "failed", "refused", "p50")} == {60}
    assert sum(answer["series"]["total"]) == 21
    assert answer["usage"] == [
        {
            "operation": "work", "model": "m-1", "unit": "tokens", "calls": 19, "amount": 570.0,
            "remaining": 970.0, "cost_usd": 4.75, "unpriced_calls": 0,
        }
    ]  # fmt: skip


async def test_the_window_of_an_integration_nobody_called_is_as_long(tmp_path: Path) -> None:
    """Its series says of every slice that nothing happened; an empty one has no beginning."""
    app, _ = mounted(tmp_path)
    async with asking(app) as client:
        series = (await client.get(f"{API}/integration/openai")).json()["series"]
    assert (series["total"], series["p95"]) == ([0] * 60, [None] * 60)


async def test_the_overview_holds_every_card(tmp_path: Path) -> None:
    """The catalog's first; a card without calls has no numbers, not zeros."""
    app, monitoring = mounted(tmp_path)
    call(monitoring, integration="mine", operation="work")
    async with asking(app) as client:
        await client.get("/hello")
        document = (await client.get(f"{API}/metrics")).json()
    cards = document.pop("integrations")
    written_at = document["record"].pop("last_written_at")
    assert shape(document) == METRICS
    assert written_at is None or isinstance(written_at, str)
    names = [card["integration"] for card in cards]
    assert names == [*CATALOG, "mine"]
    silent = cards[0]
    assert (silent["state"], silent["success_rate"], silent["last_problem"]) == (
        "unknown", None, None
    )  # fmt: skip
    assert shape(silent["latency_ms"]) == NO_QUANTILES
    assert monitoring.metrics()["instance"] == document["instance"]


async def test_an_integration_comes_with_its_settings(tmp_path: Path) -> None:
    """The nine fields of the contract."""
    app, _ = mounted(tmp_path, OPENAI_TIMEOUT="7")
    async with asking(app) as client:
        answer = (await client.get(f"{API}/integration/openai")).json()
    assert len(answer["configuration"]) == 9
    assert answer["configuration"]["timeout"] == 7.0


async def test_an_unknown_integration_is_a_problem_that_names_the_known(tmp_path: Path) -> None:
    """Sorted, with what was asked for in part when it is long."""
    app, _ = mounted(tmp_path)
    async with asking(app) as client:
        short = await client.get(f"{API}/integration/nope")
        long = await client.get(f"{API}/integration/{'x' * 500}")
    known = f"known: {', '.join(sorted(CATALOG))}"
    assert _problem(short) == (404, f"no integration named 'nope'; {known}")
    assert _problem(long) == (404, f"no integration named '{'x' * 80}'; {known}")


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/alerts?limit=0", "query.limit"), ("/alerts?limit=201", "query.limit"),
        ("/sessions?limit=0", "query.limit"), ("/sessions?limit=201", "query.limit"),
        (f"/sessions?cursor={'x' * 201}", "query.cursor"), ("/sessions?status=x", "query.status"),
    ],
)  # fmt: skip
async def test_a_parameter_out_of_bounds_is_named(
    tmp_path: Path, path: str, parameter: str
) -> None:
    """As one problem, without its value."""
    app, _ = mounted(tmp_path)
    async with asking(app) as client:
        status, detail = _problem(await client.get(API + path))
    assert status == 422
    assert detail.startswith(f"{parameter}: ")


async def test_health_has_our_own_parts_too(tmp_path: Path) -> None:
    """Integrations and components with their reasons; the worst one is the whole."""
    app, monitoring = mounted(tmp_path)
    for _ in range(5):
        call(monitoring, "failed")
    async with asking(app) as client:
        await until(lambda: monitoring.record.status().status == "ok")
        document = (await client.get(f"{API}/health")).json()
    assert document["status"] == "unhealthy"
    assert document["integrations"][0] == {
        "integration": "openai", "state": "unhealthy",
        "reason": "success rate 0.0 % is below 80 %",
    }  # fmt: skip
    shown = [(one["component"], one["state"], one["reason"]) for one in document["components"]]
    assert shown == [("record", "healthy", None), ("network", "healthy", None)]


async def test_an_alert_is_one_however_often_it_is_looked_at(tmp_path: Path) -> None:
    """It fires once, with what was compared with what; who asks for others does not see it."""
    app, monitoring = mounted(tmp_path)
    for _ in range(5):
        call(monitoring, "failed")
    for _ in range(3):
        monitoring.vitals.alerting.look()
    async with asking(app) as client:
        document = (await client.get(f"{API}/alerts")).json()
        others = (await client.get(f"{API}/alerts", params={"state": "resolved"})).json()
    [alert] = document["alerts"]
    assert {key: alert[key] for key in ("state", "severity", "rule", "value", "threshold")} == {
        "state": "firing", "severity": "critical", "rule": "success_rate", "value": 0.0,
        "threshold": 80.0,
    }  # fmt: skip
    assert (document["total"], document["firing"]) == (1, 1)
    assert (others["alerts"], others["total"], others["firing"]) == ([], 0, 1)


async def test_components_are_shown_by_tag(tmp_path: Path) -> None:
    """The application's own beside ours; the worst of the asked ones is the whole."""
    app, monitoring = mounted(tmp_path)
    monitoring.health_check("cache", _no, on_failure="degraded", tags=frozenset(("store",)))
    async with asking(app) as client:
        await monitoring.vitals.components.check()
        document = (await client.get(f"{API}/components", params={"tag": "store"})).json()
    assert document["status"] == "degraded"
    [cache] = document["components"]
    assert (cache["component"], cache["reason"]) == ("cache", "the check says no")


async def _no() -> bool:
    return False


async def test_a_session_is_the_documented_one(tmp_path: Path) -> None:
    """In the list and alone; the user is masked; an id may hold a slash."""
    app, monitoring = mounted(tmp_path)
    now = monitoring.clock.wall()
    monitoring.emit(SessionStarted("a/b", now, "maria", "guidance"))
    call(monitoring, session_id="a/b", verdict=Verdict("pass"))
    async with asking(app) as client:
        await until(lambda: monitoring.record.status().written == 2)
        listed = (await client.get(f"{API}/sessions")).json()
        alone = (await client.get(f"{API}/sessions/a/b")).json()
        missing = await client.get(f"{API}/sessions/nope")
    assert shape(listed["sessions"]) == [SESSION]
    assert (listed["next_cursor"], listed["source"], listed["partial"]) == (None, "record", None)
    none, told = "NoneType", ("status", "method", "integration", "operation")
    verdict = {**dict.fromkeys(told, "str"), **dict.fromkeys(("score", "reason"), none)}
    assert shape(alone) == {
        **SESSION, "recommendations": [], "partial": none, "user_context": none,
        "validation_results": {"guidance": verdict},
    }  # fmt: skip
    assert alone["user"] == "m\u2026a"
    assert _problem(missing) == (404, "no session 'nope'")


@pytest.mark.parametrize(("path", "status"), [("/metrics", 405), ("/nope", 404)])
async def test_the_wrong_method_is_a_problem_and_an_unknown_path_the_hosts(
    tmp_path: Path, path: str, status: int
) -> None:
    """What is not ours is not ours to answer."""
    app, _ = mounted(tmp_path)
    async with asking(app) as client:
        answer = await client.post(API + path)
    assert answer.status_code == status
    ours = answer.headers["content-type"] == "application/problem+json"
    assert ours is (status == 405)


async def test_our_routes_are_in_our_document_only(tmp_path: Path) -> None:
    """openapi.json lists them; the host's /docs knows nothing of us."""
    app, _ = mounted(tmp_path)
    async with asking(app) as client:
        ours = (await client.get(f"{API}/openapi.json")).json()["paths"]
        hosts = (await client.get("/openapi.json")).json()["paths"]
    native = ("metrics", "health", "sessions", "sessions/{session_id}", "alerts")
    assert {f"{API}/{one}" for one in (*native, "integration/{name}")} <= ours.keys()
    assert {"/metrics", "/health/", "/api/v1/health/", "/health/ready"} <= ours.keys()
    assert list(hosts) == ["/hello"]
