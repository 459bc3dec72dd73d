"""The simulator's own routes."""

from typing import Any

import pytest

from holdfast.clock import SYSTEM_CLOCK
from holdfast.simulator import PROVIDERS
from tests.jumping_time import jumping_clock
from tests.simulator.calls import CHAT, SPEAK, chat, fate, inside, play


async def test_health_and_unknown_addresses() -> None:
    """It says that it lives, and where to find what."""
    async with inside() as client:
        assert (await client.get("/_health")).json() == {"status": "ok"}
        lost = await client.get("/v1/chat/completions")
    assert lost.status_code == 404
    assert lost.headers["content-type"] == "application/problem+json"
    assert "/openai/" in lost.json()["detail"]


async def test_the_document_tells_all_that_can_be_played() -> None:
    """Seed, providers, kinds with their parameters and the providers that know them."""
    async with inside(seed=11) as client:
        document = (await client.get("/_scenarios")).json()
    assert document["seed"] == 11
    assert list(document["providers"]) == [double(clock=SYSTEM_CLOCK).name for double in PROVIDERS]
    kinds = {kind["kind"]: kind for kind in document["kinds"]}
    assert "elevenlabs" in kinds["silent_audio"]["providers"]
    assert kinds["incomplete_chart"]["providers"] == ["prokerala"]
    assert kinds["error"]["parameters"]["status"]["default"] == 500
    assert kinds["latency"]["title"] == "Slow answers"


async def test_a_stored_scenario_is_shown_with_its_counts() -> None:
    """It comes back complete, and calls are counted with and without a fault."""
    async with inside() as client:
        stored = await client.put("/_scenarios/openai", json={"kind": "error", "status": 503})
        await client.post(CHAT, json=chat())
        state = await fate(client, "openai")
    assert stored.json() == {
        "kind": "error",
        "rate": 1.0,
        "operation": None,
        "times": None,
        "for_seconds": None,
        "status": 503,
        "code": None,
    }
    assert state["scenario"] == stored.json()
    assert (state["calls"], state["faulted"]) == (1, 1)


async def test_what_comes_back_can_be_stored_again() -> None:
    """GET and PUT speak the same document."""
    async with inside() as client:
        first = await client.put("/_scenarios/openai", json={"kind": "latency"})
        second = await client.put("/_scenarios/openai", json=first.json())
    assert (second.status_code, second.json()) == (200, first.json())


async def test_scenarios_are_deleted_one_by_one_or_all() -> None:
    """Deleting is idempotent and answers 204."""
    async with inside() as client:
        for provider in ("openai", "prokerala", "elevenlabs"):
            await play(client, provider, kind="hang")
        assert (await client.delete("/_scenarios/openai")).status_code == 204
        assert (await client.delete("/_scenarios/openai")).status_code == 204
        assert (await fate(client, "openai"))["scenario"] is None
        assert (await fate(client, "prokerala"))["scenario"] is not None
        assert (await client.delete("/_scenarios")).status_code == 204
        assert (await fate(client, "prokerala"))["scenario"] is None


async def test_a_scenario_ends_by_the_clock() -> None:
    """Its seconds count from the moment it was stored."""
    now = [0.0]
    clock = jumping_clock()._replace(monotonic=lambda: now[0])
    async with inside(clock=clock) as client:
        await play(client, "openai", kind="error", for_seconds=30)
        now[0] = 29.0
        assert (await client.post(CHAT, json=chat())).status_code == 500
        assert (await fate(client, "openai"))["seconds_left"] == 1.0
        now[0] = 30.0
        assert (await client.post(CHAT, json=chat())).status_code == 200


@pytest.mark.parametrize(
    ("provider", "scenario", "field", "allowed"),
    [
        ("nobody", {"kind": "error"}, "provider", "elevenlabs, "),
        ("openai", [], "body", "JSON object"),
        ("openai", {}, "kind", "latency"),
        ("openai", {"kind": "earthquake"}, "kind", "latency"),
        ("openai", {"kind": "silent_audio"}, "kind", "for openai"),
        ("openai", {"kind": "error", "colour": 1}, "colour", "status"),
        ("openai", {"kind": "error", "rate": 1.5}, "rate", "between 0 and 1"),
        ("openai", {"kind": "error", "rate": "often"}, "rate", "between 0 and 1"),
        ("openai", {"kind": "error", "rate": True}, "rate", "between 0 and 1"),
        ("openai", {"kind": "error", "rate": None}, "rate", "between 0 and 1"),
        ("openai", {"kind": "error", "status": 200}, "status", "between 400 and 599"),
        ("openai", {"kind": "error", "status": 500.5}, "status", "an integer"),
        ("openai", {"kind": "error", "status": 429, "code": "x"}, "code", "insufficient_quota"),
        ("openai", {"kind": "error", "status": 418, "code": "x"}, "code", "leave it out"),
        ("openai", {"kind": "error", "times": 0}, "times", "between 1"),
        ("openai", {"kind": "error", "for_seconds": 0}, "for_seconds", "between 0.001"),
        ("openai", {"kind": "error", "operation": "sing"}, "operation", "chat"),
        ("openai", {"kind": "error", "operation": 7}, "operation", "text"),
        ("prokerala", {"kind": "incomplete_chart", "operation": "token"}, "operation", "kundli"),
        ("openai", {"kind": "latency", "delay_seconds": -1}, "delay_seconds", "between 0"),
        ("openai", {"kind": "malformed", "body": "xml"}, "body", "html, json"),
        ("openai", {"kind": "rate_limited", "retry_after_seconds": 0.5}, "retry_after", "integer"),
    ],
)
async def test_a_wrong_scenario_is_one_clear_problem(
    provider: str, scenario: Any, field: str, allowed: str
) -> None:
    """422 that names the field, the value and what is allowed; nothing is stored."""
    async with inside() as client:
        refused = await client.put(f"/_scenarios/{provider}", json=scenario)
        states = (await client.get("/_scenarios")).json()["providers"].values()
    problem = refused.json()
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert problem["field"].startswith(field)
    assert problem["value"] in problem["detail"]
    assert allowed in problem["detail"]
    assert all(state["scenario"] is None for state in states)


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" + b"1," * 9000, b'{"rate": NaN}'])
async def test_a_body_that_is_no_scenario_is_a_problem_too(body: bytes) -> None:
    """Broken, binary or too large."""
    async with inside() as client:
        refused = await client.put("/_scenarios/openai", content=body)
    assert refused.status_code == 422
    assert len(refused.json()["value"]) <= 100


async def test_requests_are_recorded_without_secrets() -> None:
    """Newest first, by provider, with what happened, and neither keys nor queries nor texts."""
    async with inside() as client:
        await play(client, "openai", kind="error", status=503)
        await client.post(CHAT, json=chat(), headers={"authorization": "Bearer sk-hidden"})
        await client.post(SPEAK, params={"token": "hidden"}, json={"text": "hidden"})
        await client.get("/openai/nowhere")
        records = await client.get("/_requests")
        of_openai = (await client.get("/_requests", params={"provider": "openai"})).json()
        newest = (await client.get("/_requests", params={"limit": "1"})).json()
    names = [record["operation"] for record in records.json()["requests"]]
    assert names == ["unknown_path", "tts", "chat"]
    assert "hidden" not in records.text
    first = of_openai["requests"][-1]
    assert (first["path"], first["method"]) == ("/v1/chat/completions", "POST")
    assert (first["status"], first["fault"], first["outcome"]) == (503, "error", "answered")
    assert (first["number"], first["request_bytes"] > 0) == (1, True)
    assert len(newest["requests"]) == 1


@pytest.mark.parametrize(
    "params", [{"limit": "0"}, {"limit": "x"}, {"limit": "501"}, {"provider": "nobody"}]
)
async def test_a_wrong_question_about_requests_is_a_problem(params: dict[str, str]) -> None:
    """422 with what is allowed."""
    async with inside() as client:
        assert (await client.get("/_requests", params=params)).status_code == 422


async def test_records_are_bounded() -> None:
    """The oldest go; paths are cut."""
    async with inside() as client:
        for _ in range(1001):
            await client.get(f"/openai/{'x' * 300}")
        records = (await client.get("/_requests", params={"limit": "500"})).json()["requests"]
    assert len(records) == 500
    assert records[0]["number"] == 1001
    assert len(records[0]["path"]) == 200


async def test_a_body_that_is_too_large_is_refused() -> None:
    """The provider's own 413, before anything is read into memory as a whole."""
    async with inside() as client:
        answer = await client.post(CHAT, content=b"x" * 4_000_001)
    assert answer.status_code == 413
    assert "error" in answer.json()
