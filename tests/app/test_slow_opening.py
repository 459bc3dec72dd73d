"""An application may end before its record is open: what it told is kept all the same."""

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from holdfast.app.database import Database
from tests.api.host import asking, call, mounted, until

pytestmark = pytest.mark.real_time

_upgrade = Database.upgrade


def _kept(folder: Path) -> tuple[int, int]:
    """Calls in the record, and calls that its roll-ups tell of."""
    with closing(sqlite3.connect(folder / "holdfast.db")) as record:
        (calls,) = record.execute("SELECT count(*) FROM monitoring_integration_calls").fetchone()
        (told,) = record.execute(
            "SELECT coalesce(sum(succeeded), 0) FROM monitoring_integration_metrics "
            "WHERE resolution_s = 86400"
        ).fetchone()
    return calls, told


async def test_a_record_that_opens_late_is_waited_for_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Events and roll-ups are in it, and the log has nothing to complain of."""
    ending = asyncio.Event()

    async def late(database: Database) -> Any:
        await ending.wait()
        await asyncio.sleep(0.2)
        return await _upgrade(database)

    monkeypatch.setattr(Database, "upgrade", late)
    app, monitoring = mounted(tmp_path)
    with capture_logs() as logs:
        async with asking(app):
            call(monitoring)
            call(monitoring)
            ending.set()
    status = monitoring.record.status()
    # A busy machine may take longer than a write is waited for: then they are on disk.
    assert (status.written + status.spooled, status.dropped) == (2, {})
    async with asking(app):
        await until(lambda: monitoring.record.status().written == 2, seconds=60.0)
    assert _kept(tmp_path) == (2, 2)
    assert [log["event"] for log in logs if log["log_level"] in ("warning", "error")] == []


async def test_what_a_record_never_opened_for_waits_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end comes in time, and the next start writes events and roll-ups."""

    async def never(database: Database) -> Any:
        await asyncio.Event().wait()

    app, monitoring = mounted(tmp_path)
    with monkeypatch.context() as patched, capture_logs() as logs:
        patched.setattr(Database, "upgrade", never)
        async with asking(app):
            call(monitoring)
            call(monitoring)
            started = time.monotonic()
        took = time.monotonic() - started
    status = monitoring.record.status()
    assert (status.written, status.waiting, status.dropped) == (0, 0, {})
    assert took < 5.5
    assert [log["event"] for log in logs if log["log_level"] in ("warning", "error")] == []
    again, later = mounted(tmp_path)
    async with asking(again):
        await until(lambda: later.record.status().written == 2, seconds=60.0)
        await until(lambda: _kept(tmp_path) == (2, 2))


async def test_a_spooled_roll_up_never_takes_the_place_of_a_later_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same process goes on with its bucket: what it says then includes what waited."""

    async def never(database: Database) -> Any:
        await asyncio.Event().wait()

    app, monitoring = mounted(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(Database, "upgrade", never)
        async with asking(app):
            call(monitoring)
    async with asking(app):
        call(monitoring)
        await until(lambda: monitoring.record.status().written == 2, seconds=60.0)
    async with asking(app):
        await until(lambda: monitoring.record.status().spooled == 0, seconds=60.0)
    assert _kept(tmp_path) == (2, 2)
