"""What applications tell of their journeys, written and read back on every database."""

import asyncio

import pytest
from sqlalchemy import URL

from holdfast.clock import Clock
from holdfast.events import (
    ContextLost,
    Event,
    IssueFound,
    Scope,
    SessionEnded,
    SessionStarted,
    StepTaken,
    Usage,
    Verdict,
)
from holdfast.sessions.boundary import Boundaries
from holdfast.sessions.context_flow import passages
from holdfast.sessions.flow import flow
from holdfast.sessions.journey import Journeys
from holdfast.sessions.losses import Loss
from holdfast.sessions.session import SessionFilter
from holdfast.storage.sessions import SqlSessionLog
from holdfast.storage.tables_of_meaning import context, issues
from holdfast.storage.writer import SqlEventLog
from tests.conformance.record import NOW, batch, call, completed, opened, rows, started

pytestmark = pytest.mark.real_time


class Worker:
    """A process of its own: its journeys, and a log that writes what they told."""

    def __init__(self, engine: object, name: str, at: float) -> None:
        self.events: list[Event] = []
        self.at = at
        self.journeys = Journeys(self.events.append, Clock(lambda: self.at, lambda: self.at))
        self._log = SqlEventLog(engine, name)  # type: ignore[arg-type]

    async def write(self) -> None:
        """Have the record keep what was told."""
        await self._log.append(batch(*self.events))


async def test_a_journey_over_two_workers_is_judged_from_the_record(database: URL) -> None:
    """The first worker's context is known to who looks later; what did not arrive is found once."""
    async with opened(database) as engine:
        one, other, log = (
            Worker(engine, "a", NOW),
            Worker(engine, "b", NOW + 5),
            SqlSessionLog(engine),
        )
        one.journeys.start("s", user_id="u")
        with one.journeys.step("chart", {"question": "when?", "birth": {"time": "noon"}}) as step:
            step.gives(chart="round")
        flow.set(None)  # the next request comes to somebody else
        boundaries = Boundaries()
        wanted = {"question": "whe", "birth": {"place": "here"}, "chart": "round"}
        with other.journeys.session("s"):
            flow.set(None)
            with other.journeys.step("answer", wanted, requires=["chart"]):
                pass
        for event in other.events:
            boundaries(event)
        await one.write()
        await other.write()
        found = await boundaries.judge(NOW + 60, log.steps)
        again = await boundaries.judge(NOW + 60, log.steps)
        steps = await log.steps("s")
    assert found == [
        ContextLost("s", NOW + 5, "answer", "birth.time", "lost", "chart"),
        ContextLost("s", NOW + 5, "answer", "question", "truncated", "chart"),
    ]
    assert (again, boundaries.unjudged) == ([], 0)
    assert [(one.step, one.outcome) for one in steps] == [
        ("chart", "succeeded"), ("answer", "succeeded"),
    ]  # fmt: skip
    assert [one.lost for one in passages(steps)] == [
        (),
        (Loss("birth.time", "lost", "chart"), Loss("question", "truncated", "chart")),
    ]


async def test_nothing_private_is_kept(database: URL) -> None:
    """Neither by name nor by what it looks like, nor as a digest one could try words against."""
    async with opened(database) as engine:
        one = Worker(engine, "a", NOW)
        secret = {"password": "sesame", "note": "write to ann@example.com", "audio": b"\0" * 9}
        with one.journeys.session("s"), one.journeys.step("ask", secret):
            pass
        await one.write()
        [row] = await rows(engine, context)
    entered = row["context_data"]["entered"]
    assert entered["password"] == ["text", 0, "", "[redacted]"]
    assert entered["note"][3] == "write to [email]"
    assert (entered["audio"][1], entered["audio"][3]) == (9, "")
    assert "sesame" not in str(row)


async def test_issues_count_once_however_often_they_are_written(database: URL) -> None:
    """A critical one makes the session a failed one; a replay changes nothing."""
    told = batch(
        started("s", NOW),
        call(NOW + 1, "s", step="chart", verdict=Verdict("warn", "thin"), total_ms=6_000.0,
             usage=Usage("tokens", 10, cost_usd=0.25)),
        ContextLost("s", NOW + 2, "answer", "birth", "lost", "chart"),
        IssueFound(Scope("s"), NOW + 3, "refund", "critical", "refunded twice", "lost money"),
        completed("s", NOW + 4),
    )  # fmt: skip
    async with opened(database) as engine:
        log = SqlEventLog(engine, "a")
        await log.append(told)
        await log.append(told)
        found = await SqlSessionLog(engine).find("s")
        kept = await rows(engine, issues)
    assert found is not None
    assert (found.step_count, found.issues_found, found.overall_status) == (1, 3, "failed")
    assert (found.performance_score, found.quality_score, found.cost_usd) == (80.0, 50.0, 0.25)
    assert [(row["issue_type"], row["description"]) for row in kept] == [
        ("context_lost", "birth is lost in answer; chart still had it"),
        ("refund", "refunded twice"),
    ]


async def test_a_step_is_as_good_as_the_code_around_its_calls(database: URL) -> None:
    """The call went well, what was made of it did not; who left says nothing."""
    async with opened(database) as engine:
        await SqlEventLog(engine, "a").append(
            batch(
                call(NOW, "s", step="chart"),
                StepTaken(Scope("s", step="chart"), NOW + 1, "failed", 5.0, "KeyError"),
                StepTaken(Scope("s", step="voice"), NOW + 2, "succeeded", 5.0),
                StepTaken(Scope("s", step="voice"), NOW + 3, "cancelled", 5.0),
                completed("s", NOW + 4),
            )
        )
        found = await SqlSessionLog(engine).find("s")
    assert found is not None
    assert found.overall_status == "partial"


async def test_idle_sessions_end_once_however_many_look(database: URL) -> None:
    """As of when they were last seen; also those of a process that is gone; late sights reopen."""
    async with opened(database) as engine:
        writer, log = SqlEventLog(engine, "a"), SqlSessionLog(engine)
        await writer.append(
            batch(*(started(f"s{n}", NOW + n) for n in range(6)), completed("s0", NOW + 9))
        )
        found = await asyncio.gather(*(log.end_idle(NOW + 5) for _ in range(4)))
        taken = sorted((end for some in found for end in some), key=lambda end: end.session_id)
        assert taken == [SessionEnded(f"s{n}", NOW + n, "timed_out") for n in range(1, 5)]
        await writer.append(batch(*taken, call(NOW + 3.5, "s3"), first=7))
        timed_out = SessionFilter("timed_out")
        page = await log.page(limit=9, which=timed_out)
        assert [one.session_id for one in page.sessions] == ["s4", "s2", "s1"]
        assert [one.duration_ms for one in page.sessions] == [0.0, 0.0, 0.0]
        reopened = await log.find("s3")
    assert reopened is not None
    assert (reopened.status, reopened.completed_at) == ("active", None)


async def test_sessions_are_filtered(database: URL) -> None:
    """By who, what for and how they went."""
    async with opened(database) as engine:
        log = SqlSessionLog(engine)
        await SqlEventLog(engine, "a").append(
            batch(
                SessionStarted("a", NOW, "u-1", "guidance"),
                SessionStarted("b", NOW, "u-2", "chat"),
                completed("b", NOW + 1),
            )
        )  # fmt: skip
        asked = (
            SessionFilter(service_type="guidance"), SessionFilter(user_id="u-2"),
            SessionFilter(overall_status="success"), SessionFilter(user_id="u-3"),
        )  # fmt: skip
        pages = [await log.page(limit=5, which=which) for which in asked]
    assert [[one.session_id for one in page.sessions] for page in pages] == [
        ["a"],
        ["b"],
        ["b"],
        [],
    ]
