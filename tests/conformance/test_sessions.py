"""Sessions put together from batches, and looked up through every `SessionLog`."""

from typing import get_args

import pytest
from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from holdfast.events import Event, Judgement, Outcome, Verdict
from holdfast.sessions.session import Session, SessionFilter
from holdfast.storage.sessions import SqlSessionLog
from holdfast.storage.tables import sessions
from holdfast.storage.writer import SqlEventLog
from tests.conformance.record import (
    NOW,
    batch,
    call,
    completed,
    opened,
    request,
    rows,
    started,
    timed_out,
)

pytestmark = pytest.mark.real_time


async def _write(engine: AsyncEngine, *batches: list[Event]) -> None:
    log, first = SqlEventLog(engine, "host-1"), 0
    for events in batches:
        await log.append(batch(*events, first=first))
        first += len(events)


async def _found(engine: AsyncEngine, session_id: str = "s") -> Session:
    session = await SqlSessionLog(engine).find(session_id)
    assert session is not None
    return session


async def test_a_session_is_put_together_across_batches(database: URL) -> None:
    """Start, steps and end come in batches of their own and make one session."""
    chart = call(NOW + 1, "s", step="chart")
    failed = call(NOW + 2, "s", step="guidance", outcome="failed", error="TimedOut", reason="slow")
    healed = call(NOW + 4, "s", step="guidance")
    async with opened(database) as engine:
        await _write(engine, [started("s")], [chart, failed], [healed, completed("s", NOW + 5)])
        session = await _found(engine)
    assert (session.status, session.overall_status) == ("completed", "success")
    assert (session.user_id, session.service_type) == ("somebody", "guidance")
    assert (session.started_at, session.last_seen_at) == (NOW, NOW + 5)
    assert (session.completed_at, session.duration_ms) == (NOW + 5, 5_000.0)
    assert (session.step_count, session.issues_found) == (3, 1)
    assert [step.step for step in session.steps] == ["chart", "guidance", "guidance"]
    assert (session.steps[1].error, session.steps[1].reason) == ("TimedOut", "slow")


async def test_replayed_batches_count_once(database: URL) -> None:
    """Steps and issues are added when their row lands, not when a batch is repeated."""
    events = batch(call(NOW, "s"), call(NOW + 1, "s", outcome="failed"), request(NOW + 2, "s"))
    async with opened(database) as engine:
        log = SqlEventLog(engine, "host-1")
        for _ in range(3):
            await log.append(events)
        session = await _found(engine)
    assert (session.step_count, session.issues_found) == (2, 1)


async def test_a_batch_replayed_in_part_counts_what_is_new(database: URL) -> None:
    """Half a batch may have been kept under its numbers before the whole comes again."""
    events = [call(NOW + n, "s") for n in range(10)]
    async with opened(database) as engine:
        log = SqlEventLog(engine, "host-1")
        await log.append(batch(*events[:4]))
        await log.append(batch(*events))
        assert (await _found(engine)).step_count == 10


async def test_late_events_move_a_session_only_forward(database: URL) -> None:
    """Whatever order batches land in: earliest start, latest sight, completed stays completed."""
    async with opened(database) as engine:
        await _write(
            engine, [completed("s", NOW + 9)], [call(NOW + 8, "s")], [started("s", NOW)],
            [timed_out("s", NOW + 99)], [call(NOW + 3, "s")],
        )  # fmt: skip
        session = await _found(engine)
    assert (session.status, session.completed_at) == ("completed", NOW + 9)
    assert (session.started_at, session.last_seen_at) == (NOW, NOW + 99)
    assert session.overall_status == "success"


async def test_a_session_that_goes_on_after_its_timeout_is_active_again(database: URL) -> None:
    """A user who comes back after the timeout continues; a late row from before does not."""
    async with opened(database) as engine:
        await _write(engine, [started("s")], [timed_out("s", NOW + 60)], [call(NOW + 30, "s")])
        assert (await _found(engine)).status == "timed_out"
        await _write(engine, [], [request(NOW + 90, "s")])
        session = await _found(engine)
    assert (session.status, session.overall_status) == ("active", "running")
    assert session.completed_at is None


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([], "success"),
        ([("a", "succeeded"), ("b", "succeeded")], "success"),
        ([("a", "failed"), ("a", "succeeded")], "success"),
        ([("a", "succeeded"), ("a", "failed")], "failed"),
        ([("a", "succeeded"), ("b", "refused")], "partial"),
        ([("a", "failed"), ("b", "refused")], "failed"),
    ],
)
async def test_a_session_is_summed_up_by_how_its_steps_ended(
    database: URL, outcomes: list[tuple[str, Outcome]], expected: str
) -> None:
    """What counts is each step's last try; the row and the lookup say the same."""
    steps = [call(NOW + n, "s", step=s, outcome=o) for n, (s, o) in enumerate(outcomes)]
    async with opened(database) as engine:
        await _write(engine, [started("s")], [*steps], [completed("s", NOW + 50)])
        [row], session = await rows(engine, sessions), await _found(engine)
    assert row["overall_status"] == session.overall_status == expected
    assert row["duration_ms"] == 50_000.0


async def test_what_is_counted_as_an_issue_is_what_a_step_calls_one(database: URL) -> None:
    """`issues_found` equals the number of steps that say so, for every outcome and verdict."""
    judgements: list[Judgement | None] = [None, *get_args(Judgement)]
    verdicts = [None if judgement is None else Verdict(judgement) for judgement in judgements]
    every = [(outcome, verdict) for outcome in get_args(Outcome) for verdict in verdicts]
    steps = [call(NOW + n, "s", outcome=o, verdict=v) for n, (o, v) in enumerate(every)]
    async with opened(database) as engine:
        await _write(engine, [*steps])
        session = await _found(engine)
    assert session.step_count == len(every)
    assert session.issues_found == sum(step.is_issue for step in session.steps) > 0


async def test_pages_are_stable_while_sessions_arrive(database: URL) -> None:
    """Following the cursors shows each session once, though newer ones come in between."""
    async with opened(database) as engine:
        log = SqlSessionLog(engine)
        await _write(engine, [started(f"s{n:02}", NOW + n // 3) for n in range(20)])
        seen, cursor = [], None
        while True:
            page = await log.page(limit=3, cursor=cursor)
            seen += [session.session_id for session in page.sessions]
            await SqlEventLog(engine, f"host-{len(seen)}").append(
                batch(started(f"new{len(seen)}", NOW + 1_000))
            )
            cursor = page.next_cursor
            if cursor is None:
                break
    assert seen == [f"s{n:02}" for n in reversed(range(20))]


async def test_a_page_can_show_one_status_only(database: URL) -> None:
    """The filter is part of the query: a page is full as long as there are enough."""
    async with opened(database) as engine:
        ended = [completed(f"s{n}", NOW + n + 50) for n in range(0, 10, 2)]
        await _write(engine, [started(f"s{n}", NOW + n) for n in range(10)], [*ended])
        page = await SqlSessionLog(engine).page(limit=5, which=SessionFilter("completed"))
    assert [session.session_id for session in page.sessions] == ["s8", "s6", "s4", "s2", "s0"]
    assert page.next_cursor is None


@pytest.mark.parametrize("cursor", ["", "x", "bnVsbA", "WzEsIDJd", "ÿ", "W10", "WyJ4IiwgInkiXQ"])
async def test_a_foreign_cursor_is_refused(database: URL, cursor: str) -> None:
    """A cursor that we did not make is the caller's mistake, named as such."""
    async with opened(database) as engine:
        with pytest.raises(ValueError, match="not one of ours"):
            await SqlSessionLog(engine).page(limit=5, cursor=cursor)


@pytest.mark.parametrize("limit", [0, -1, 501])
async def test_no_page_is_unbounded(database: URL, limit: int) -> None:
    """A page has 1 to 500 sessions."""
    async with opened(database) as engine:
        with pytest.raises(ValueError, match=f"limit is {limit}"):
            await SqlSessionLog(engine).page(limit=limit)


async def test_an_unknown_session_is_none(database: URL) -> None:
    """Nobody knows it: that is an answer, not an error."""
    async with opened(database) as engine:
        assert await SqlSessionLog(engine).find("nobody") is None


async def test_a_long_session_shows_its_last_steps(database: URL) -> None:
    """At most 500 steps are read, the last ones in order; the count is of all."""
    async with opened(database) as engine:
        await _write(engine, [call(NOW + n, "s", step=f"step {n}") for n in range(600)])
        session = await _found(engine)
    assert (session.step_count, len(session.steps)) == (600, 500)
    assert [session.steps[0].step, session.steps[-1].step] == ["step 100", "step 599"]


async def test_ids_of_any_length_stay_apart(database: URL) -> None:
    """Two ids that differ only far behind are two sessions, each found by its own id."""
    first, second = "x" * 5_000 + "1", "x" * 5_000 + "2"
    async with opened(database) as engine:
        await _write(engine, [call(NOW, first), call(NOW + 1, second), call(NOW + 2, second)])
        assert (await _found(engine, first)).step_count == 1
        assert (await _found(engine, second)).step_count == 2
