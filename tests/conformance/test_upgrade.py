"""A database of every earlier version is brought up to date with its rows."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from alembic import command
from sqlalchemy import URL, Connection, text

from holdfast.events import Scope, StepTaken, Verdict
from holdfast.storage import schema
from holdfast.storage.all_tables import RECORD
from holdfast.storage.engine import open_schema_engine
from holdfast.storage.sessions import SqlSessionLog
from holdfast.storage.tables import api_calls, audit, integration_calls, sessions
from holdfast.storage.use_days import sum_up_use
from holdfast.storage.writer import SqlEventLog
from tests.conformance.record import NOW, batch, call, completed, opened, request, rows

pytestmark = pytest.mark.real_time


@pytest.fixture
def database(empty_database: URL) -> URL:
    """Here nothing is made before."""
    return empty_database


VIEWS = (
    "validation_sessions", "context_snapshots", "validation_summary", "integration_health",
    "integration_metrics_24h",
)  # fmt: skip
OLD = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)

ROWS: dict[str, dict[str, Any]] = {
    "monitoring_sessions": {
        "session_id": "s", "user_id": "u", "service_type": None, "status": "completed",
        "overall_status": "success", "started_at": OLD, "last_seen_at": OLD, "completed_at": OLD,
        "duration_ms": 0.0, "step_count": 1, "issues_found": 0,
    },
    "monitoring_api_calls": {
        "at": OLD, "event_id": "e-1", "endpoint": "/chat", "method": "POST", "status_code": 200,
        "response_time": 1.5, "request_bytes": 1, "response_bytes": 2, "outcome": "succeeded",
        "instance": "host-1",
    },
    "monitoring_integration_calls": {
        "at": OLD, "event_id": "e-2", "integration": "openai", "operation": "chat",
        "outcome": "succeeded", "latency_ms": 10.0, "waited_ms": 0.0, "total_ms": 10.0,
        "attempts": 1, "served_from": "provider", "step": "chat", "session_id": "s",
        "instance": "host-1",
    },
    "monitoring_integration_health": {
        "at": OLD, "event_id": "e-3", "integration": "openai", "operation": "chat",
        "breaker_state": "open", "detail": {"reason": "5 failures"}, "instance": "host-1",
    },
    "holdfast_audit": {
        "at": OLD, "event_id": "e-4", "actor": "ops", "action": "reset", "integration": "openai",
        "instance": "host-1",
    },
}  # fmt: skip
"""One row of each table of version 0001."""


def _make_old(connection: Connection, version: str) -> None:
    config = schema._config()
    config.attributes["connection"] = connection
    command.upgrade(config, version)
    for table, row in ROWS.items():
        _insert(connection, table, row)


def _insert(connection: Connection, table: str, row: dict[str, Any]) -> None:
    values = {name: _plain(value, connection) for name, value in row.items()}
    places = ", ".join(f":{name}" for name in row)
    statement = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})"  # noqa: S608
    connection.execute(text(statement), values)


def _plain(value: object, connection: Connection) -> object:
    if isinstance(value, dict):
        return json.dumps(value)
    if isinstance(value, datetime) and connection.dialect.name == "sqlite":
        return value.strftime("%Y-%m-%d %H:%M:%S.%f")
    return value


async def _old(url: URL, version: str, also: Callable[[Connection], None] | None = None) -> None:
    engine = open_schema_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(_make_old, version)
        if also is not None:
            await connection.run_sync(also)
    await engine.dispose()


@pytest.mark.parametrize("version", ["0001", "0002", "0003", "0004"])
async def test_an_earlier_version_is_upgraded_with_its_rows(database: URL, version: str) -> None:
    """Every row is where it was, with what is new empty; and new rows land beside it."""
    await asyncio.to_thread(lambda: asyncio.run(_old(database, version)))
    assert (await schema.check(database)).status == "old"
    async with opened(database) as engine:
        await SqlEventLog(engine, "host-2").append(batch(call(NOW, "s"), request(NOW)))
        kept = {
            table.name: (await rows(engine, table))[0]
            for table in (sessions, api_calls, integration_calls, audit)
        }
        assert len(await rows(engine, integration_calls)) == 2
        assert await sum_up_use(engine, NOW) == 1  # the day of the old request
    for table, row in kept.items():
        expected = {**ROWS[table], **_LATER.get(table, {})}
        assert {name: row[name] for name in expected} == expected


_LATER: dict[str, dict[str, Any]] = {
    "monitoring_sessions": {
        "last_seen_at": datetime(2027, 1, 15, 8, 0, tzinfo=UTC), "step_count": 2,
        "auto_fixes_applied": 0, "user_context": None,
    },
    "monitoring_integration_calls": {"cost": None, "stale_age_s": None},
    "holdfast_audit": {"detail": None},
}  # fmt: skip


async def test_what_was_judged_after_an_upgrade_is_kept_beside_what_never_was(
    database: URL,
) -> None:
    """A session goes on over the upgrade: its earlier step has no verdict, the next one has."""
    await asyncio.to_thread(lambda: asyncio.run(_old(database, "0004", _earlier_step)))
    async with opened(database) as engine:
        verdict = Verdict("warn", "thin", "editor", 0.5)
        taken = StepTaken(Scope("s", None, "voice"), NOW, "succeeded", 5.0, None, verdict)
        await SqlEventLog(engine, "host-2").append(batch(taken, completed("s", NOW + 1)))
        log = SqlSessionLog(engine)
        steps, found = await log.steps("s"), await log.find("s")
    assert [(one.step, one.outcome, one.verdict) for one in steps] == [
        ("chart", "succeeded", None), ("voice", "succeeded", verdict),
    ]  # fmt: skip
    assert found is not None
    assert [one.step for one in found.own_verdicts] == ["voice"]
    assert (found.validation_results or {}).keys() == {"voice"}


def _earlier_step(connection: Connection) -> None:
    row = {
        "at": OLD, "event_id": "e-9", "session_id": "s", "integration_point": "chart",
        "context_data": {}, "context_hash": "", "size_bytes": 0, "outcome": "succeeded",
        "duration_ms": 1.0, "instance": "host-1",
    }  # fmt: skip
    _insert(connection, "monitoring_context", row)


async def test_every_table_and_view_can_be_read(database: URL) -> None:
    """What an empty database was upgraded to answers for each name of the contract."""
    async with opened(database) as engine, engine.connect() as connection:
        for name in (*RECORD.tables, *VIEWS):
            found = await connection.execute(text(f"SELECT * FROM {name}"))  # noqa: S608 - ours
            assert found.all() == []
