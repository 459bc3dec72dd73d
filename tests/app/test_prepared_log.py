"""SQLite is brought up to date by itself, PostgreSQL by a command; nothing is kept before."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from holdfast.app.prepared_log import PreparedLog
from holdfast.events import SessionStarted
from holdfast.storage import schema
from holdfast.storage.address import address
from holdfast.storage.engine import open_engine
from holdfast.storage.schema import SchemaError, SchemaState, check
from holdfast.telemetry.event_log import Batch

BATCH = Batch(0, (SessionStarted("s", 0.0, None, None),))
POSTGRES = make_url("postgresql+asyncpg://me@db.test/mine")


async def test_before_it_is_open_it_takes_nothing() -> None:
    """A clear error, for whoever wires it wrongly."""
    with pytest.raises(RuntimeError, match="not open"):
        await PreparedLog().append(BATCH)


@pytest.mark.real_time
async def test_the_first_event_finds_the_tables_made(tmp_path: Path) -> None:
    """However many wait for it, they are made once."""
    url = address(None, tmp_path)
    engine = open_engine(url)
    log = PreparedLog()
    log.open(engine, url)
    await asyncio.gather(log.prepared(), log.prepared(), log.append(BATCH))
    await engine.dispose()
    assert (await check(url)).status == "current"


@pytest.mark.parametrize(("version", "status"), [(None, "empty"), ("0000", "old")])
async def test_postgresql_is_left_to_its_operator(
    monkeypatch: pytest.MonkeyPatch, version: str | None, status: str
) -> None:
    """The error names the command; after it was run, the next event is taken."""
    states = [SchemaState(version, "0001"), SchemaState("0001", "0001")]

    async def checked(url: Any) -> SchemaState:
        return states.pop(0)

    monkeypatch.setattr(schema, "check", checked)
    log = PreparedLog()
    log.open(open_engine(POSTGRES), POSTGRES)
    with pytest.raises(SchemaError, match=f"is {status}: run 'holdfast db upgrade' once"):
        await log.prepared()
    await log.prepared()


async def test_who_loses_patience_does_not_stop_the_upgrade(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It goes on, and is not begun a second time."""
    begun: list[None] = []

    async def slow(url: Any) -> SchemaState:
        begun.append(None)
        await asyncio.sleep(60.0)
        return SchemaState("0001", "0001")

    monkeypatch.setattr(schema, "check", slow)
    log = PreparedLog()
    log.open(open_engine(POSTGRES), POSTGRES)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(log.prepared(), 5.0)
    await log.prepared()
    assert (len(begun), asyncio.get_running_loop().time()) == (1, 60.0)
