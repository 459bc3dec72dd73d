"""What an application says of its own steps: written, read back, and the same as memory says."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import URL

from holdfast.events import CallFinished, Event, Scope, SessionStarted, StepTaken, Verdict
from holdfast.sessions.session import Session
from holdfast.storage.row_store import RowStore
from holdfast.storage.rows import rows_of
from holdfast.storage.sessions import SqlSessionLog
from holdfast.storage.spool_lines import line_of, rows_of_lines
from holdfast.storage.tables import integration_calls
from holdfast.storage.tables_of_meaning import context, validations
from holdfast.storage.writer import SqlEventLog
from tests.conformance.record import NOW, batch, call, completed, opened, rows, started
from tests.sessions.followed import followed

pytestmark = pytest.mark.real_time

GOOD = Verdict("pass", "", "relevance", 0.9)
POOR = Verdict("warn", "about the weather, says ann@example.com", "editor", 0.25)
WRONG = Verdict("fail", "no answer", "editor")


def step(at: float, verdict: Verdict | None, name: str = "guidance", **changes: Any) -> StepTaken:
    """A block that ended; one that was rejected has failed."""
    outcome = "failed" if verdict and verdict.judgement == "fail" else "succeeded"
    values: dict[str, Any] = {"outcome": outcome, **changes}
    return StepTaken(Scope("s", None, name), at, duration_ms=5.0, verdict=verdict, **values)


RETAKEN = (step(NOW + 2, WRONG), call(NOW + 3, "s", step="guidance", verdict=GOOD))
STORIES: dict[str, Sequence[Event]] = {
    "one word": [call(NOW + 1, "s", step="guidance", verdict=GOOD), step(NOW + 2, POOR)],
    "no call": [step(NOW + 2, WRONG), step(NOW + 3, GOOD, "chart")],
    "late call": RETAKEN,
    "cancelled": [*RETAKEN, step(NOW + 4, None, outcome="cancelled")],
    "taken again": [*RETAKEN, step(NOW + 4, None)],
    "judged again": [*RETAKEN, step(NOW + 4, POOR), step(NOW + 5, POOR, "chart")],
    "rescued": [call(NOW + 1, "s", step="guidance", outcome="failed"), step(NOW + 2, POOR)],
    "broke": [step(NOW + 2, GOOD, outcome="failed", error="KeyError")],
}


def _said(session: Session | None) -> dict[str, Any]:
    assert session is not None
    return {
        "own": session.own_verdicts, "results": session.validation_results,
        "overall": session.overall_status, "issues": session.issues_found,
        "quality": session.quality_score, "steps": session.step_count,
    }  # fmt: skip


async def test_record_and_memory_say_the_same(database: URL) -> None:
    """Of every story: what stands, how the step and the session went, what it was worth."""
    async with opened(database) as engine:
        log, found = SqlEventLog(engine, "a"), {}
        for number, (name, story) in enumerate(STORIES.items()):
            session_id = f"s{number}"
            told = [_of(session_id, event) for event in (started("s"), *story)]
            end = completed(session_id, NOW + 9)
            await log.append(batch(*told, first=100 * number))
            running = await SqlSessionLog(engine).find(session_id)
            assert running is not None
            assert running.own_verdicts == followed(*story).own_verdicts, name
            await log.append(batch(*told, end, first=100 * number))  # and twice is once
            found[name] = _said(await SqlSessionLog(engine).find(session_id))
    expected = {
        name: _said(followed(started("s"), *story, completed("s", NOW + 9)))
        for name, story in STORIES.items()
    }
    assert found == expected
    assert [one["overall"] for one in found.values()] == [
        "success", "partial", "failed", "failed", "success", "success", "success", "failed",
    ]  # fmt: skip


def _of(session_id: str, event: Event) -> Event:
    """*event*, of another session."""
    if isinstance(event, CallFinished):
        scope = replace(event.origin.scope, session_id=session_id)
        return replace(event, origin=replace(event.origin, scope=scope))
    if isinstance(event, StepTaken):
        return replace(event, scope=replace(event.scope, session_id=session_id))
    assert isinstance(event, SessionStarted)
    return replace(event, session_id=session_id)


async def test_the_steps_row_has_the_word_and_the_calls_rows_have_theirs(database: URL) -> None:
    """As columns for queries; redacted; and no integration is blamed for it."""
    async with opened(database) as engine:
        await SqlEventLog(engine, "a").append(batch(*STORIES["one word"], step(NOW + 3, None)))
        judged, not_judged = await rows(engine, context)
        [called] = await rows(engine, integration_calls)
        [validated] = await rows(engine, validations)
        steps = await SqlSessionLog(engine).steps("s")
    names = ("verdict", "score", "reason", "method")
    assert [judged[name] for name in names] == [
        "warn", 0.25, "about the weather, says [email]", "editor",
    ]  # fmt: skip
    assert [not_judged[name] for name in names] == [None] * 4
    assert [called[name] for name in names] == ["pass", 0.9, None, "relevance"]
    assert (validated["integration_name"], validated["status"]) == ("openai", "success")
    assert [one.verdict for one in steps] == [
        Verdict("warn", "about the weather, says [email]", "editor", 0.25), None,
    ]  # fmt: skip


async def test_a_word_that_waited_on_disk_counts_once(database: URL) -> None:
    """A line of the spool says as much; one of an earlier release says nothing of verdicts."""
    line = line_of(rows_of(batch(started("s"), step(NOW + 1, WRONG)), "a"))
    old = rows_of(batch(step(NOW + 2, None, "chart"), first=9), "a")
    for name in ("verdict", "score", "reason", "method"):
        del old.tables[context.name][0][name]
    async with opened(database) as engine:
        for _ in range(2):
            await RowStore(engine).write(rows_of_lines([line, line_of(old)]), again=True)
        found = await SqlSessionLog(engine).find("s")
    assert found is not None
    assert ([one.verdict for one in found.own_verdicts], found.issues_found) == (["fail"], 1)
