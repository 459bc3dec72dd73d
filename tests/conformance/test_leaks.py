"""No secret is ever seen again: not in a log, event, error, repr, stored row or API answer."""

import logging
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from fastapi import FastAPI

from holdfast.app.monitoring import Monitoring
from holdfast.app.setup import load_settings, setup_monitoring
from holdfast.errors import HoldfastError
from holdfast.integrations import CATALOG
from holdfast.integrations.access import Access
from holdfast.integrations.rag_embedders import OpenAIEmbedder
from holdfast.testing import Simulation, simulation
from tests.api.host import asking
from tests.conformance.provider_calls import CALLS
from tests.conformance.provider_secrets import environ_of_secrets
from tests.secrets import MARK, leaked

pytestmark = pytest.mark.real_time

OUTAGES: tuple[dict[str, Any] | None, ...] = (
    None, {"kind": "error", "status": 400}, {"kind": "error", "status": 401},
    {"kind": "error", "status": 403}, {"kind": "error", "status": 500},
    {"kind": "malformed", "body": "html"},
)  # fmt: skip


class Via:
    """What a row of the matrix stands on, over an application's own services."""

    def __init__(self, monitoring: Monitoring, name: str) -> None:
        self.integration = CATALOG[name]
        self._access = monitoring.services._access_to(self.integration)
        self.http = self._access.http

    def access(self) -> Access:
        """The application's."""
        return self._access


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulation]:
    """One port for all."""
    with simulation() as running:
        yield running


def _environ(simulator: Simulation, folder: Path) -> dict[str, str]:
    """Addresses at the simulator, and secrets as if it were the providers themselves."""
    told = simulator.settings().services
    environ = {"ENVIRONMENT": "development", "HOLDFAST_DATA_DIR": str(folder)}
    for name in CATALOG:
        variable = name.upper().replace("-", "_")
        environ[f"{variable}_MAX_RETRIES"] = "0"
        environ[f"{variable}_RATE_LIMIT"] = "100000"
        environ[f"{variable}_BASE_URL"] = told[name].base_url
    return {**environ, "ENABLE_CIRCUIT_BREAKER": "false", **environ_of_secrets()}


async def _act(monitoring: Monitoring, simulator: Simulation, name: str) -> list[str]:
    """All that *name* is asked while it misbehaves in each way: what the errors say."""
    said: list[str] = []
    for row, ready in CALLS[name].items():
        for outage in OUTAGES:
            simulator.behave(name)
            act = await ready(Via(monitoring, name))  # type: ignore[arg-type]  # what rows need
            if outage is not None:
                simulator.play(name, **outage)
            try:
                await act()
            except HoldfastError as error:
                told = (error, vars(error), *getattr(error, "__notes__", ()))
                said += [repr(told), str(error), "".join(traceback.format_exception(error)), row]
    simulator.behave(name)
    return said


@pytest.mark.parametrize("name", sorted(CALLS))
async def test_no_secret_is_seen_again(
    simulator: Simulation, tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    """Everything at its most talkative, every operation, every kind of refusal."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.WARNING, logger="uvicorn")  # the simulator's, which is the other side
    app, events = FastAPI(), list[Any]()
    monitoring = setup_monitoring(app, settings=load_settings(_environ(simulator, tmp_path), None))
    monitoring.listen(events.append)
    assert any(MARK in key for key in Via(monitoring, name).access().keys.values())
    with structlog.testing.capture_logs() as lines:
        async with asking(app) as client:
            said = await _act(monitoring, simulator, name)
            health = await monitoring.services.health_check_all()
            answers = [(await client.get(path)).text for path in _paths(app, name)]
    made = [repr(one) for one in monitoring.services._made.values()]
    reprs = [repr(one) for one in (monitoring, monitoring.settings, monitoring.settings.keys)]
    assert len(events) > len(CALLS[name])
    assert len(answers) > 10
    seen = {
        "errors": said, "events": map(repr, events), "log": [caplog.text, repr(lines)],
        "answers": answers, "health": [repr(health)], "reprs": made + reprs,
        "stored": _stored(tmp_path), "simulator": [repr(simulator.requests(limit=500))],
    }  # fmt: skip
    assert {where: found for where, texts in seen.items() if (found := leaked(texts))} == {}


async def test_a_knowledge_base_tells_nothing_of_its_embedder(
    simulator: Simulation, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It has no secret of its own, but an embedder that is refused has."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.WARNING, logger="uvicorn")
    app, events, said = FastAPI(), list[Any](), list[str]()
    monitoring = setup_monitoring(app, settings=load_settings(_environ(simulator, tmp_path), None))
    monitoring.listen(events.append)
    with structlog.testing.capture_logs() as lines:
        async with asking(app) as client:
            embedder = OpenAIEmbedder(monitoring.services.get_service("openai", "embeddings"))
            rag = monitoring.services.get_service("rag").using(embedder=embedder)
            await rag.upsert("moon", "The moon rises in the east.")
            for outage in filter(None, OUTAGES):
                with simulator.playing("openai", **outage), pytest.raises(HoldfastError) as no:
                    await rag.search(f"Where does the moon rise? {outage}")
                said += [repr(vars(no.value)), "".join(traceback.format_exception(no.value))]
            answers = [(await client.get(path)).text for path in _paths(app, "rag")]
            await rag.aclose()
    assert len(said) == 2 * len(OUTAGES) - 2
    seen = [caplog.text, repr(lines), *map(repr, events), *said, *answers, repr(rag)]
    assert leaked([*seen, *_stored(tmp_path)]) == []


def _paths(app: FastAPI, name: str) -> list[str]:
    """Every GET of ours, about *name* where it is about an integration."""
    assert app.state.holdfast
    documents = (
        "metrics", "health", "sessions", "alerts", f"integration/{name}", "simulator/scenarios",
        "openapi.json",
    )  # fmt: skip
    voice = ("", "services", f"services/{name}", "metrics", "alerts", "configuration", "status")
    return [
        *(f"/monitoring/api/{path}" for path in documents),
        *(f"/health/{path}" for path in voice),
        "/metrics",
    ]


def _stored(folder: Path) -> list[str]:
    """Every byte that was kept; renewed tokens are in files of their owner's alone."""
    files = [one for one in folder.rglob("*") if one.is_file() and "tokens" not in one.parts]
    assert files
    return [one.read_bytes().decode("latin-1") for one in files]


def test_a_leak_would_be_found() -> None:
    """As it is, and in the middle of a pair in base64."""
    assert leaked([f"?key=sk-proj-{MARK}0openai"]) == [MARK]
    assert leaked(["Basic Y2xpZW50LTE6aDBsZGZhc3Q1ZWNyZXQw"]) == [MARK]
    assert leaked(["nothing of ours"]) == []
