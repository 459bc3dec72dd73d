"""What was used, page by page: nothing twice, nothing left out, whatever goes on in between."""

from dataclasses import replace

import pytest
from sqlalchemy import URL, insert
from sqlalchemy.ext.asyncio import AsyncEngine

from holdfast.clock import stamp
from holdfast.events import RequestFinished
from holdfast.storage.cursors import cursor_at, sealed
from holdfast.storage.history import MOST_ROWS, SqlHistory
from holdfast.storage.tables_of_watch import api_use
from holdfast.storage.use_days import sum_up_use
from holdfast.storage.writer import SqlEventLog
from holdfast.trends.history import Between, Use
from tests.conformance.record import NOW, batch, opened, request

pytestmark = pytest.mark.real_time

DAY = 86_400.0
MIDNIGHT = NOW // DAY * DAY
TODAY = "2027-01-15"
RANGE = Between(MIDNIGHT - 9 * DAY, NOW + 60)


async def _pages(
    history: SqlHistory, limit: int, between: Between = RANGE
) -> tuple[list[Use], list[int]]:
    """Every row, and how many each page had."""
    found: list[Use] = []
    sizes = []
    cursor: str | None = None
    while True:
        page = await history.use(between, limit=limit, cursor=cursor)
        found += page.items
        sizes.append(len(page.items))
        if (cursor := page.next_cursor) is None:
            return found, sizes


async def _sum(engine: AsyncEngine, days: int, endpoints: int) -> None:
    """Sums of days that are over, many of them with the same number of requests."""
    rows = [
        {
            "day": stamp(MIDNIGHT - day * DAY), "endpoint": f"/é/{number:03}", "user_type": kind,
            "requests": 1 + number % 7, "failed": 0, "users": 0, "total_ms": 7.0,
        }
        for day in range(1, days + 1) for number in range(endpoints) for kind in ("a", "b")
    ]  # fmt: skip
    async with engine.begin() as connection:
        await connection.execute(insert(api_use), rows)


def _used(route: str, count: int, at: float = NOW) -> list[RequestFinished]:
    return [replace(request(at), route=route, user_type="a") for _ in range(count)]


async def test_more_than_one_answer_holds_is_told_in_pages(database: URL) -> None:
    """Over a thousand sums and today's requests: each row once, in one order, however cut."""
    async with opened(database) as engine:
        history = SqlHistory(engine)
        await _sum(engine, days=3, endpoints=200)
        today = (*_used("/z", 3), *_used("/a", 2), *_used("/b", 2))
        await SqlEventLog(engine, "a").append(batch(*today))
        whole, sizes = await _pages(history, MOST_ROWS)
        halves, more_sizes = await _pages(history, 401)
        exactly, one_size = await _pages(history, 400, Between(MIDNIGHT - DAY, MIDNIGHT))
    assert (sizes, more_sizes, one_size) == ([1000, 203], [401, 401, 401], [400])
    assert [(one.day, one.endpoint, one.requests) for one in whole[:3]] == [
        (TODAY, "/z", 3), (TODAY, "/a", 2), (TODAY, "/b", 2),
    ]  # fmt: skip
    assert len({(one.day, one.endpoint, one.user_type) for one in whole}) == 1203
    assert halves == whole
    assert exactly == whole[3:403]
    assert [one.requests for one in exactly] == sorted(one.requests for one in exactly)[::-1]


async def test_what_goes_on_between_two_pages_moves_nothing(database: URL) -> None:
    """What was last becomes the busiest: it is told where it was, as often as it was."""
    async with opened(database) as engine:
        history, log = SqlHistory(engine), SqlEventLog(engine, "a")
        routes = [f"/{name}" for name in "abcdef"]
        await log.append(batch(*(one for route in routes for one in _used(route, 2))))
        first = await history.use(RANGE, limit=2)
        await log.append(batch(*_used("/f", 5, NOW + 61), *_used("/new", 9, NOW + 61), first=12))
        rest = await history.use(Between(), limit=9, cursor=first.next_cursor)
        now = await history.use(Between(), limit=2)
    told = [(one.endpoint, one.requests) for one in (*first.items, *rest.items)]
    assert told == [(route, 2) for route in routes]
    assert [(one.endpoint, one.requests) for one in now.items] == [("/new", 9), ("/f", 7)]


FOREIGN = (
    "x", cursor_at(stamp(NOW), "call"), sealed(()), sealed((None, None, 0, 1, "/a")),
    sealed((None, None, -1, 1, "/a", "a")), sealed((None, None, 10**15, 1, "/a", "a")),
    sealed((None, None, 0, 2**63, "/a", "a")), sealed((None, 1e300, 0, 1, "/a", "a")),
    sealed(("now", None, 0, 1, "/a", "a")), sealed((None, None, 0, 1, 5, "a")),
    sealed((None, None, "today", 1, "/a", "a")), sealed((None, None, float("nan"), 1, "/a", "a")),
)  # fmt: skip


async def test_a_foreign_cursor_is_refused(database: URL) -> None:
    """With the word that other pages have for it; a text of its shape is asked, and bounded."""
    odd = sealed((None, None, 0, 1, "\0" * 9_000, "a"))
    async with opened(database) as engine:
        history = SqlHistory(engine)
        for cursor in FOREIGN:
            with pytest.raises(ValueError, match="is not one of ours: start without one"):
                await history.use(Between(), limit=9, cursor=cursor)
        with pytest.raises(ValueError, match="limit is 1001: ask for 1 to 1000 rows"):
            await history.use(Between(), limit=MOST_ROWS + 1)
        assert (await history.use(Between(), limit=9, cursor=odd)).items == ()


async def test_a_day_may_be_summed_up_between_two_pages(database: URL) -> None:
    """It goes on where it was, from its sums."""
    async with opened(database) as engine:
        history = SqlHistory(engine)
        yesterday = (*_used("/a", 3, NOW - DAY), *_used("/b", 2, NOW - DAY))
        await SqlEventLog(engine, "a").append(batch(*yesterday, *_used("/c", 1, NOW - 2 * DAY)))
        whole, _ = await _pages(history, 9)
        first = await history.use(RANGE, limit=1)
        assert await sum_up_use(engine, NOW) == 3
        rest = await history.use(RANGE, limit=9, cursor=first.next_cursor)
    assert [*first.items, *rest.items] == whole
    assert [one.endpoint for one in whole] == ["/a", "/b", "/c"]
