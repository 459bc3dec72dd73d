"""PostgreSQL's days: made ahead, late rows moved in, and dropped whole."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import AsyncEngine

from holdfast.events import Event
from holdfast.storage.all_tables import BY_DAY
from holdfast.storage.partitions import DAYS_AHEAD, days_of, make_ahead
from holdfast.storage.retention import DAY_SECONDS, prune
from holdfast.storage.tables import api_calls, integration_calls, sessions
from holdfast.storage.writer import SqlEventLog
from tests.conformance.record import NOW, batch, call, count, opened, request, rows

pytestmark = [
    pytest.mark.real_time,
    pytest.mark.parametrize("database", ["postgresql"], indirect=True),
]

TODAY = datetime(2027, 1, 15, tzinfo=UTC)


async def _days(engine: AsyncEngine) -> list[datetime]:
    async with engine.connect() as connection:
        return list(await days_of(connection, integration_calls))


async def _plan_of(engine: AsyncEngine, statement: str) -> str:
    async with engine.connect() as connection:
        return "\n".join(await connection.scalars(text(f"EXPLAIN {statement}")))


async def test_days_are_made_ahead_and_late_rows_find_theirs(database: URL) -> None:
    """From yesterday on, and whatever day a late row is of; doing it again changes nothing."""
    late = NOW - 9 * DAY_SECONDS
    async with opened(database) as engine:
        await SqlEventLog(engine, "host-1").append(batch(call(NOW), call(late, "s")))
        before = set(await _days(engine))
        for _ in range(2):
            await make_ahead(engine, NOW)
        near = {TODAY + timedelta(days=n) for n in range(-1, DAYS_AHEAD + 1)}
        assert set(await _days(engine)) - before == near | {TODAY - timedelta(days=9)}
        assert [row["at"].timestamp() for row in await rows(engine, integration_calls)] == [
            late, NOW,
        ]  # fmt: skip
        async with engine.connect() as connection:
            rest = "SELECT count(*) FROM monitoring_integration_calls_rest"
            assert await connection.scalar(text(rest)) == 0
        await SqlEventLog(engine, "host-2").append(batch(call(late)))
        assert await count(engine, integration_calls) == 3


async def test_a_day_that_is_over_is_dropped(database: URL) -> None:
    """Its partitions go whole; younger days, and the rows of other tables, stay as they should."""
    async with opened(database) as engine:
        events: list[Event] = []
        for days in (31, 30, 0):
            at = NOW - days * DAY_SECONDS
            events += [call(at, f"s{days}"), request(at)]
        await SqlEventLog(engine, "host-1").append(batch(*events))
        await make_ahead(engine, NOW)
        pruned = await prune(engine, NOW, keep_days=30)
        old = f"{TODAY - timedelta(days=31):%Y%m%d}"
        assert sorted(name for name in pruned.days if name.endswith(old)) == [
            f"monitoring_api_calls_{old}", f"monitoring_integration_calls_{old}",
        ]  # fmt: skip
        assert (await count(engine, integration_calls), await count(engine, api_calls)) == (2, 2)
        assert [row["session_id"] for row in await rows(engine, sessions)] == ["s0", "s30"]


async def test_late_rows_are_forgotten_too(database: URL) -> None:
    """A row of a day that has no partition any more is deleted where it landed."""
    async with opened(database) as engine:
        await SqlEventLog(engine, "host-1").append(batch(request(NOW - 99 * DAY_SECONDS)))
        assert (await prune(engine, NOW, keep_days=30)).rows["monitoring_api_calls"] == 1


async def test_a_query_of_one_day_reads_one_day(database: URL) -> None:
    """The planner leaves the others out, and uses the index in the one."""
    async with opened(database) as engine:
        await make_ahead(engine, NOW)
        for table in BY_DAY:
            time = next(iter(table.primary_key.columns)).name
            day = f"{time} >= '2027-01-15' AND {time} < '2027-01-16'"
            plan = await _plan_of(engine, f"SELECT * FROM {table.name} WHERE {day}")  # noqa: S608
            assert plan.count(f"on {table.name}_2027") == 1, plan
