"""Database and disk gone together: the application goes on, and the loss is known to the event."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import URL

from tests.api.host import asking
from tests.chaos.traffic import PATIENCE_SECONDS, Traffic, application, kept
from tests.fault_proxy import FaultProxy

pytestmark = pytest.mark.real_time

CAPACITY = 1_000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of half a megabyte."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small file system")
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine lets nobody mount")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


async def test_a_full_disk_beside_a_database_that_is_away(database: URL, small_disk: Path) -> None:
    """Memory holds what it may, the oldest go, counted; everything else is in the database."""
    async with FaultProxy(database.port or 5432) as proxy:
        app, monitoring = application(
            database.set(port=proxy.port), small_disk, HOLDFAST_BUFFER_EVENTS=str(CAPACITY)
        )
        async with asking(app) as client:
            traffic = Traffic(monitoring, client, 1_000)
            await traffic.flow(0.3)
            await proxy.refuse()
            await traffic.flow(4.0)
            full = monitoring.record.status()
            _fill(small_disk / "ballast")
            await proxy.listen()
            await traffic.settled()
            status = monitoring.record.status()
    emitted = traffic.calls + traffic.requests
    assert (full.status, full.spooled > 0) == ("failing", True)
    assert "No space left" in (full.last_error or "") or full.dropped
    assert set(status.dropped) == {"buffer_full"}
    assert sum(await kept(database)) == emitted - status.dropped["buffer_full"]
    assert status.written == emitted - status.dropped["buffer_full"]
    assert traffic.p99_seconds < PATIENCE_SECONDS


def _fill(path: Path) -> None:
    with suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4_096)
