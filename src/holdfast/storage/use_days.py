"""What was used, by day: sums of the days that are over, and the requests of the others."""

from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from holdfast.clock import stamp
from holdfast.storage.business_days import DAY_SECONDS
from holdfast.storage.dialects import insert_into
from holdfast.storage.tables import api_calls
from holdfast.storage.tables_of_watch import api_use
from holdfast.trends.history import Between, Use

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
    last = _start(oldest or stamp(now)) if summed is None else _start(summed) + DAY_SECONDS
    count = 0
    for day in range(min(last, today - _DAYS_BACK * DAY_SECONDS), today, DAY_SECONDS):
        count += await _sum_up(engine, day)
    return count


async def use_of(engine: AsyncEngine, between: Between, limit: int) -> list[Use]:
    """As `History.use` asks."""
    async with engine.connect() as connection:
        summed = await connection.scalar(select(func.max(api_use.c.day)))
        rest = _start(summed) + DAY_SECONDS if summed else None
        fresh = await _fresh(connection, between, rest, limit)
        sums = await _summed(connection, between, limit)
    return [_use(row) for row in (*fresh, *sums)][:limit]


async def _sum_up(engine: AsyncEngine, day: int) -> int:
    async with engine.connect() as connection:
        query = _counted().where(*_within(api_calls.c.at, day, day + DAY_SECONDS))
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


async def _fresh(
    connection: AsyncConnection, between: Between, rest: int | None, limit: int
) -> list[RowMapping]:
    mine, found = api_calls.c, between.since
    since = rest if found is None else max(found, rest or found)
    date = func.date(
        mine.at if connection.dialect.name == "sqlite" else func.timezone("UTC", mine.at)
    )
    query = (
        _counted(date.label("day"))
        .where(*_within(mine.at, since, between.until))
        .order_by(date.desc(), func.count().desc(), mine.endpoint)
        .limit(limit)
    )
    return list((await connection.execute(query)).mappings())


async def _summed(connection: AsyncConnection, between: Between, limit: int) -> list[RowMapping]:
    mine = api_use.c
    since = between.since // DAY_SECONDS * DAY_SECONDS if between.since is not None else None
    query = (
        select(api_use)
        .where(*_within(mine.day, since, between.until))
        .order_by(mine.day.desc(), mine.requests.desc(), mine.endpoint)
        .limit(limit)
    )
    return list((await connection.execute(query)).mappings())


def _counted(*day: ColumnElement[Any]) -> Select[Any]:
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


def _within(
    column: ColumnElement[Any], since: float | None, until: float | None
) -> list[ColumnElement[bool]]:
    found = [] if since is None else [column >= stamp(since)]
    return found if until is None else [*found, column < stamp(until)]


def _use(row: RowMapping) -> Use:
    return Use(
        str(row["day"])[:10], row["endpoint"], row["user_type"], row["requests"],
        int(row["failed"]), row["users"], row["total_ms"] / row["requests"],
    )  # fmt: skip


def _start(at: Any) -> int:
    return int(at.timestamp()) // DAY_SECONDS * DAY_SECONDS
