"""The past, looked up through every `History`."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import URL, delete, select
from sqlalchemy.ext.asyncio import AsyncEngine

from holdfast.clock import stamp
from holdfast.events import BusinessFact, IssueFound, RequestFinished, Scope, Usage
from holdfast.storage.business_days import sum_up_days
from holdfast.storage.history import SqlHistory
from holdfast.storage.retention import forget_rollups
from holdfast.storage.rollups import write_buckets
from holdfast.storage.tables import api_calls
from holdfast.storage.tables_of_meaning import business_metrics
from holdfast.storage.tables_of_watch import integration_metrics
from holdfast.storage.use_days import sum_up_use
from holdfast.storage.writer import SqlEventLog
from holdfast.telemetry.spent import spend
from holdfast.telemetry.tally import Tally
from holdfast.trends.history import Between, BusinessTotal, CallFilter, IssueFilter, Trouble, Use
from holdfast.trends.rollup import Bucket, BucketKey, merged
from tests.conformance.record import NOW, batch, call, opened, request

pytestmark = pytest.mark.real_time

DAY = 86_400.0
TODAY, YESTERDAY = "2027-01-15", "2027-01-14"


async def test_calls_are_paged_and_filtered(database: URL) -> None:
    """Each once, the newest first, through every page; a foreign cursor is refused."""
    async with opened(database) as engine:
        history = SqlHistory(engine)
        await SqlEventLog(engine, "a").append(
            batch(
                *(call(NOW + n // 2, "s") for n in range(5)),
                call(NOW + 9, outcome="failed", error="Unavailable", reason="down"),
            )
        )
        found: list[float] = []
        cursor: str | None = None
        while True:
            page = await history.calls(CallFilter(session_id="s"), limit=2, cursor=cursor)
            found += [one.at for one in page.items]
            if (cursor := page.next_cursor) is None:
                break
        failed = await history.calls(CallFilter("openai", outcome="failed"), limit=9)
        none = await history.calls(CallFilter(between=Between(until=NOW)), limit=9)
        with pytest.raises(ValueError, match="not one of ours"):
            await history.calls(CallFilter(), limit=9, cursor="x")
        with pytest.raises(ValueError, match="limit is 0"):
            await history.calls(CallFilter(), limit=0)
    assert found == [NOW + 2, NOW + 1, NOW + 1, NOW, NOW]
    assert [(one.error, one.reason) for one in failed.items] == [("Unavailable", "down")]
    assert none.items == ()


async def test_issues_are_filtered(database: URL) -> None:
    """By what they are and how grave."""
    async with opened(database) as engine:
        history = SqlHistory(engine)
        await SqlEventLog(engine, "a").append(
            batch(
                IssueFound(Scope("s"), NOW, "refund", "critical", "twice", None, {"order": "7"}),
                IssueFound(Scope(), NOW + 1, "price", "info", "odd"),
            )
        )
        page = await history.issues(IssueFilter(severity="critical"), limit=5)
        both = await history.issues(IssueFilter(), limit=1)
    assert [(one.issue_type, one.session_id, one.details) for one in page.items] == [
        ("refund", "s", {"order": "7"})
    ]
    assert ([one.issue_type for one in both.items], both.next_cursor is None) == (["price"], False)


def _tally(*latencies_ms: float, failed: int = 0, usage: Usage | None = None) -> Tally:
    tally = Tally()
    if usage is not None:
        spend(tally.usage, usage, NOW)
    tally.succeeded, tally.failed = len(latencies_ms) - failed, failed
    for one in latencies_ms:
        tally.latency.add(one)
    if failed:
        tally.errors["Unavailable"] = failed
    return tally


async def test_roll_ups_of_several_processes_add_up(database: URL) -> None:
    """Written again they are what was written last; percentiles are those of all together."""
    start = int(NOW) // 3_600 * 3_600
    hour = BucketKey(3_600, start, "openai", "chat")
    other = hour._replace(operation="embeddings")
    async with opened(database) as engine:
        history = SqlHistory(engine)
        await write_buckets(engine, "a", [Bucket(hour, _tally(1.0))])
        await write_buckets(engine, "a", [Bucket(hour, _tally(*range(1, 51)))])
        await write_buckets(engine, "b", [Bucket(hour, _tally(*range(51, 101), failed=2))])
        await write_buckets(engine, "b", [Bucket(other, _tally(5.0))])
        await write_buckets(engine, "b", [])
        [chat] = await history.buckets("openai", "chat", 3_600, Between(start, start + 1))
        [whole] = await history.buckets("openai", None, 3_600, Between())
        nothing = await history.buckets("openai", None, 60, Between())
    assert (chat.tally.total, chat.tally.failed, chat.tally.errors) == (100, 2, {"Unavailable": 2})
    assert chat.tally.latency.quantile(0.95) == pytest.approx(95, rel=0.01)
    assert (whole.tally.total, nothing) == (101, [])
    assert merged([chat.tally, whole.tally]).total == 201


async def test_roll_ups_tell_what_was_used_and_what_it_cost(database: URL) -> None:
    """By unit and model, added up over processes; what has no price is not taken for free."""
    start = int(NOW) // 3_600 * 3_600
    hour = BucketKey(3_600, start, "openai", "chat")
    priced, unpriced = Usage("tokens", 100.0, None, "large", None, 0.25), Usage("tokens", 7.0)
    rescued = _tally(1.0, usage=unpriced)
    rescued.rescued = 1
    async with opened(database) as engine:
        history = SqlHistory(engine)
        await write_buckets(engine, "a", [Bucket(hour, _tally(1.0, usage=priced))])
        await write_buckets(engine, "b", [Bucket(hour, _tally(1.0, usage=priced))])
        await write_buckets(engine, "c", [Bucket(hour, rescued)])
        [found] = await history.buckets("openai", "chat", 3_600, Between())
        costs = await _costs(engine)
    assert costs == [("a", 0.25), ("b", 0.25), ("c", None)]
    assert {
        key: (one.calls, one.unpriced, one.amount, one.cost_usd)
        for key, one in found.tally.usage.items()
    } == {("tokens", "large"): (2, 0, 200.0, 0.5), ("tokens", ""): (1, 1, 7.0, 0.0)}
    assert (found.tally.total, found.tally.succeeded, found.tally.failed) == (4, 3, 1)


async def _costs(engine: AsyncEngine) -> list[tuple[str, float | None]]:
    mine = integration_metrics.c
    async with engine.connect() as connection:
        query = select(mine.instance, mine.cost).order_by(mine.instance)
        return [(row.instance, row.cost) for row in await connection.execute(query)]


async def test_roll_ups_are_kept_as_long_as_they_are_coarse(database: URL) -> None:
    """Ten seconds for an hour, days for more than a year."""
    keys = [
        BucketKey(resolution, int(NOW - 2 * 3_600), "openai", "chat")
        for resolution in (10, 60, 3_600, 86_400)
    ]
    async with opened(database) as engine:
        await write_buckets(engine, "a", [Bucket(key, _tally(1.0)) for key in keys])
        assert await forget_rollups(engine, NOW) == 1
        assert await forget_rollups(engine, NOW + 31 * DAY) == 2
        assert await forget_rollups(engine, NOW + 401 * DAY) == 1


async def test_errors_use_and_business_are_summed_by_day(database: URL) -> None:
    """In UTC, the newest day first."""

    def sold(at: float, value: float) -> BusinessFact:
        return BusinessFact(Scope("s", "u"), at, "report", "revenue", value, "USD", {})

    async with opened(database) as engine:
        history = SqlHistory(engine)
        await SqlEventLog(engine, "a").append(
            batch(
                *(call(NOW + n, outcome="failed", error="Unavailable") for n in range(3)),
                call(NOW, outcome="failed", error="TimedOut"),
                request(NOW), request(NOW, outcome="failed", user_type="premium"),
                request(NOW - DAY, duration_ms=100.0),
                sold(NOW, 3.0), sold(NOW, 4.5), sold(NOW - DAY, 1.0),
            )
        )  # fmt: skip
        troubles = await history.troubles("openai", Between(NOW - 9), limit=5)
        use = (await history.use(Between(), limit=9)).items
        business = await history.business(Between(NOW - 2 * DAY, NOW + 1), limit=9)
    assert troubles == [Trouble("Unavailable", 3, NOW + 2), Trouble("TimedOut", 1, NOW)]
    assert sorted(use, key=lambda one: (one.day, one.user_type)) == [
        Use(YESTERDAY, "/chat", "anonymous", 1, 0, 0, 100.0),
        Use(TODAY, "/chat", "anonymous", 1, 0, 0, 300.0),
        Use(TODAY, "/chat", "premium", 1, 1, 0, 300.0),
    ]
    assert business == [
        BusinessTotal(TODAY, "report", "revenue", "USD", 7.5, 2),
        BusinessTotal(YESTERDAY, "report", "revenue", "USD", 1.0, 1),
    ]


async def test_use_is_summed_up_by_day(database: URL) -> None:
    """The days that are over, once they are; late requests are added, and none is counted twice."""
    users = [Scope("s", "u-1"), Scope("s", "u-2"), Scope("s", "u-1")]

    def used(at: float, **changes: Any) -> RequestFinished:
        return replace(request(at, **changes), user_type="premium")

    async with opened(database) as engine:
        history, log = SqlHistory(engine), SqlEventLog(engine, "a")
        old = [replace(used(NOW - 9 * DAY, duration_ms=90.0), scope=one) for one in users]
        await log.append(batch(*old, used(NOW - DAY, outcome="failed"), used(NOW)))
        before = (await history.use(Between(), limit=9)).items
        assert await sum_up_use(engine, NOW) == 2
        assert (await history.use(Between(), limit=9)).items == before
        await log.append(batch(used(NOW - DAY), first=5))
        assert await sum_up_use(engine, NOW) == 1
        await log.append(batch(used(NOW), first=6))
        async with engine.begin() as connection:  # forgotten, or given up for their size
            past = api_calls.c.at < stamp(NOW - DAY / 2)
            await connection.execute(delete(api_calls).where(past))
        assert await sum_up_use(engine, NOW) == 0
        after = (await history.use(Between(NOW - 20 * DAY), limit=9)).items
        few = (await history.use(Between(NOW - DAY), limit=9)).items
        first = (await history.use(Between(), limit=1)).items
        assert await forget_rollups(engine, NOW + 395 * DAY) == 1
    assert before == (
        Use(TODAY, "/chat", "premium", 1, 0, 0, 300.0),
        Use(YESTERDAY, "/chat", "premium", 1, 1, 0, 300.0),
        Use("2027-01-06", "/chat", "premium", 3, 0, 2, 90.0),
    )
    assert after == (
        Use(TODAY, "/chat", "premium", 2, 0, 0, 300.0),
        Use(YESTERDAY, "/chat", "premium", 2, 1, 0, 300.0),
        before[-1],
    )
    assert (few, first) == (after[:2], after[:1])


async def test_sums_of_days_outlive_their_facts(database: URL) -> None:
    """Made as often as one likes, with late facts in them; today is not over yet."""

    def sold(at: float, value: float) -> BusinessFact:
        return BusinessFact(Scope(), at, "report", "revenue", value, "USD", {})

    async with opened(database) as engine:
        history, log = SqlHistory(engine), SqlEventLog(engine, "a")
        await log.append(batch(sold(NOW - DAY, 1.0), sold(NOW, 3.0)))
        assert await sum_up_days(engine, NOW) == 1
        await log.append(batch(sold(NOW - DAY, 4.0), first=2))
        assert await sum_up_days(engine, NOW) == 1
        before = await history.business(Between(), limit=9)
        async with engine.begin() as connection:
            facts = business_metrics.c.resolution_s == 0
            await connection.execute(delete(business_metrics).where(facts))
        after = await history.business(Between(), limit=9)
    yesterday = BusinessTotal(YESTERDAY, "report", "revenue", "USD", 5.0, 2)
    assert before == [BusinessTotal(TODAY, "report", "revenue", "USD", 3.0, 1), yesterday]
    assert after == [yesterday]
