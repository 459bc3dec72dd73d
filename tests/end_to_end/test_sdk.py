"""The official SDK through our client, against the simulator: the outside witness."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from openai import AsyncOpenAI

from holdfast import BreakerOpen, Monitoring, SemanticError, setup_monitoring
from holdfast.app.setup import load_settings
from holdfast.events import AttemptFailed, BreakerMoved, CallFinished, Event
from holdfast.simulator import running

pytestmark = pytest.mark.real_time

QUESTION: Any = {
    "model": "gpt-4o-mini",
    "messages": [{"role": "user", "content": "Will the harvest be good this year?"}],
}


class Stage:
    """An application with a guarded SDK, and every event it told."""

    def __init__(self, monitoring: Monitoring, simulator: str, library: str) -> None:
        self.monitoring, self.simulator = monitoring, simulator
        self.events: list[Event] = []
        monitoring.listen(self.events.append)
        self.openai = AsyncOpenAI(
            api_key="simulated",
            base_url=f"{simulator}/openai/v1",
            http_client=monitoring.http_client("openai", library=library),
            max_retries=0,
        )

    async def scenario(self, **scenario: Any) -> None:
        """Switch an outage on."""
        async with httpx2.AsyncClient(trust_env=False) as http:
            answer = await http.put(f"{self.simulator}/_scenarios/openai", json=scenario)
            answer.raise_for_status()

    async def end_scenario(self) -> None:
        """Switch it off."""
        async with httpx2.AsyncClient(trust_env=False) as http:
            (await http.delete(f"{self.simulator}/_scenarios/openai")).raise_for_status()

    def finished(self) -> list[tuple[str, int, str | None]]:
        """(outcome, attempts, error) of each call."""
        found = (event for event in self.events if isinstance(event, CallFinished))
        return [(event.outcome, event.attempts, event.error) for event in found]


@asynccontextmanager
async def on_stage(folder: Path, library: str = "httpx2", **extra: str) -> AsyncIterator[Stage]:
    """An application on the simulator, with settings that fail fast."""
    async with running() as simulator:
        environ = {
            "ENVIRONMENT": "development",
            "HOLDFAST_DATA_DIR": str(folder),
            "OPENAI_BASE_URL": f"{simulator}/openai/v1",
            "OPENAI_RETRY_DELAY": "0.01",
            "OPENAI_CIRCUIT_RESET_TIME": "0.3",
            **extra,
        }
        app = FastAPI()
        monitoring = setup_monitoring(app, settings=load_settings(environ, dotenv=None))
        stage = Stage(monitoring, simulator, library)
        async with app.router.lifespan_context(app), stage.openai:
            yield stage


@pytest.mark.parametrize("library", ["httpx2", "httpx"])
async def test_chat_and_stream_are_counted_once(tmp_path: Path, library: str) -> None:
    """A chat and a streamed chat succeed through either library, each one call of one attempt."""
    async with on_stage(tmp_path, library) as stage:
        chat = await stage.openai.chat.completions.create(**QUESTION)
        stream: Any = await stage.openai.chat.completions.create(**QUESTION, stream=True)
        words = [chunk.choices[0].delta.content async for chunk in stream if chunk.choices]
        assert chat.choices[0].message.content
        assert any(words)
        assert stage.finished() == [("succeeded", 1, None), ("succeeded", 1, None)]


async def test_an_injected_500_is_retried_once_by_us(tmp_path: Path) -> None:
    """The SDK retries nothing, we retry once, and the user never hears of it."""
    async with on_stage(tmp_path) as stage:
        await stage.scenario(kind="error", status=500, times=1)
        chat = await stage.openai.chat.completions.create(**QUESTION)
        assert chat.choices[0].message.content
        assert stage.finished() == [("succeeded", 2, None)]
        failed = [event.error for event in stage.events if isinstance(event, AttemptFailed)]
        assert failed == ["Unavailable"]


async def test_empty_success_opens_the_breaker_although_every_status_was_200(
    tmp_path: Path,
) -> None:
    """Wrong meaning counts like an error: verdict, retry, open, half-open, closed."""
    async with on_stage(tmp_path, OPENAI_MAX_FAILURES="4", OPENAI_MAX_RETRIES="1") as stage:
        await stage.scenario(kind="empty_success")
        for _ in range(2):
            with pytest.raises(SemanticError, match="empty"):
                await stage.openai.chat.completions.create(**QUESTION)
        with pytest.raises(BreakerOpen):
            await stage.openai.chat.completions.create(**QUESTION)
        await stage.end_scenario()
        await _until_accepted(stage)
        moves = [event.after for event in stage.events if isinstance(event, BreakerMoved)]
        assert moves == ["open", "half_open", "closed"]
        failed, refused = ("failed", 2, "SemanticError"), ("refused", 0, "BreakerOpen")
        assert stage.finished()[:3] == [failed, failed, refused]


async def _until_accepted(stage: Stage) -> None:
    for _ in range(200):
        try:
            await stage.openai.chat.completions.create(**QUESTION)
        except BreakerOpen:
            await asyncio.sleep(0.02)
        else:
            return
    raise AssertionError("the breaker did not let a probe out")
