"""A record in trouble delays itself alone, and gets everything when the trouble ends."""

import asyncio
import os
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import URL, event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from holdfast.storage.address import address
from holdfast.storage.sessions import SqlSessionLog
from holdfast.storage.tables import api_calls, integration_calls
from holdfast.storage.writer import SqlEventLog
from holdfast.telemetry.buffer import Buffer, BufferOptions, RecordStatus
from tests.conformance.record import NOW, call, count, opened, request, started

pytestmark = pytest.mark.real_time

OPTIONS = BufferOptions(flush_seconds=0.02, longest_pause_seconds=0.2, append_seconds=2.0)


@asynccontextmanager
async def recording(engine: AsyncEngine) -> AsyncIterator[Buffer]:
    """A buffer that writes to the tables of *engine*."""
    buffer = Buffer(SqlEventLog(engine, "host-1"), OPTIONS)
    task = asyncio.create_task(buffer.run())
    try:
        await asyncio.sleep(0)
        yield buffer
    finally:
        await buffer.stop(1.0)
        await task


async def _until(buffer: Buffer, word: str, written: int = 0) -> RecordStatus:
    async with asyncio.timeout(20.0):
        # Polled, as a page would: the buffer has nobody to tell.
        while (status := buffer.status()).status != word or status.written < written:
            await asyncio.sleep(0.01)
    return status


@asynccontextmanager
async def responsive_loop() -> AsyncIterator[None]:
    """Nothing inside holds the event loop for half a second."""
    loop, longest = asyncio.get_running_loop(), 0.0

    async def tick() -> None:
        nonlocal longest
        while True:
            before = loop.time()
            await asyncio.sleep(0.01)
            longest = max(longest, loop.time() - before)

    ticking = asyncio.create_task(tick())
    yield
    await asyncio.sleep(0.05)
    ticking.cancel()
    assert 0.01 <= longest < 0.5


def _lock(database: URL) -> sqlite3.Connection:
    """Somebody else writes, and does not end."""
    connection = sqlite3.connect(database.database or "", isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    return connection


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_an_exclusive_lock_delays_the_record_only(database: URL) -> None:
    """While another connection holds the lock nothing waits; afterwards all of it is written."""
    async with opened(database) as engine, recording(engine) as buffer, responsive_loop():
        buffer(started("s"))
        await _until(buffer, "ok", 1)
        lock = _lock(database)
        for number in range(100):
            buffer(call(NOW + number, "s"))
        status = await _until(buffer, "failing")
        assert (status.waiting, status.written) == (100, 1)
        assert "database is locked" in (status.last_error or "")
        assert await SqlSessionLog(engine).find("s") is not None, "readers do not wait either"
        lock.close()
        status = await _until(buffer, "ok", 101)
        assert (status.waiting, status.dropped) == (0, {})
        assert await count(engine, integration_calls) == 100


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_a_locked_table_delays_the_record_only(database: URL) -> None:
    """As above: an append that waits for a lock is given up, and comes again."""
    async with opened(database) as engine, recording(engine) as buffer, responsive_loop():
        async with engine.connect() as other:
            await other.execute(text("LOCK TABLE monitoring_api_calls IN EXCLUSIVE MODE"))
            buffer(request())
            status = await _until(buffer, "failing")
            assert status.last_error == "TimeoutError: no answer within 2 s"
        await _until(buffer, "ok", 1)
        assert await count(engine, api_calls) == 1


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_a_connection_that_was_cut_is_replaced(database: URL) -> None:
    """A server that drops its clients costs nothing but a moment."""
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    async with opened(database) as engine, recording(engine) as buffer:
        buffer(request(NOW))
        await _until(buffer, "ok", 1)
        async with engine.connect() as other:
            await other.execute(text(f"{cut} AND datname = current_database()"))
        buffer(request(NOW + 1))
        await _until(buffer, "ok", 2)
        assert await count(engine, api_calls) == 2


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_full_disk_delays_the_record_only(database: URL) -> None:
    """A file that may not grow is a log that is away: when there is room, all of it is written."""
    async with opened(database) as engine:
        most_pages = 80

        def limit(connection: sqlite3.Connection, _: object) -> None:
            connection.execute(f"PRAGMA max_page_count={most_pages}")

        event.listen(engine.sync_engine, "connect", limit)
        await engine.dispose()
        async with recording(engine) as buffer:
            for number in range(2_000):
                buffer(request(NOW + number))
            status = await _until(buffer, "failing")
            assert "full" in (status.last_error or "")
            assert status.written + status.waiting == 2_000
            most_pages = 1_000_000
            await engine.dispose()
            await _until(buffer, "ok", 2_000)
        assert await count(engine, api_calls) == 2_000


async def test_one_row_that_no_table_takes_costs_only_itself(database: URL) -> None:
    """It is found, counted and set aside; the rest of its batch is written."""
    async with opened(database) as engine, recording(engine) as buffer:
        for number in range(300):
            buffer(request(NOW + number, request_bytes=2**70 if number == 123 else 1))
        status = await _until(buffer, "ok", 299)
        assert status.dropped == {"rejected": 1}
        assert (status.last_error or "").startswith("EventsRefused")
        assert await count(engine, api_calls) == 299


async def test_several_writers_share_one_database(database: URL) -> None:
    """Writers that meet wait for each other, and the steps of one session add up."""
    async with opened(database) as engine:
        logs = [SqlEventLog(engine, f"host-{n}") for n in range(4)]
        buffers = [Buffer(log, OPTIONS) for log in logs]
        tasks = [asyncio.create_task(buffer.run()) for buffer in buffers]
        for number in range(400):
            buffers[number % 4](call(NOW + number, f"s{number % 7}"))
        await asyncio.gather(*(_until(buffer, "ok", 100) for buffer in buffers))
        await asyncio.gather(*(buffer.stop(5.0) for buffer in buffers), *tasks)
        page = await SqlSessionLog(engine).page(limit=10)
    assert sum(session.step_count for session in page.sessions) == 400


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_database_that_is_no_database_is_failing(database: URL) -> None:
    """A corrupt file is said, and stops nothing."""
    assert database.database is not None
    async with opened(database) as engine:
        await engine.dispose()
        corrupt = b"this is no database, and quite long enough" * 100
        Path(database.database).write_bytes(corrupt)
        async with recording(engine) as buffer, responsive_loop():
            buffer(request())
            status = await _until(buffer, "failing")
            assert "not a database" in (status.last_error or "")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small file system")
async def test_a_full_file_system_delays_the_record_only(tmp_path: Path) -> None:
    """As above with a real full disk: somebody else's file takes all that was left of it."""
    with _small_file_system(tmp_path / "disk") as disk:
        async with opened(address(None, disk)) as engine, recording(engine) as buffer:
            buffer(request(NOW))
            await _until(buffer, "ok", 1)
            _fill(disk / "ballast")
            async with responsive_loop():
                for number in range(1, 1_000):
                    buffer(request(NOW + number))
                status = await _until(buffer, "failing")
            assert status.written + status.waiting == 1_000
            (disk / "ballast").unlink()
            await _until(buffer, "ok", 1_000)
            assert await count(engine, api_calls) == 1_000


@contextmanager
def _small_file_system(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine lets nobody mount")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def _fill(path: Path) -> None:
    with suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4_096)
