"""A worker killed in the middle: what it was told is kept is kept, the rest is a moment's."""

import asyncio
import sys
from pathlib import Path

import pytest
from sqlalchemy import URL

from tests.api.host import asking, call
from tests.chaos.traffic import application, kept
from tests.fault_proxy import FaultProxy
from tests.worker_process import unmeasured

pytestmark = pytest.mark.real_time

FLUSH_SECONDS = 0.25
RATE = 1_000


async def _run_and_kill(url: URL, folder: Path, *, until_kept: int, away: FaultProxy | None) -> (
    tuple[int, int]
):  # fmt: skip
    """What the worker had emitted, and what of it it knew to be kept, when it was killed."""
    dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.chaos.worker", str(folder),
        stdout=asyncio.subprocess.PIPE, env={**unmeasured(), "DATABASE_URL": dsn},
    )  # fmt: skip
    assert worker.stdout is not None
    emitted = known = 0
    while known < until_kept:
        line = await worker.stdout.readline()
        assert line, "the worker ended by itself"
        for word, number in _told(line):
            if word == "kept":
                known = number
                if away is not None:
                    await away.refuse()
            emitted = max(emitted, number)
    worker.kill()
    rest = _told(await worker.stdout.read())
    await worker.wait()
    emitted = max([emitted, *(number for _, number in rest)])
    known = max([known, *(number for word, number in rest if word == "kept")])
    return emitted, known


def _told(output: bytes) -> list[tuple[str, int]]:
    """Its own words among the lines of its log."""
    lines = [line.split() for line in output.decode().splitlines()]
    return [(line[0], int(line[1])) for line in lines if len(line) == 2 and line[1].isdigit()]


@pytest.mark.parametrize("is_away", [False, True], ids=["database there", "database away"])
async def test_kill_9_costs_less_than_a_moment(
    database: URL, tmp_path: Path, is_away: bool
) -> None:
    """Nothing that `kept` was answered for is lost; the rest is at most what was in memory."""
    async with FaultProxy(database.port or 5432) as proxy:
        through = database.set(port=proxy.port)
        away = proxy if is_away else None
        emitted, known = await _run_and_kill(through, tmp_path, until_kept=2_000, away=away)
        if is_away:
            assert (await kept(database))[0] < known
            await proxy.listen()
        # The next worker brings what the dead one had on disk.
        app, monitoring = application(through, tmp_path)
        async with asking(app):
            call(monitoring)
            async with asyncio.timeout(60):
                while (await kept(database))[0] < known + 1:
                    await asyncio.sleep(0.1)
            await asyncio.sleep(0.3)
    found = (await kept(database))[0] - 1
    assert known <= found <= emitted
    # One flush interval, and the write that was under way, at the pace it emitted.
    assert emitted - found <= RATE * (FLUSH_SECONDS + 1.0)
