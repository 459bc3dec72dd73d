"""SQLite is brought up to date by itself, PostgreSQL by a command; nothing is kept before."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from holdfast.app.database import Database
from holdfast.app.prepared_store import PreparedStore
from holdfast.settings.settings import Settings
from holdfast.storage import schema
from holdfast.storage.rows import Rows, Sighting
from holdfast.storage.schema import SchemaError, SchemaState, check

ROWS = Rows({}, [Sighting("s", 0.0)], [])
POSTGRES = Database(Settings(database_url=SecretStr("postgresql://me@db.test/mine")))


async def test_before_it_is_open_it_takes_nothing() -> None:
    """A clear error, for whoever wires it wrongly."""
    with pytest.raises(RuntimeError, match="not open"):
        await PreparedStore().write(ROWS, again=False)


@pytest.mark.real_time
async def test_the_first_event_finds_the_tables_made(tmp_path: Path) -> None:
    """However many wait for it, they are made once."""
    database = Database(Settings(data_dir=str(tmp_path)))
    url, engine = database.url, database.open()
    store = PreparedStore()
    store.open(engine, database)
    await asyncio.gather(store.prepared(), store.prepared(), store.write(ROWS, again=False))
    await engine.dispose()
    assert (await check(url)).status == "current"


@pytest.mark.parametrize(("version", "status"), [(None, "empty"), ("0000", "old")])
async def test_postgresql_is_left_to_its_operator(
    monkeypatch: pytest.MonkeyPatch, version: str | None, status: str
) -> None:
    """The error names the command; after it was run, the next event is taken."""
    states = [SchemaState(version, "0001"), SchemaState("0001", "0001")]

    async def checked(url: Any, name: str | None = None) -> SchemaState:
        return states.pop(0)

    monkeypatch.setattr(schema, "check", checked)
    store = PreparedStore()
    store.open(POSTGRES.open(), POSTGRES)
    with pytest.raises(SchemaError, match=f"is {status}: run 'holdfast db upgrade' once"):
        await store.prepared()
    await store.prepared()


async def test_who_loses_patience_does_not_stop_the_upgrade(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It goes on, and is not begun a second time."""
    begun: list[None] = []

    async def slow(url: Any, name: str | None = None) -> SchemaState:
        begun.append(None)
        await asyncio.sleep(60.0)
        return SchemaState("0001", "0001")

    monkeypatch.setattr(schema, "check", slow)
    store = PreparedStore()
    store.open(POSTGRES.open(), POSTGRES)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(store.prepared(), 5.0)
    await store.prepared()
    assert (len(begun), asyncio.get_running_loop().time()) == (1, 60.0)
