"""What an operator did is on a disk before he is answered."""

import sqlite3
from pathlib import Path

import pytest
from httpx2 import Response

from holdfast.api.recorded import HEADER
from tests.api.host import asking, mounted
from tests.api.host import call as call_made

pytestmark = pytest.mark.real_time

FAULTS = "/monitoring/api/faults"
ORDER = {"kind": "error", "integration": "openai"}
NOWHERE = "postgresql://nobody@127.0.0.1:1/x"


def _trail(folder: Path) -> list[str]:
    """What another process reads at once: nothing is flushed for it."""
    [file] = folder.glob("*.db")
    with sqlite3.connect(file) as database:
        return [row[0] for row in database.execute("SELECT action FROM holdfast_audit ORDER BY at")]


async def test_an_action_is_in_the_trail_when_its_answer_comes(tmp_path: Path) -> None:
    """Faults started and ended, and counts begun anew."""
    app, monitoring = mounted(tmp_path, HOLDFAST_FAULTS="on")
    expected: list[str] = []
    async with asking(app) as client:
        call_made(monitoring)

        def told(answer: Response, *actions: str) -> None:
            assert (answer.is_success, answer.headers[HEADER]) == (True, "true")
            expected.extend(actions)
            assert _trail(tmp_path) == expected

        told(await client.put(f"{FAULTS}/drill", json=ORDER), "start_fault:drill")
        told(await client.delete(f"{FAULTS}/drill"), "stop_fault:drill")
        told(await client.put(f"{FAULTS}/other", json=ORDER), "start_fault:other")
        told(await client.delete(FAULTS), "stop_fault:other")
        told(await client.post("/health/reset", params={"service": "openai"}), "reset_metrics")
        told(await client.post("/health/reset"), "reset_metrics")


async def test_the_answer_says_whether_it_is(tmp_path: Path) -> None:
    """The spool is a disk, too; without it the action is taken all the same."""
    for is_writable in (True, False):
        folder = tmp_path / str(is_writable)
        folder.mkdir()
        if not is_writable:
            (folder / "spool").write_text("a file where a folder should be")
        app, _ = mounted(folder, HOLDFAST_FAULTS="on", DATABASE_URL=NOWHERE)
        async with asking(app) as client:
            answer = await client.put(f"{FAULTS}/drill", json=ORDER)
            running = (await client.get(FAULTS)).json()["faults"]
        assert answer.headers[HEADER] == str(is_writable).lower()
        assert [one["name"] for one in running] == ["drill"]
