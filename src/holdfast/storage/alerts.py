"""The record as an `AlertLog`."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, literal, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncEngine

from holdfast.alerts.alert_log import AlertState
from holdfast.clock import stamp
from holdfast.events import AlertChanged
from holdfast.storage.alert_rows import alert_of, alert_row, write_alerts
from holdfast.storage.columns import Stamp
from holdfast.storage.cursors import cursor_at, place_of
from holdfast.storage.tables_of_watch import alerts
from holdfast.trends.history import Page

MOST_ALERTS = 500
"""In one page, and ended at once."""


class SqlAlertLog:
    """Reads and moves what `SqlEventLog` wrote, on both databases."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def page(
        self, state: AlertState | None = None, *, limit: int, cursor: str | None = None
    ) -> Page[AlertChanged]:
        """As `AlertLog.page` asks; 1 <= *limit* <= 500, else ValueError."""
        if not 1 <= limit <= MOST_ALERTS:
            raise ValueError(f"limit is {limit}: ask for 1 to {MOST_ALERTS} alerts")
        mine = alerts.c
        query = _of(select(alerts), state)
        query = query.order_by(mine.created_at.desc(), mine.id.desc()).limit(limit + 1)
        if cursor is not None:
            began, alert_id = place_of(cursor)
            place = tuple_(literal(began, Stamp), literal(alert_id))
            query = query.where(tuple_(mine.created_at, mine.id) < place)
        async with self._engine.connect() as connection:
            rows = list((await connection.execute(query)).mappings())
        last = rows[limit - 1] if len(rows) > limit else None
        following = cursor_at(last["created_at"], last["id"]) if last else None
        return Page(tuple(map(alert_of, rows[:limit])), following)

    async def count(self, state: AlertState | None = None) -> int:
        """As `AlertLog.count` asks."""
        query = _of(select(func.count()).select_from(alerts), state)
        async with self._engine.connect() as connection:
            return await connection.scalar(query) or 0

    async def hold(self, firing: Sequence[AlertChanged], now: float) -> None:
        """As `AlertLog.hold` asks."""
        async with self._engine.begin() as connection:
            await write_alerts(connection, [alert_row(one, now) for one in firing])

    async def end_unheld(self, held_since: float, now: float, reason: str) -> list[AlertChanged]:
        """As `AlertLog.end_unheld` asks: one statement takes them, so nobody else gets the same."""
        mine = alerts.c
        unheld = (mine.state == "firing") & (mine.updated_at < stamp(held_since))
        some = select(mine.id).where(unheld).order_by(mine.id).limit(MOST_ALERTS)
        async with self._engine.connect() as connection:  # seldom: writing would lock for nothing
            if (await connection.scalars(some.limit(1))).first() is None:
                return []
        take = (
            update(alerts)
            .where(mine.id.in_(some.with_for_update(skip_locked=True)), unheld)
            .values(
                state="resolved", resolved=True, resolved_at=stamp(now), updated_at=stamp(now),
                description=reason,
            )
            .returning(*mine)
        )  # fmt: skip
        async with self._engine.begin() as connection:
            taken = [alert_of(row) for row in (await connection.execute(take)).mappings()]
        return [_ended(one, now) for one in taken]


def _of(query: Select[Any], state: AlertState | None) -> Select[Any]:
    return query if state is None else query.where(alerts.c.state == state)


def _ended(one: AlertChanged, now: float) -> AlertChanged:
    return AlertChanged(
        one.alert_id, one.fingerprint, now, one.since, "resolved", one.rule, one.severity,
        one.integration, one.message, one.value, one.threshold, one.reason,
    )  # fmt: skip
