"""The record is never in the way: locked, broken or hanging, the host goes on."""

import asyncio
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from httpx2 import AsyncClient

from holdfast.app.monitoring import Monitoring
from holdfast.storage.address import FILE_NAME
from tests.api.host import asking, call, mounted, until

pytestmark = pytest.mark.real_time

PATIENCE_SECONDS = 2.0
"""Far below what any lock is waited for."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Somebody else holds the database for himself."""
    connection = sqlite3.connect(folder / FILE_NAME, isolation_level=None)
    try:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        yield
    finally:
        connection.close()


def _status(monitoring: Monitoring) -> str:
    return monitoring.record.status().status


async def _seconds(client: AsyncClient, path: str) -> float:
    started = time.monotonic()
    assert (await client.get(path)).status_code == 200
    return time.monotonic() - started


async def test_a_locked_database_holds_up_nobody(tmp_path: Path) -> None:
    """Everyone is answered at once, our page says why, and when it is free all is written."""
    app, monitoring = mounted(tmp_path)
    async with asking(app) as client:
        await until(lambda: _status(monitoring) == "ok")
        with locked(tmp_path):
            slowest = 0.0
            while _status(monitoring) != "failing":
                slowest = max(slowest, await _seconds(client, "/hello"))
                await asyncio.sleep(0.02)
            for path in ("/health/", "/metrics", "/health/ready", "/monitoring/api/metrics"):
                slowest = max(slowest, await _seconds(client, path))
            health = (await client.get("/monitoring/api/health")).json()
            spooled = monitoring.record.status().spooled
        await until(lambda: _status(monitoring) == "ok", seconds=20.0)
        after = monitoring.record.status()
    assert slowest < PATIENCE_SECONDS
    component = health["components"][0]
    assert (component["state"], health["status"]) == ("degraded", "degraded")
    # Which of the two is said first depends on how busy the machine is.
    assert re.search("database is locked|no answer within", component["reason"])
    assert spooled > 0
    assert (after.status, after.dropped) == ("ok", {})
    assert after.written == monitoring.requests.lifetime.total


async def test_a_file_that_is_no_database_is_named_and_nothing_is_called_written(
    tmp_path: Path,
) -> None:
    """What waits on disk is not written; the reason holds the file and what to do with it."""
    (tmp_path / FILE_NAME).write_bytes(b"a letter, not a database" * 100)
    app, monitoring = mounted(tmp_path)
    async with asking(app) as client:
        await client.get("/hello")
        await until(lambda: monitoring.record.status().spooled > 0)
        record = (await client.get("/monitoring/api/metrics")).json()["record"]
        alerts = (await client.get("/monitoring/api/alerts")).json()
    assert (record["status"], record["written"], record["last_written_at"]) == ("failing", 0, None)
    assert f"move {tmp_path / FILE_NAME} away" in record["last_error"]
    assert alerts["partial"] == "the record cannot be read yet: memory only"


async def test_a_database_that_is_locked_from_the_start_is_waited_for(tmp_path: Path) -> None:
    """The upgrade takes its time, the host does not; nothing is lost."""
    app, monitoring = mounted(tmp_path)
    async with asking(app) as client:
        with locked(tmp_path):
            assert await _seconds(client, "/hello") < PATIENCE_SECONDS
            page = (await client.get("/monitoring/api/sessions")).json()
        await until(lambda: monitoring.record.status().written == 1, seconds=20.0)
    assert page["source"] == "memory"


async def test_a_file_that_is_no_database_is_a_fault_that_is_shown(tmp_path: Path) -> None:
    """Failing, with the driver's word; ready all the same, and the end comes in time."""
    (tmp_path / FILE_NAME).write_bytes(b"this is a letter, not a database" * 100)
    app, monitoring = mounted(tmp_path)
    async with asking(app) as client:
        await client.get("/hello")
        await until(lambda: _status(monitoring) == "failing")
        assert (await client.get("/health/ready")).status_code == 200
        started = time.monotonic()
    assert time.monotonic() - started < 5.5
    status = monitoring.record.status()
    assert "file is not a database" in (status.last_error or "")
    assert (status.written, status.spooled, status.dropped) == (0, 1, {})


async def test_what_was_lost_stays_on_the_page(tmp_path: Path) -> None:
    """Events that gave way are counted, and keep our health from being a clean one."""
    app, monitoring = mounted(tmp_path, HOLDFAST_BUFFER_EVENTS="100")
    for _ in range(103):
        call(monitoring)
    async with asking(app) as client:
        health = (await client.get("/monitoring/api/health")).json()
        shown = (await client.get("/monitoring/api/metrics")).json()["record"]
    record = health["components"][0]
    assert (record["state"], record["reason"]) == ("degraded", "3 events dropped")
    assert shown["dropped"] == {"buffer_full": 3}


async def test_a_hanging_database_ends_within_five_seconds(tmp_path: Path) -> None:
    """What could not be written waits on disk, and the next start writes it."""
    app, monitoring = mounted(tmp_path)
    async with asking(app) as client:
        await until(lambda: _status(monitoring) == "ok")
        await client.get("/hello")
        await until(lambda: monitoring.record.status().written == 1)
    with locked(tmp_path):
        async with asking(app) as client:
            await client.get("/hello")
            started = time.monotonic()
        took = time.monotonic() - started
    status = monitoring.record.status()
    assert took < 5.5
    assert (status.written, status.spooled, status.dropped) == (1, 1, {})
    async with asking(app):
        await until(lambda: monitoring.record.status().written == 2)
