"""The past over HTTP: through the record, bounded, and with an honest word when it is away."""

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request

from holdfast.app.monitoring import Monitoring
from holdfast.app.setup import setup_monitoring
from holdfast.trends.business import BusinessRule
from tests.api.host import asking, call, development, mounted, past, until

pytestmark = pytest.mark.real_time

API = "/monitoring/api"


def _journey(monitoring: Monitoring) -> None:
    monitoring.business_rule(BusinessRule(name="report", maximum=5))
    with monitoring.session("s", user_id="maria", service_type="guidance"):
        with monitoring.step("chart", {"question": "when?", "birth": {"time": "noon"}}) as step:
            step.gives(chart="round")
        with monitoring.step("answer", {"question": "when?", "chart": "round"}):
            monitoring.track_business("report", 9, kind="revenue", unit="USD")
            monitoring.report_issue("refund", "refunded twice", severity="info")
    call(monitoring, "failed", session_id="s")
    call(monitoring, session_id="s")


async def _answers(app: FastAPI, monitoring: Monitoring, *paths: str) -> list[Any]:
    async with asking(app) as client:
        await until(lambda: monitoring.record.status().written >= 10)
        return [(await client.get(API + path)).json() for path in paths]


async def test_a_journey_is_told_in_every_way(tmp_path: Path) -> None:
    """Its calls, its issues, its context, what it was worth, and which endpoints it used."""
    app, monitoring = mounted(tmp_path)
    _journey(monitoring)
    calls, failed, issues, flow, worth, session = await _answers(
        app, monitoring, "/calls?session_id=s", "/calls?outcome=failed", "/issues?session_id=s",
        "/context/s", "/business", "/sessions/s",
    )  # fmt: skip
    assert [one["outcome"] for one in calls["calls"]] == ["succeeded", "failed"]
    assert [one["error"] for one in failed["calls"]] == ["Unavailable"]
    assert {one["issue_type"]: one["description"] for one in issues["issues"]} == {
        "context_lost": "birth is lost in answer; chart still had it",
        "business_rule": "report: 9 is above 5",
        "refund": "refunded twice",
    }
    assert [one["lost"] for one in flow["context_flow"]] == [
        [], [{"field": "birth", "kind": "lost", "last_step": "chart"}],
    ]  # fmt: skip
    assert (flow["context_lost"], flow["context_flow"][0]["added"]) == (
        True, ["birth.time", "chart", "question"],
    )  # fmt: skip
    assert [(one["total"], one["count"]) for one in worth["days"]] == [(9.0, 1)]
    assert (session["issues_found"], session["overall_status"]) == (4, "success")


async def test_pages_of_calls_follow_each_other(tmp_path: Path) -> None:
    """Until there is no next."""
    app, monitoring = mounted(tmp_path)
    for _ in range(10):
        call(monitoring)
    async with asking(app) as client:
        await until(lambda: monitoring.record.status().written >= 10)
        first = (await client.get(f"{API}/calls", params={"limit": 6})).json()
        rest = (await client.get(f"{API}/calls", params={"cursor": first["next_cursor"]})).json()
        bad = await client.get(f"{API}/calls", params={"cursor": "nonsense"})
    assert (len(first["calls"]), len(rest["calls"]), rest["next_cursor"]) == (6, 4, None)
    assert (bad.status_code, bad.headers["content-type"]) == (422, "application/problem+json")


async def test_performance_is_told_by_the_hour(tmp_path: Path) -> None:
    """From roll-ups; what is not kept that fine for so long is refused with the reason."""
    app, monitoring = mounted(tmp_path)
    for number in range(10):
        call(monitoring, "failed" if number < 2 else "succeeded")
    async with asking(app) as client:
        await until(lambda: monitoring.record.status().written >= 10)  # and what alerts say
        told = (await client.get(f"{API}/integration/openai/history")).json()
        chat = (await client.get(f"{API}/integration/openai/history?operation=chat")).json()
        fine = await client.get(f"{API}/integration/openai/history?hours=48&resolution=10")
        nobody = await client.get(f"{API}/integration/opnai/history")
    [bucket] = told["buckets"]
    assert (bucket["total_calls"], bucket["success_rate"], bucket["latency_ms"]["p95"]) == (
        10, 80.0, 120.0,
    )  # fmt: skip
    assert (told["total"]["total_calls"], chat["buckets"]) == (10, told["buckets"])
    assert [(one["error"], one["count"]) for one in told["recent_errors"]] == [("Unavailable", 2)]
    assert fine.json()["detail"] == "buckets of 10 s are kept for 1 hours, not 48"
    assert nobody.status_code == 404
    assert nobody.json()["detail"].startswith("no integration named 'opnai'; known: ")


async def test_a_young_services_trend_is_looked_at_closely(tmp_path: Path) -> None:
    """All its calls may be of one hour; what is shown stays by the hour."""
    app, monitoring = mounted(tmp_path)
    async with asking(app) as client:
        await past(monitoring, (0.05, 30, 0, 50.0))
        for _ in range(30):
            call(monitoring, "failed")
        told = (await client.get(f"{API}/integration/openai/history")).json()
        none = (await client.get(f"{API}/integration/deepgram/history")).json()
    assert (told["resolution_seconds"], told["total"]["total_calls"]) == (3_600, 60)
    assert (told["trend"]["success_rate"], none["trend"], none["buckets"]) == (
        "declining", None, [],
    )  # fmt: skip


async def test_use_is_told_by_endpoint_and_type_of_user(tmp_path: Path) -> None:
    """As the application's own authentication tells them apart."""
    app = FastAPI()
    monitoring = setup_monitoring(app, settings=development(tmp_path))

    @app.get("/hello/{name}")
    async def hello(name: str, request: Request) -> str:
        if name == "maria":
            request.state.user = {"id": "u-1", "role": "premium"}
        return name

    async with asking(app) as client:
        for name in ("maria", "maria", "nobody"):
            await client.get(f"/hello/{name}")
        await until(lambda: monitoring.record.status().written == 3)
        told = (await client.get(f"{API}/features")).json()
        first = (await client.get(f"{API}/features", params={"limit": 1})).json()
        rest = {"cursor": first["next_cursor"], "limit": 1}
        last = (await client.get(f"{API}/features", params=rest)).json()
        bad = await client.get(f"{API}/features", params={"cursor": "nonsense"})
        many = await client.get(f"{API}/features", params={"limit": 1001})
    used = [(one["endpoint"], one["user_type"], one["requests"]) for one in told["features"]]
    assert used == [("/hello/{name}", "premium", 2), ("/hello/{name}", "anonymous", 1)]
    assert [*first["features"], *last["features"]] == told["features"]
    ends = [(one["truncated"], one["next_cursor"] is None) for one in (told, first, last)]
    assert ends == [(False, True), (True, False), (False, True)]
    assert (bad.status_code, bad.json()["detail"]) == (
        422, "cursor 'nonsense' is not one of ours: start without one",
    )  # fmt: skip
    assert many.status_code == 422


@pytest.mark.parametrize("path", ["/calls", "/issues", "/context/s", "/features", "/business"])
async def test_without_a_record_there_is_no_past(tmp_path: Path, path: str) -> None:
    """Said as 503; and 503 too when it breaks, 404 for a session nobody knows."""
    app, monitoring = mounted(tmp_path)
    call(monitoring)
    async with asking(app) as client:
        await until(lambda: monitoring.record.status().written == 1)
        unknown = await client.get(f"{API}/context/nobody")
        monitoring.record.sessions = monitoring.record.history = None
        away = await client.get(API + path)
    assert (away.status_code, unknown.status_code) == (503, 404)
    assert away.headers["content-type"] == "application/problem+json"
