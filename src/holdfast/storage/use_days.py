"""What was used, by day: summing up the days that are over."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from holdfast.clock import stamp
from holdfast.storage.business_days import DAY_SECONDS
from holdfast.storage.dialects import insert_into
from holdfast.storage.tables import api_calls
from holdfast.storage.tables_of_watch import api_use

_DAYS_BACK = 3
"""Requests may come late: what waited on disk while the database was away."""

_COUNTS = ("requests", "failed", "users", "total_ms")


async def sum_up_use(engine: AsyncEngine, now: float) -> int:
    """Sum up the days that are over at *now* (Unix time), oldest first; how many sums there are.

    The last days again, for what came late; those before only if they never were.
    """
    today = int(now) // DAY_SECONDS * DAY_SECONDS
    async with engine.connect() as connection:
        summed = await connection.scalar(select(func.max(api_use.c.day)))
        oldest = await connection.scalar(select(func.min(api_calls.c.at)))
    last = start_of(oldest or stamp(now)) if summed is None else start_of(summed) + DAY_SECONDS
    count = 0
    for day in range(min(last, today - _DAYS_BACK * DAY_SECONDS), today, DAY_SECONDS):
        count += await _sum_up(engine, day)
    return count


async def _sum_up(engine: AsyncEngine, day: int) -> int:
    async with engine.connect() as connection:
        query = counted().where(*within(api_calls.c.at, day, day + DAY_SECONDS))
        rows = [dict(row) for row in (await connection.execute(query)).mappings()]
    if rows:
        async with engine.begin() as connection:
            insert = insert_into(connection, api_use)
            new, keys = insert.excluded, [column.name for column in api_use.primary_key.columns]
            write = insert.on_conflict_do_update(
                index_elements=keys, set_={name: new[name] for name in _COUNTS},
                # What a size cap took away in the meantime was counted before.
                where=new.requests >= api_use.c.requests,
            )  # fmt: skip
            await connection.execute(write, [{**row, "day": stamp(day)} for row in rows])
    return len(rows)


def counted(*day: ColumnElement[Any]) -> Select[Any]:
    """Requests by endpoint and type of user, and by *day* where that is given."""
    mine = api_calls.c
    known = case((mine.user_id.is_(None), "anonymous"), else_="known")
    user_type = func.coalesce(mine.user_type, known)
    counts = (
        func.count().label("requests"),
        func.sum(case((mine.outcome == "failed", 1), else_=0)).label("failed"),
        func.count(mine.user_id.distinct()).label("users"),
        func.sum(mine.response_time).label("total_ms"),
    )
    columns = (*day, mine.endpoint, user_type.label("user_type"), *counts)
    return select(*columns).group_by(*day, mine.endpoint, user_type)


def within(
    column: ColumnElement[Any], since: float | None, until: float | None
) -> list[ColumnElement[bool]]:
    """From *since* up to, not including, *until*; Unix seconds, None is unbounded."""
    found = [] if since is None else [column >= stamp(since)]
    return found if until is None else [*found, column < stamp(until)]


def start_of(at: datetime) -> int:
    """When the day (UTC) of *at* began, Unix seconds."""
    return int(at.timestamp()) // DAY_SECONDS * DAY_SECONDS
