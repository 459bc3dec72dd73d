"""Sessions come from the record, and from memory with a word about it when that is away."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from holdfast.api import sessions
from holdfast.app.monitoring import Monitoring
from holdfast.events import SessionEnded, SessionStarted
from tests.api.host import asking, call, mounted, until

pytestmark = pytest.mark.real_time

PATH = "/monitoring/api/sessions"


async def _get(app: FastAPI, path: str = PATH, **params: Any) -> tuple[int, Any]:
    async with asking(app) as client:
        answer = await client.get(path, params=params)
    return answer.status_code, answer.json()


class Log:
    """A record that answers, hangs or breaks."""

    def __init__(self, fate: Exception | None = None) -> None:
        self.fate = fate

    async def page(self, **_: object) -> Any:
        """As `SessionLog.page`."""
        return await self.find("")

    async def find(self, session_id: str) -> Any:
        """As `SessionLog.find`."""
        if self.fate is None:
            await asyncio.Event().wait()
        raise self.fate or AssertionError


def _remember(monitoring: Monitoring) -> None:
    for number, session_id in enumerate("abc"):
        monitoring.sessions(SessionStarted(session_id, 100.0 + number, None, None))
    monitoring.sessions(SessionEnded("a", 200.0, "completed"))


async def _with_log(
    app: FastAPI, monitoring: Monitoring, log: Any, path: str, **params: Any
) -> Any:
    async with asking(app) as client:
        await until(lambda: monitoring.record.status().status == "ok")
        monitoring.record.sessions = log
        answer = await client.get(path, params=params)
    return answer.status_code, answer.json()


async def test_pages_follow_each_other(tmp_path: Path) -> None:
    """The latest start first, through the record, until there is no next."""
    app, monitoring = mounted(tmp_path)
    now = monitoring.clock.wall()  # of 1970 they would be forgotten between two pages
    for number in range(5):
        monitoring.emit(SessionStarted(f"s{number}", now + number, None, None))
    async with asking(app) as client:
        await until(lambda: monitoring.record.status().written == 5)
        found: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            params = {"limit": "2", **({"cursor": cursor} if cursor else {})}
            page = (await client.get(PATH, params=params)).json()
            found += [one["session_id"] for one in page["sessions"]]
            cursor = page["next_cursor"]
    assert found == ["s4", "s3", "s2", "s1", "s0"]


async def test_a_cursor_of_somebody_else_is_a_problem(tmp_path: Path) -> None:
    """422 with the way out."""
    app, monitoring = mounted(tmp_path)
    status, problem = await _with_log(
        app, monitoring, Log(ValueError("cursor 'x' is not one of ours")), PATH, cursor="x"
    )
    assert (status, problem["detail"]) == (422, "cursor 'x' is not one of ours")


@pytest.mark.parametrize(
    ("log", "why"),
    [
        (None, "there is no record: memory only"),
        (Log(OSError("disk full")), "the record does not answer (OSError): memory only"),
        (Log(), "the record does not answer (TimeoutError): memory only"),
    ],
)
async def test_memory_answers_for_a_record_that_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log: Log | None, why: str
) -> None:
    """Also the latest start first, and it says that there may be more."""
    monkeypatch.setattr(sessions, "_PATIENCE_SECONDS", 0.05)
    app, monitoring = mounted(tmp_path)
    _remember(monitoring)
    call(monitoring, session_id="a", at=300.0)  # seen last, started first
    status, page = await _with_log(app, monitoring, log, PATH, limit=2)
    assert status == 200
    assert [one["session_id"] for one in page["sessions"]] == ["c", "b"]
    assert (page["source"], page["partial"], page["next_cursor"]) == ("memory", why, None)


async def test_memory_knows_the_status_too(tmp_path: Path) -> None:
    """A filter filters wherever the sessions come from."""
    app, monitoring = mounted(tmp_path)
    _remember(monitoring)
    _, page = await _with_log(app, monitoring, None, PATH, status="completed")
    assert [one["session_id"] for one in page["sessions"]] == ["a"]


@pytest.mark.parametrize(
    ("log", "status", "detail"),
    [
        (None, 404, "no session 'nope'"),
        (Log(OSError()), 503, "the record does not answer (OSError), and memory does not hold it"),
    ],
)
async def test_one_session_that_nobody_holds(
    tmp_path: Path, log: Log | None, status: int, detail: str
) -> None:
    """Not there is another thing than not known."""
    app, monitoring = mounted(tmp_path)
    found = await _with_log(app, monitoring, log, f"{PATH}/nope")
    assert (found[0], found[1]["detail"]) == (status, detail)


async def test_one_session_in_memory_needs_no_record(tmp_path: Path) -> None:
    """With all the steps that are held; the list shows the last twelve."""
    app, monitoring = mounted(tmp_path)
    for number in range(30):
        call(monitoring, session_id="s", operation=f"op{number}")
    status, found = await _with_log(app, monitoring, Log(OSError()), f"{PATH}/s")
    _, page = await _get(app)
    assert (status, len(found["steps"]), found["user"]) == (200, 30, None)
    assert [len(one["steps"]) for one in page["sessions"]] == [12]


async def test_what_memory_saw_later_is_fresher(tmp_path: Path) -> None:
    """The record is a moment behind; a session it shows is as memory knows it."""
    app, monitoring = mounted(tmp_path)
    call(monitoring, session_id="s")
    async with asking(app) as client:
        await until(lambda: monitoring.record.status().written == 1)
        monitoring.sessions(SessionEnded("s", monitoring.clock.wall(), "completed"))
        [shown] = (await client.get(PATH)).json()["sessions"]
    assert (shown["status"], shown["overall_status"]) == ("completed", "success")
