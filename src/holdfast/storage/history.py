"""The record as a `History`: pages by key, sums by day, roll-ups added up."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    RowMapping,
    Select,
    Table,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncEngine

from holdfast.clock import stamp
from holdfast.storage.all_tables import time_of
from holdfast.storage.business_days import DAY_SECONDS
from holdfast.storage.columns import Stamp
from holdfast.storage.cursors import cursor_at, place_of
from holdfast.storage.rollups import read_buckets
from holdfast.storage.tables import integration_calls
from holdfast.storage.tables_of_meaning import business_metrics, issues
from holdfast.storage.texts import identifier
from holdfast.storage.use_pages import page_of_use
from holdfast.trends.history import (
    Between,
    BusinessTotal,
    CallFilter,
    IssueFilter,
    Page,
    RecordedCall,
    RecordedIssue,
    Trouble,
    Use,
)
from holdfast.trends.rollup import Bucket, Latest

MOST_ROWS = 1_000
T = TypeVar("T")


def _nothing(integration: str, resolution_s: int) -> Latest:  # noqa: ARG001 - whatever is asked for
    return Latest("", ())


class SqlHistory:
    """Fulfils `History` on both databases. *latest* has what this process rolled up by now."""

    def __init__(
        self, engine: AsyncEngine, latest: Callable[[str, int], Latest] = _nothing
    ) -> None:
        self._engine, self._latest = engine, latest

    async def calls(
        self, which: CallFilter, *, limit: int, cursor: str | None = None
    ) -> Page[RecordedCall]:
        """As `History.calls` asks."""
        filters = {
            "integration": which.integration, "operation": which.operation,
            "outcome": which.outcome, "verdict": which.verdict, "session_id": which.session_id,
        }  # fmt: skip
        query = _filtered(integration_calls, filters, which.between)
        return await self._page(integration_calls, query, _call, limit, cursor)

    async def issues(
        self, which: IssueFilter, *, limit: int, cursor: str | None = None
    ) -> Page[RecordedIssue]:
        """As `History.issues` asks."""
        filters = {
            "issue_type": which.issue_type, "severity": which.severity,
            "session_id": which.session_id,
        }  # fmt: skip
        query = _filtered(issues, filters, which.between)
        return await self._page(issues, query, _issue, limit, cursor)

    async def buckets(
        self, integration: str, operation: str | None, resolution_s: int, between: Between
    ) -> list[Bucket]:
        """As `History.buckets` asks."""
        latest = self._latest(integration, resolution_s)
        return await read_buckets(
            self._engine, integration, operation, resolution_s, between, latest
        )

    async def troubles(self, integration: str, between: Between, *, limit: int) -> list[Trouble]:
        """As `History.troubles` asks."""
        mine = integration_calls.c
        count = func.count()
        query = (
            select(mine.error_type, count.label("count"), func.max(mine.at).label("last_at"))
            .where(mine.integration == identifier(integration), mine.error_type.is_not(None))
            .where(*_within(mine.at, between))
            .group_by(mine.error_type)
            .order_by(count.desc(), mine.error_type)
            .limit(_bounded(limit))
        )
        return [
            Trouble(row["error_type"], row["count"], row["last_at"].timestamp())
            for row in await self._rows(query)
        ]

    async def use(self, between: Between, *, limit: int, cursor: str | None = None) -> Page[Use]:
        """As `History.use` asks."""
        return await page_of_use(self._engine, between, _bounded(limit), cursor)

    async def business(self, between: Between, *, limit: int) -> list[BusinessTotal]:
        """As `History.business` asks."""
        mine = business_metrics.c
        facts = await self._business(mine.resolution_s == 0, between, limit)
        sums = await self._business(mine.resolution_s == DAY_SECONDS, between, limit)
        told = {one.day for one in facts}  # sums speak for the days whose facts are forgotten
        both = [*facts, *(one for one in sums if one.day not in told)]
        both.sort(key=lambda one: (one.name, one.kind))
        both.sort(key=lambda one: one.day, reverse=True)
        return both[:limit]

    async def _business(
        self, which: ColumnElement[bool], between: Between, limit: int
    ) -> list[BusinessTotal]:
        mine = business_metrics.c
        day = self._day(mine.at)
        unit = func.coalesce(mine.unit, "")
        query = (
            select(
                day.label("day"), mine.name, mine.kind, unit.label("unit"),
                func.sum(mine.value).label("total"), func.sum(mine.fact_count).label("count"),
            )
            .where(which, *_within(mine.at, between))
            .group_by(day, mine.name, mine.kind, unit)
            .order_by(day.desc(), mine.name, mine.kind)
            .limit(_bounded(limit))
        )  # fmt: skip
        return [
            BusinessTotal(**{**row, "day": str(row["day"]), "count": int(row["count"])})
            for row in await self._rows(query)
        ]

    async def _rows(self, query: Select[Any]) -> list[RowMapping]:
        async with self._engine.connect() as connection:
            return list((await connection.execute(query)).mappings())

    async def _page(
        self, table: Table, query: Select[Any], make: Callable[[RowMapping], T],
        limit: int, cursor: str | None,
    ) -> Page[T]:  # fmt: skip
        at, key = time_of(table), list(table.primary_key.columns)[-1]
        query = query.order_by(at.desc(), key.desc()).limit(_bounded(limit) + 1)
        if cursor is not None:
            before, name = place_of(cursor)
            query = query.where(tuple_(at, key) < tuple_(literal(before, Stamp), literal(name)))
        rows = await self._rows(query)
        shown = rows[:limit]
        more = len(rows) > limit
        last = cursor_at(shown[-1][at.name], shown[-1][key.name]) if more else None
        return Page(tuple(map(make, shown)), last)

    def _day(self, column: Column[Any]) -> ColumnElement[Any]:
        if self._engine.dialect.name == "sqlite":
            return func.date(column)
        return func.date(func.timezone("UTC", column))


def _bounded(limit: int) -> int:
    if not 1 <= limit <= MOST_ROWS:
        raise ValueError(f"limit is {limit}: ask for 1 to {MOST_ROWS} rows")
    return limit


def _filtered(table: Table, filters: Mapping[str, str | None], between: Between) -> Select[Any]:
    asked = [
        table.c[name] == identifier(value) for name, value in filters.items() if value is not None
    ]
    return select(table).where(*asked, *_within(time_of(table), between))


def _within(at: Column[Any], between: Between) -> list[ColumnElement[bool]]:
    found = []
    if between.since is not None:
        found.append(at >= stamp(between.since))
    if between.until is not None:
        found.append(at < stamp(between.until))
    return found


def _call(row: RowMapping) -> RecordedCall:
    return RecordedCall(
        row["at"].timestamp(), row["event_id"], row["integration"], row["operation"],
        row["outcome"], row["verdict"], row["score"], row["error_type"], row["reason"],
        row["latency_ms"], row["waited_ms"], row["attempts"], row["served_from"], row["cost"],
        row["session_id"], row["step"], row["trace_id"],
    )  # fmt: skip


def _issue(row: RowMapping) -> RecordedIssue:
    return RecordedIssue(
        row["created_at"].timestamp(), row["id"], row["issue_type"], row["severity"],
        row["description"], row["user_impact"], row["session_id"], row["context"] or {},
        row["fixed"],
    )  # fmt: skip
