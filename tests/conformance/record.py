"""What the conformance tests share: events to write, and a record to write them to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Table, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from holdfast.events import (
    CallFinished,
    Event,
    Origin,
    RequestFinished,
    Scope,
    SessionEnded,
    SessionStarted,
)
from holdfast.storage.engine import open_engine
from holdfast.storage.schema import upgrade
from holdfast.telemetry.event_log import Batch
from tests.database import place_database

NOW = 1_800_000_000.0


@asynccontextmanager
async def opened(url: URL) -> AsyncIterator[AsyncEngine]:
    """An up-to-date database, open."""
    if url.get_backend_name() == "sqlite" and url.database:
        place_database(Path(url.database))
    await upgrade(url)
    engine = open_engine(url)
    try:
        yield engine
    finally:
        await engine.dispose()


def batch(*events: Event, first: int = 0) -> Batch:
    """*events*, numbered from *first*."""
    return Batch(first, events)


def call(at: float = NOW, session_id: str | None = None, **changes: Any) -> CallFinished:
    """A call that succeeded, but for *changes*; *step* and *user_id* go into its scope."""
    scope = Scope(session_id, changes.pop("user_id", None), changes.pop("step", None))
    values: dict[str, Any] = {
        "outcome": "succeeded", "latency_ms": 120.0, "waited_ms": 5.0,
        "total_ms": 125.0, "attempts": 1, **changes,
    }  # fmt: skip
    return CallFinished(Origin("openai", "chat", 1, scope), at, **values)


def request(at: float = NOW, session_id: str | None = None, **changes: Any) -> RequestFinished:
    """A request that was answered, but for *changes*."""
    values: dict[str, Any] = {
        "method": "POST", "route": "/chat", "status": 200, "outcome": "succeeded",
        "duration_ms": 300.0, "first_byte_ms": 290.0, "request_bytes": 10, "response_bytes": 2_000,
        "error": None, **changes,
    }  # fmt: skip
    return RequestFinished(at, scope=Scope(session_id), **values)


def started(session_id: str, at: float = NOW) -> SessionStarted:
    """A session of somebody."""
    return SessionStarted(session_id, at, "somebody", "guidance")


def completed(session_id: str, at: float) -> SessionEnded:
    """The application says that it is done."""
    return SessionEnded(session_id, at, "completed")


def timed_out(session_id: str, at: float) -> SessionEnded:
    """Nobody came back."""
    return SessionEnded(session_id, at, "timed_out")


async def count(engine: AsyncEngine, table: Table) -> int:
    """How many rows *table* has."""
    async with engine.connect() as connection:
        return await connection.scalar(select(func.count()).select_from(table)) or 0


async def rows(engine: AsyncEngine, table: Table) -> list[dict[str, Any]]:
    """Every row of *table*, in the order of its key."""
    async with engine.connect() as connection:
        found = await connection.execute(select(table).order_by(*table.primary_key.columns))
        return [dict(row) for row in found.mappings()]
