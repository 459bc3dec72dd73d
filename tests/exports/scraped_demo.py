"""The example application under traffic and trouble, scraped by a real Prometheus."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import httpx2

from holdfast.app.monitoring import Monitoring
from holdfast.demo.application import create_application
from holdfast.demo.environment import Plan
from holdfast.demo.traffic import Traffic
from holdfast.events import CallFinished, Origin, Scope, Usage
from holdfast.exports.prometheus import rules
from holdfast.simulator import running
from tests.api.serving import serving
from tests.compat.test_crowd_contract import tell_everything
from tests.exports.prometheus_server import Prometheus, running_prometheus

SCRAPES = 4
"""Good ones, before anything is asked: a busy machine may miss some."""

T = TypeVar("T")


def look(folder: Path, at: Callable[[Prometheus], T]) -> T:
    """What *at* finds in a Prometheus that has scraped the application for some seconds."""
    return asyncio.run(_look(folder, at))


async def _look(folder: Path, at: Callable[[Prometheus], T]) -> T:
    written = folder / "holdfast.yml"
    written.write_text(rules(), encoding="utf-8")
    async with _demo(folder) as target:
        return await asyncio.to_thread(_scrape, folder, target, written, at)


def _scrape(folder: Path, target: str, written: Path, at: Callable[[Prometheus], T]) -> T:
    with running_prometheus(folder, target, written) as prometheus:
        prometheus.wait_for(f"sum_over_time(up[5m]) >= {SCRAPES}")
        return at(prometheus)


@asynccontextmanager
async def _demo(folder: Path) -> AsyncIterator[str]:
    """Its address, while users come, the voice fails and the application tells all it can."""
    async with running() as simulator, httpx2.AsyncClient(trust_env=False) as http:
        app = create_application(Plan(data_dir=folder / "record"), simulator)
        async with serving(app) as target:
            fault = {"kind": "error", "status": 500, "rate": 0.7}
            await http.put(f"{simulator}/_scenarios/elevenlabs", json=fault)
            users = [
                asyncio.create_task(Traffic(f"http://{target}", 600, 7).run()),
                asyncio.create_task(_tell(app.state.holdfast)),
            ]
            try:
                yield target
            finally:
                for one in users:
                    one.cancel()
                await asyncio.wait(users)


async def _tell(monitoring: Monitoring) -> None:
    """What the example has no use for: other systems' figures, and a provider with prices."""
    origin = Origin("openai", "chat", 0, Scope())
    usage = Usage("token", 12.0, 5_000.0, "gpt-4o-mini", None, 0.002)
    while True:
        tell_everything()
        monitoring.track_business_metric("message", colour="red")
        now = monitoring.clock.wall()
        monitoring.emit(CallFinished(origin, now, "succeeded", 80.0, 0.0, 80.0, 1, usage=usage))
        await asyncio.sleep(0.3)
