"""Where our tables are: in a schema of PostgreSQL's, in the host's pool, beside an older system."""

import asyncio
from pathlib import Path

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import create_async_engine

from holdfast.app.setup import setup_monitoring
from holdfast.settings.settings import Settings
from holdfast.storage import schema
from holdfast.storage.address import address
from holdfast.storage.engine import in_schema, open_engine
from holdfast.storage.partitions import make_ahead
from holdfast.storage.report import report
from holdfast.storage.retention import prune
from holdfast.storage.schema import SchemaError
from holdfast.storage.sessions import SqlSessionLog
from holdfast.storage.tables import integration_calls
from holdfast.storage.writer import SqlEventLog
from tests.api.host import call as call_something
from tests.api.host import until
from tests.conformance.record import NOW, batch, call, count, started

pytestmark = pytest.mark.real_time

on_postgres = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


async def _scalar(url: URL, statement: str) -> object:
    engine = open_engine(url)
    async with engine.begin() as connection:
        found = await connection.execute(text(statement))
        value = found.scalar() if found.returns_rows else None
    await engine.dispose()
    return value


@on_postgres
async def test_everything_can_be_in_a_schema_of_its_own(database: URL) -> None:
    """Made if missing, with the version table; what else has our names stays as it is."""
    await _scalar(database, "CREATE TABLE monitoring_api_calls (id integer)")
    assert (await schema.check(database, "operations")).status == "empty"
    assert (await schema.upgrade(database, "operations")).status == "current"
    assert (await schema.check(database)).status == "foreign"
    engine = open_engine(database)
    ours = in_schema(engine, "operations")
    log = SqlEventLog(ours, "host-1")
    await log.append(batch(call(NOW, "s"), started("s")))
    await log.append(batch(call(NOW, "s"), started("s")))
    await make_ahead(ours, NOW)
    assert await count(ours, integration_calls) == 1
    session = await SqlSessionLog(ours).find("s")
    assert session is not None
    assert session.step_count == 1
    assert len((await prune(ours, NOW + 9e7, keep_days=30)).days) > 0
    assert {one.days for one in (await report(ours)).tables} > {None}
    await engine.dispose()
    assert await _scalar(database, "SELECT count(*) FROM operations.holdfast_version") == 1
    assert await _scalar(database, "SELECT count(*) FROM monitoring_api_calls") == 0


@on_postgres
async def test_the_hosts_pool_is_shared_and_not_closed(database: URL, tmp_path: Path) -> None:
    """One line for the host; its engine goes on working after us."""
    shared = create_async_engine(database)
    settings = Settings(data_dir=str(tmp_path), database_upgrade=True, database_schema="operations")
    app = FastAPI()
    monitoring = setup_monitoring(app, settings=settings, engine=shared)
    async with app.router.lifespan_context(app):
        call_something(monitoring)
        await until(lambda: monitoring.record.status().written == 1)
        assert await monitoring.kept()
    async with shared.connect() as connection:
        asked = text("SELECT count(*) FROM operations.monitoring_integration_calls")
        assert await connection.scalar(asked) == 1
    await shared.dispose()


@on_postgres
async def test_postgresql_is_upgraded_at_start_only_when_told(
    database: URL, tmp_path: Path
) -> None:
    """Untold, the events wait on disk and one line says which command to run."""
    url = SecretStr(database.set(drivername="postgresql").render_as_string(hide_password=False))
    app = FastAPI()
    monitoring = setup_monitoring(app, settings=Settings(database_url=url, data_dir=str(tmp_path)))
    async with app.router.lifespan_context(app):
        call_something(monitoring)
        await until(lambda: monitoring.record.status().spooled == 1)
        status = monitoring.record.status()
        assert (status.status, status.last_error) == (
            "failing", "SchemaError: the database's schema is empty: run 'holdfast db upgrade' once"
        )  # fmt: skip
        assert (await schema.upgrade(database)).status == "current"
        await until(lambda: monitoring.record.status().written == 1, seconds=20.0)


async def test_an_older_systems_tables_can_be_adopted(database: URL) -> None:
    """They are named, refused, and on request renamed with all they hold, views included."""
    await _scalar(database, "CREATE TABLE integration_validations (id integer)")
    await _scalar(database, "INSERT INTO integration_validations VALUES (7)")
    view = "CREATE VIEW validation_summary AS SELECT id FROM integration_validations"
    await _scalar(database, view)
    with pytest.raises(SchemaError, match=r"integration_validations, validation_summary.*--adopt"):
        await schema.upgrade(database)
    assert (await schema.upgrade(database, adopt=True)).status == "current"
    for name in ("integration_validations_legacy", "validation_summary_legacy"):
        assert await _scalar(database, f"SELECT id FROM {name}") == 7  # noqa: S608 - ours
    assert await _scalar(database, "SELECT count(*) FROM integration_validations") == 0
    assert (await schema.upgrade(database, adopt=True)).status == "current"


async def test_sqlite_knows_no_schemas(tmp_path: Path) -> None:
    """The setting means PostgreSQL's; a file works as without it."""
    url = address(None, tmp_path)
    assert (await schema.upgrade(url, "operations")).status == "current"
    engine = in_schema(open_engine(url), "operations")
    await SqlEventLog(engine, "host-1").append(batch(call()))
    assert await count(engine, integration_calls) == 1
    await engine.dispose()
    await asyncio.sleep(0)
