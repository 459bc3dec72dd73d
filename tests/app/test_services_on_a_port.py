"""Every service of the catalogue as an application has it: by name, simulated on a real port."""

import json
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from holdfast.integrations import CATALOG
from holdfast.integrations.did_records import Voice
from holdfast.integrations.prokerala_records import Birth
from holdfast.testing import Simulation, simulation
from tests.api.host import asking, mounted, until
from tests.validation.sounds import tone, wav

pytestmark = pytest.mark.real_time

TEXT = "The stars are kind to you today, and the moon agrees."
FACE, SPEAKER = "https://example.org/face.jpg", Voice(voice_id="en-US-JennyNeural")
BIRTH = Birth(datetime(1990, 5, 17, 9, 30, tzinfo=UTC), 28.61, 77.21)
SOUND = wav(tone(2.0))


async def _social(network: Any) -> bool:
    """Renewed where it renews itself, or where nobody knows how long it is good; then perfect."""
    report = await network.check()
    if report.seen.renews_itself or report.verdict.judgement != "pass":
        await network.refresh()
        report = await network.check()
    return {finding.judgement for finding in report.findings} == {"pass"}


async def _knowledge(rag: Any) -> Any:
    await rag.upsert("moon", TEXT)
    return (await rag.search("Is the moon kind?")).passages


USES: dict[tuple[str, str], Callable[[Any], Awaitable[Any]]] = {
    ("openai", "chat"): lambda one: one.chat(TEXT),
    ("openai", "embeddings"): lambda one: one.embed([TEXT]),
    ("rag", "rag"): _knowledge,
    ("prokerala", "chart"): lambda one: one.kundli(BIRTH),
    ("elevenlabs", "tts"): lambda one: one.speech(TEXT, "21m00Tcm4TlvDq8ikWAM"),
    ("did", "avatar"): lambda one: one.video(TEXT, FACE, SPEAKER),
    ("deepgram", "stt"): lambda one: one.transcribe(SOUND, language="en"),
    ("deepgram", "tts"): lambda one: one.speech(TEXT),
    ("sarvam", "translation"): lambda one: one.translate(TEXT, "hi-IN"),
    ("sarvam", "tts"): lambda one: one.speech(TEXT, "en-IN", speaker="shubh"),
    ("sarvam", "stt"): lambda one: one.transcribe(SOUND, language="hi-IN"),
    ("mistral", "chat"): lambda one: one.chat(TEXT),
    **{
        (name, "social"): _social
        for name in ("facebook", "instagram", "youtube", "x", "linkedin", "tiktok")
    },
}


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulation]:
    """One port for all."""
    with simulation() as running:
        yield running


async def test_every_service_serves_and_is_well(simulator: Simulation, tmp_path: Path) -> None:
    """With nothing set but where the simulator is."""
    app, monitoring = mounted(tmp_path, HOLDFAST_SIMULATOR_URL=simulator.url)
    kinds = {(known.name, one.name) for known in CATALOG.values() for one in known.services}
    async with asking(app):
        served = {
            used: bool(await use(monitoring.services.get_service(*used)))
            for used, use in USES.items()
        }
        health = await monitoring.services.health_check_all(fresh=True)
        summary = monitoring.services.get_metrics_summary()
    assert served == dict.fromkeys(kinds, True)
    told = {(name, kind) for name, known in health["services"].items() for kind in known}
    states = [(name, one) for name, known in health["services"].items() for one in known.values()]
    assert told == kinds
    assert [one for one in states if one[1]["status"] != "healthy"] == []
    assert (health["overall_status"], summary["overall_status"]) == ("healthy", "healthy")
    assert {one["window"]["failed"] for one in summary["services"].values()} == {0}
    asked = {one["provider"] for one in simulator.requests(limit=500)}
    assert asked == {name for name, _ in kinds} - {"rag"}


async def test_what_a_chat_cost_is_everywhere(simulator: Simulation, tmp_path: Path) -> None:
    """Tokens and dollars: in the document of the page, in Prometheus' text, and in the record."""
    app, monitoring = mounted(tmp_path, HOLDFAST_SIMULATOR_URL=simulator.url)
    async with asking(app) as client:
        reply = await monitoring.services.get_service("openai", "chat").chat(TEXT)
        document = (await client.get("/monitoring/api/metrics")).json()
        lines = (await client.get("/metrics")).text.splitlines()
        await until(lambda: monitoring.record.status().written > 0, seconds=60.0)
    (shown,) = next(one for one in document["integrations"] if one["usage"])["usage"]
    tokens = reply.tokens.input + reply.tokens.output
    assert (shown["unit"], shown["amount"], shown["calls"]) == ("tokens", tokens, 1)
    assert shown["cost_usd"] > 0
    labels = f'{{integration="openai",model="{reply.model}",operation="chat",unit="tokens"}}'
    assert f"holdfast_usage_total{labels} {float(tokens)}" in lines
    (cost,) = [line for line in lines if line.startswith(f"holdfast_cost_usd_total{labels}")]
    assert float(cost.rpartition(" ")[2]) == pytest.approx(shown["cost_usd"], abs=1e-6)
    with closing(sqlite3.connect(tmp_path / "holdfast.db")) as record:
        rows = record.execute("SELECT usage, cost FROM monitoring_integration_calls").fetchall()
        sums = record.execute("SELECT cost, usage FROM monitoring_integration_metrics").fetchall()
    ((usage, kept),) = rows
    assert [cost for cost, _ in sums] == [pytest.approx(kept)] * len(sums)
    assert {json.loads(used)[0]["amount"] for _, used in sums} == {tokens}
    assert json.loads(usage)["amount"] == tokens
    assert json.loads(usage)["parts"] == {
        "input": float(reply.tokens.input), "output": float(reply.tokens.output)
    }  # fmt: skip
    assert kept == pytest.approx(shown["cost_usd"], abs=1e-6)
