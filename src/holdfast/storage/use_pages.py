"""What was used, in pages: the sums of the days that are over, and the requests of the others.

The newest day first, and of a day the busiest. Today's counts go on growing: every page counts up
to the moment the first was asked for, so that what lies between two pages stays there.
"""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, RowMapping, and_, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from holdfast.clock import stamp
from holdfast.storage.business_days import DAY_SECONDS
from holdfast.storage.cursors import opened, sealed
from holdfast.storage.tables import api_calls
from holdfast.storage.tables_of_watch import api_use
from holdfast.storage.texts import identifier
from holdfast.storage.use_days import counted, start_of, within
from holdfast.trends.history import Between, Page, Use

_LAST_DAY = 253_402_214_400
_MOST_REQUESTS = 2**63 - 1


class Place(NamedTuple):
    """Where a page ended: its last row, and what was asked for."""

    since: float | None
    until: float | None
    day: int
    requests: int
    endpoint: str
    user_type: str


async def page_of_use(
    engine: AsyncEngine, between: Between, limit: int, cursor: str | None
) -> Page[Use]:
    """As `History.use` asks."""
    place = None if cursor is None else opened(cursor, _place)
    if place is not None:
        between = Between(place.since, place.until)
    async with engine.connect() as connection:
        rows = await _fresh(connection, between, place, limit + 1)
        if len(rows) <= limit:
            rows += await _summed(connection, between, place, limit + 1 - len(rows))
    shown = tuple(map(_use, rows[:limit]))
    return Page(shown, _cursor(between, rows[limit - 1]) if len(rows) > limit else None)


def _cursor(between: Between, last: RowMapping) -> str:
    day, words = start_of(last["first_at"]), (last["endpoint"], last["user_type"])
    return sealed(Place(between.since, between.until, day, last["requests"], *words))


def _place(told: Any) -> Place:
    """What a cursor tells; raises for what no database could be asked."""
    since, until, day, requests, endpoint, user_type = told
    for moment in (since, until):
        if moment is not None:
            stamp(moment)
    if not (0 <= day < _LAST_DAY and 0 <= requests <= _MOST_REQUESTS):
        raise ValueError(told)
    return Place(since, until, int(day), int(requests), identifier(endpoint), identifier(user_type))


async def _fresh(
    connection: AsyncConnection, between: Between, place: Place | None, limit: int
) -> list[RowMapping]:
    """Of the days that are not summed up yet."""
    mine, since = api_calls.c, between.since
    last = await connection.scalar(select(func.max(api_use.c.day)))
    if last is not None:
        since = max(start_of(last) + DAY_SECONDS, since or 0)
    on_sqlite = connection.dialect.name == "sqlite"
    day = func.date(mine.at if on_sqlite else func.timezone("UTC", mine.at)).label("day")
    used = (
        counted(day)
        .add_columns(func.min(mine.at).label("first_at"))
        .where(*within(mine.at, since, _end(between, place)))
        .subquery()
    )
    query = (
        select(used)
        .where(*_beyond(used.c, used.c.first_at, place))
        .order_by(used.c.day.desc(), *_order(used.c))
        .limit(limit)
    )
    return list((await connection.execute(query)).mappings())


async def _summed(
    connection: AsyncConnection, between: Between, place: Place | None, limit: int
) -> list[RowMapping]:
    """Of the days that are over: whole ones, also the one that *between* begins in."""
    mine = api_use.c
    since = between.since // DAY_SECONDS * DAY_SECONDS if between.since is not None else None
    query = (
        select(api_use, mine.day.label("first_at"))
        .where(*within(mine.day, since, _end(between, place)), *_beyond(mine, mine.day, place))
        .order_by(mine.day.desc(), *_order(mine))
        .limit(limit)
    )
    return list((await connection.execute(query)).mappings())


def _order(columns: Any) -> tuple[ColumnElement[Any], ...]:
    """Of the rows of one day."""
    return columns.requests.desc(), columns.endpoint, columns.user_type


def _end(between: Between, place: Place | None) -> float | None:
    """Days later than that of *place* were shown."""
    if place is None:
        return between.until
    end = place.day + DAY_SECONDS
    return end if between.until is None else min(between.until, end)


def _beyond(
    columns: Any, first_at: ColumnElement[Any], place: Place | None
) -> list[ColumnElement[bool]]:
    """The rows after *place*, of its day and of earlier ones, in the order of `_order`."""
    if place is None:
        return []
    names = tuple_(columns.endpoint, columns.user_type)
    shown_last = tuple_(literal(place.endpoint), literal(place.user_type))
    return [
        or_(
            first_at < stamp(place.day),
            columns.requests < place.requests,
            and_(columns.requests == place.requests, names > shown_last),
        )
    ]


def _use(row: RowMapping) -> Use:
    day = stamp(start_of(row["first_at"])).date().isoformat()
    return Use(
        day, row["endpoint"], row["user_type"], row["requests"],
        int(row["failed"]), row["users"], row["total_ms"] / row["requests"],
    )  # fmt: skip
