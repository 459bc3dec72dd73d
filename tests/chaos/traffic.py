"""An application under load, and what it must not notice."""

import asyncio
import time
from pathlib import Path

from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import URL

from holdfast.app.monitoring import Monitoring
from holdfast.storage.engine import open_engine
from holdfast.storage.tables import api_calls, integration_calls
from tests.api.host import call, mounted
from tests.conformance.record import count

BEAT_SECONDS = 0.02
PATIENCE_SECONDS = 0.5
"""Far below what any fault here lasts; far above what a busy machine needs for a request."""


def application(url: URL, folder: Path, **environ: str) -> tuple[FastAPI, Monitoring]:
    """One that keeps its record at *url*."""
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return mounted(folder, DATABASE_URL=address, **environ)


class Traffic:
    """*rate* events a second, and a request to the host in every fifth beat."""

    def __init__(self, monitoring: Monitoring, client: AsyncClient, rate: int) -> None:
        self._monitoring, self._client = monitoring, client
        self._each_beat = max(round(rate * BEAT_SECONDS), 1)
        self.calls = self.requests = 0
        self.seconds: list[float] = []

    async def flow(self, seconds: float) -> None:
        """For so long; every request is answered."""
        started, beat = time.monotonic(), 0
        while time.monotonic() - started < seconds:
            for _ in range(self._each_beat):
                call(self._monitoring, session_id=f"s-{self.calls % 50}")
                self.calls += 1
            if beat % 5 == 0:
                await self._ask()
            beat += 1
            await asyncio.sleep(max(started + beat * BEAT_SECONDS - time.monotonic(), 0.0))

    @property
    def dropped(self) -> dict[str, int]:
        """What did not get into the database, by reason."""
        return self._monitoring.record.status().dropped

    @property
    def p99_seconds(self) -> float:
        """What 99 of 100 requests took at most."""
        return sorted(self.seconds)[len(self.seconds) * 99 // 100]

    async def _ask(self) -> None:
        before = time.monotonic()
        answer = await self._client.get("/hello")
        assert answer.status_code == 200
        self.requests += 1
        self.seconds.append(time.monotonic() - before)

    async def settled(self, seconds: float = 240.0) -> None:
        """Return once nothing waits any more, in memory or on disk."""
        async with asyncio.timeout(seconds):
            while (s := self._monitoring.record.status()).waiting or s.spooled or s.status != "ok":
                await asyncio.sleep(0.05)


async def kept(url: URL) -> tuple[int, int]:
    """How many calls and requests are in the database at *url*."""
    engine = open_engine(url)
    try:
        return await count(engine, integration_calls), await count(engine, api_calls)
    finally:
        await engine.dispose()
