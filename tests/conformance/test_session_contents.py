"""What a session came with and what was found of its answers: on its row, as queries read it."""

import json
from typing import Any

import pytest
from sqlalchemy import URL, select, text

from holdfast.clock import Clock
from holdfast.events import AnswerJudged, Event, Origin, Scope, Verdict
from holdfast.sessions.journey import Journeys
from holdfast.sessions.tracker import Sessions
from holdfast.storage.row_store import RowStore
from holdfast.storage.rows import rows_of
from holdfast.storage.sessions import SqlSessionLog
from holdfast.storage.spool_lines import line_of, rows_of_lines
from holdfast.storage.tables import sessions
from holdfast.storage.writer import SqlEventLog
from tests.conformance.record import NOW, batch, call, completed, opened, started

pytestmark = pytest.mark.real_time

POOR = Verdict("warn", "about the weather", "relevance", 0.4)
GOOD = Verdict("pass", "", "relevance", 0.9)


def _told(**user_context: Any) -> Event:
    told: list[Event] = []
    journeys = Journeys(told.append, Clock(lambda: 0.0, lambda: NOW))
    with journeys.session("s", user_id="maria", completes=False, user_context=user_context):
        pass
    return told[0]


async def test_what_the_application_said_of_a_session_is_on_its_row(database: URL) -> None:
    """The first word of it stays; what is private never gets there."""
    said = _told(
        question="Ring me at +49 170 1234567",
        language="de",
        birth={"year": 1990, "time": None},
        password="hunter2",
        photo=b"12345",
        paid=True,
    )
    kept = {
        "question": "Ring me at [phone]",
        "language": "de",
        "birth.year": 1990,
        "password": "[redacted]",
        "photo": "<5 bytes>",
        "paid": True,
    }
    query = text("SELECT user_context FROM validation_sessions WHERE session_id = 's'")
    async with opened(database) as engine:
        await SqlEventLog(engine, "a").append(batch(call(NOW, "s"), said, _told(language="en")))
        async with engine.connect() as connection:
            shown = await connection.scalar(query)
        found = await SqlSessionLog(engine).find("s")
    assert (json.loads(shown) if isinstance(shown, str) else shown) == kept
    assert found is not None
    assert found.user_context == kept


async def test_a_context_of_any_size_is_bounded() -> None:
    """Fifty fields of two hundred characters, whatever the application gives."""
    said: Any = _told(**{f"field_{number}": "long " * 1_000 for number in range(300)})
    assert len(said.user_context) == 50
    assert max(map(len, said.user_context.values())) <= 200


async def test_the_last_verdict_on_each_step_is_on_its_row(database: URL) -> None:
    """Once the session is over; memory says the same while it goes on."""
    origin = Origin("openai", "chat", 2, Scope("s", None, "chart"))
    events = (
        started("s"), call(NOW + 1, "s", step="guidance", verdict=GOOD),
        AnswerJudged(origin, NOW + 2, POOR), call(NOW + 2, "s", step="chart", verdict=POOR),
        call(NOW + 3, "s", step="voice"), completed("s", NOW + 4),
    )  # fmt: skip
    tracker = Sessions()
    for event in events:
        tracker(event)
    one = {"integration": "openai", "operation": "chat", "method": "relevance"}
    expected = {
        "guidance": {**one, "status": "success", "score": 0.9, "reason": None},
        "chart": {**one, "status": "warning", "score": 0.4, "reason": "about the weather"},
    }
    async with opened(database) as engine:
        log = SqlEventLog(engine, "a")
        await log.append(batch(*events[:-1]))
        async with engine.connect() as connection:
            running = await connection.scalar(select(sessions.c.validation_results))
        await log.append(batch(events[-1], first=len(events)))
        found = await SqlSessionLog(engine).find("s")
    live = tracker.find("s")
    assert running is None
    assert found is not None
    assert live is not None
    assert found.validation_results == live.validation_results == expected


async def test_what_waited_on_disk_has_its_context_too(database: URL) -> None:
    """A line of the spool says as much as the event did."""
    line = line_of(rows_of(batch(_told(language="de"), completed("s", NOW + 1)), "a"))
    async with opened(database) as engine:
        await RowStore(engine).write(rows_of_lines([line]), again=True)
        found = await SqlSessionLog(engine).find("s")
    assert found is not None
    assert (found.user_context, found.validation_results) == ({"language": "de"}, None)
