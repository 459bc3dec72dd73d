"""A FastAPI application under Holdfast, asked without a port."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient

from holdfast.app.monitoring import Monitoring
from holdfast.app.setup import load_settings, setup_monitoring
from holdfast.events import CallFinished, Origin, Outcome, Scope, Verdict
from holdfast.settings.settings import Settings
from holdfast.storage.address import FILE_NAME
from holdfast.telemetry.calls import CallMetrics
from holdfast.trends.rollup import RollUp
from tests.database import place_database

HOME = "127.0.0.1"


def development(folder: Path, **environ: str) -> Settings:
    """The settings of somebody who tries us on his own machine, for the second time."""
    place_database(folder / FILE_NAME)
    given = {"ENVIRONMENT": "development", "HOLDFAST_DATA_DIR": str(folder), **environ}
    return load_settings(given, dotenv=None)


def mounted(folder: Path, **environ: str) -> tuple[FastAPI, Monitoring]:
    """An application with one route of its own, ``GET /hello``."""
    app = FastAPI()
    monitoring = setup_monitoring(app, settings=development(folder, **environ))
    app.add_api_route("/hello", hello)
    return app, monitoring


async def hello() -> dict[str, str]:
    """The host's own answer."""
    return {"from": "the host"}


@asynccontextmanager
async def asking(
    app: FastAPI, *, peer: str = HOME, base_url: str = "http://localhost:8000",
    headers: Mapping[str, str] | None = None, root_path: str = "",
) -> AsyncIterator[AsyncClient]:  # fmt: skip
    """A client of the running *app* who comes from *peer*."""
    transport = ASGITransport(app, client=(peer, 50_000), root_path=root_path)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=transport, base_url=base_url, headers=headers) as client,
    ):
        yield client


def call(
    monitoring: Monitoring, outcome: Outcome = "succeeded", *, integration: str = "openai",
    operation: str = "chat", session_id: str | None = None, at: float | None = None, **more: Any,
) -> None:  # fmt: skip
    """Tell *monitoring* of a guarded call that ended."""
    at = monitoring.clock.wall() if at is None else at
    monitoring.emit(ended(
        outcome, integration=integration, operation=operation, session_id=session_id, at=at, **more
    ))  # fmt: skip


def ended(
    outcome: Outcome = "succeeded", *, at: float, integration: str = "openai",
    operation: str = "chat", session_id: str | None = None, **more: Any,
) -> CallFinished:  # fmt: skip
    """A guarded call that ended."""
    origin = Origin(integration, operation, 1, Scope(session_id, None, "guidance"))
    fields = {
        "latency_ms": 120.0, "waited_ms": 5.0, "total_ms": 125.0, "attempts": 1,
        "error": "Unavailable" if outcome == "failed" else None,
        "verdict": Verdict("pass") if outcome == "succeeded" else None, **more,
    }  # fmt: skip
    return CallFinished(origin, at, outcome, **fields)


async def past(monitoring: Monitoring, *stretches: tuple[float, int, int, float]) -> None:
    """What a process before this one rolled up: (hours ago, calls, failed, latency in ms) each."""
    await until(lambda: monitoring.record.alerts is not None)
    calls, now = CallMetrics(monitoring.clock), monitoring.clock.wall()
    rollup = RollUp(calls, "before")
    for hours_ago, count, failed, latency_ms in stretches:
        at = now - hours_ago * 3_600
        for number in range(count):
            outcome: Outcome = "failed" if number < failed else "succeeded"
            calls(ended(outcome, at=at, latency_ms=latency_ms))
        rollup.sample(at)
    await monitoring.record.write_buckets(rollup.instance, rollup.take())


async def until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    """Return when something outside of this loop *holds*."""
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.01)


def shape(document: Any) -> Any:
    """*document* with the names of types in the place of values: what a contract can promise."""
    if isinstance(document, dict):
        return {key: shape(value) for key, value in document.items()}
    if isinstance(document, list):
        kinds = {json.dumps(shape(one), sort_keys=True) for one in document}
        return [json.loads(one) for one in sorted(kinds)]
    return type(document).__name__
