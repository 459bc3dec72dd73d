"""The example application answers its users clearly, whatever its providers do."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from holdfast.demo.application import create_application
from holdfast.demo.environment import Plan
from holdfast.demo.traffic import Traffic
from holdfast.simulator import running

pytestmark = pytest.mark.real_time

BIRTH = {"datetime": "1984-07-14T06:25:00+05:30", "latitude": 13.08, "longitude": 80.27}
QUESTION = {"question": "Should I move to the sea?"}


@asynccontextmanager
async def application(folder: Path) -> AsyncIterator[tuple[httpx2.AsyncClient, str, Any]]:
    """(a client of the application, the simulator's address, its monitoring)."""
    async with running() as simulator:
        app = create_application(Plan(data_dir=folder), simulator)
        transport = httpx2.ASGITransport(app, client=("127.0.0.1", 50_000))
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client,
        ):
            yield client, simulator, app.state.holdfast


async def test_a_whole_journey(tmp_path: Path) -> None:
    """Session, chart, guidance and voice: one session of good calls, completed."""
    async with application(tmp_path) as (client, _, monitoring):
        started = await client.post("/api/sessions/start", json={"user_id": "maria"})
        session = {"X-Session-ID": started.json()["session_id"]}
        chart = await client.post("/api/spiritual/birth-chart", json=BIRTH, headers=session)
        answer = await client.post("/api/spiritual/guidance", json=QUESTION, headers=session)
        text = {"text": answer.json()["guidance"]}
        voice = await client.post("/api/spiritual/voice", json=text, headers=session)
        assert {"moon_sign", "nakshatra"} <= chart.json().keys()
        assert (voice.status_code, voice.headers["content-type"]) == (200, "audio/mpeg")
        followed = monitoring.sessions.find(session["X-Session-ID"])
        assert [(step.step, step.operation) for step in followed.steps] == [
            ("birth_chart", "token"),
            ("birth_chart", "birth-details"),
            ("birth_chart", "planet-position"),
            ("guidance", "chat"),
            ("voice", "tts"),
        ]
        assert (followed.status, followed.overall_status) == ("completed", "success")


async def test_chat_streams(tmp_path: Path) -> None:
    """A chat arrives as text, and is one call."""
    async with application(tmp_path) as (client, _, monitoring):
        answer = await client.post("/chat", json={"message": "What helps me to sleep?"})
        assert len(answer.text) > 20
        assert monitoring.calls.lifetime("openai").succeeded == 1


async def test_a_chat_that_is_known_already_asks_nobody(tmp_path: Path) -> None:
    """From the cache; otherwise with documents that have to do with it. Each is counted so."""
    asked = {"message": "What helps me to sleep when worries keep me awake?", "chat_id": "c1"}
    async with application(tmp_path) as (client, _, monitoring):
        answers = [(await client.post("/chat", json=asked)).text for _ in range(2)]
        assert answers[0] == answers[1]
        assert monitoring.calls.lifetime("openai").succeeded == 1
        counted = monitoring.figures.application.series("message_count")
        assert {labels: one.value for labels, one in counted} == {
            ("anonymous", "user", "False", "True"): 1.0,
            ("anonymous", "user", "True", "False"): 1.0,
        }  # fmt: skip


@pytest.mark.parametrize(
    ("token", "status", "errors"),
    [("member-token", 200, 0), ("expired-token", 401, 1), ("made-up", 401, 1)],
)
async def test_members_are_known_and_strangers_are_sent_to_sign_in(
    tmp_path: Path, token: str, status: int, errors: int
) -> None:
    """Counted, by what was wrong with the token."""
    headers = {"Authorization": f"Bearer {token}"}
    async with application(tmp_path) as (client, _, monitoring):
        answer = await client.post("/chat", json={"message": "Hello?"}, headers=headers)
        assert answer.status_code == status
        assert len(monitoring.figures.application.series("auth_errors")) == errors


async def test_a_session_has_one_chart_and_one_without_is_counted(tmp_path: Path) -> None:
    """Asked twice the first stays, and the database's refusal is in its metric."""
    async with application(tmp_path) as (client, _, monitoring):
        for _ in range(2):
            session = {"X-Session-ID": "s1"}
            await client.post("/api/spiritual/birth-chart", json=BIRTH, headers=session)
        other = {"X-Session-ID": "s2"}
        answer = await client.post("/api/spiritual/guidance", json=QUESTION, headers=other)
        assert answer.status_code == 200
        metrics = monitoring.figures.application
        assert [labels for labels, _ in metrics.series("database_errors")] == [
            ("sqlite", "insert", "IntegrityError", "charts")
        ]
        assert [labels for labels, _ in metrics.series("session_errors")] == [
            ("guidance", "load", "no_chart", "anonymous")
        ]


async def test_a_failed_call_is_502_and_a_refused_one_503_with_the_time_to_wait(
    tmp_path: Path,
) -> None:
    """Users are told to come back, and when; never a bare 500."""
    async with application(tmp_path) as (client, simulator, _):
        async with httpx2.AsyncClient(trust_env=False) as http:
            await http.put(f"{simulator}/_scenarios/openai", json={"kind": "empty_success"})
        answers = [await client.post("/api/spiritual/guidance", json=QUESTION) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [502, 502, 503]
        assert answers[0].json()["error"] == "SemanticError"
        assert int(answers[2].headers["retry-after"]) >= 1


@pytest.mark.parametrize("path", ["/api/spiritual/guidance", "/chat"])
async def test_what_the_official_sdk_raises_is_a_failed_call_too(tmp_path: Path, path: str) -> None:
    """A provider's own refusal reaches the user as 502, and nobody as a traceback."""
    async with application(tmp_path) as (client, simulator, _):
        async with httpx2.AsyncClient(trust_env=False) as http:
            await http.put(f"{simulator}/_scenarios/openai", json={"kind": "error", "status": 401})
        answer = await client.post(path, json={**QUESTION, "message": "Should I?"})
    assert (answer.status_code, answer.json()["error"]) == (502, "AuthenticationError")


@pytest.mark.parametrize(
    "body",
    [{**BIRTH, "datetime": "1984-07-14T06:25:00"}, {**BIRTH, "latitude": 91}, {}],
    ids=["no offset", "beyond the pole", "nothing"],
)
async def test_bad_births_are_refused(tmp_path: Path, body: dict[str, object]) -> None:
    """What cannot be a birth is 422, before any provider is asked."""
    async with application(tmp_path) as (client, _, monitoring):
        assert (await client.post("/api/spiritual/birth-chart", json=body)).status_code == 422
        assert monitoring.calls.operations("prokerala") == []


async def test_no_traffic_when_none_is_wanted() -> None:
    """Zero journeys a minute is nobody, not an error."""
    await Traffic("http://127.0.0.1:1", 0, 7).run()
