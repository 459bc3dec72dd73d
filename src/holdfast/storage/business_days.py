"""Business facts summed up by day: the sums outlive the facts. Any process may do it again."""

from hashlib import sha256
from typing import Any

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from holdfast.clock import stamp
from holdfast.storage.dialects import insert_into
from holdfast.storage.tables_of_meaning import business_metrics

DAY_SECONDS = 86_400
_DAYS_BACK = 3
"""Facts may come late: what waited on disk while the database was away."""


async def sum_up_days(engine: AsyncEngine, now: float) -> int:
    """Sum up the last days that are over at *now* (Unix time); how many sums there are."""
    today = int(now) // DAY_SECONDS * DAY_SECONDS
    days = [today - DAY_SECONDS * back for back in range(1, _DAYS_BACK + 1)]
    sums = [row for day in days for row in await _sums(engine, day)]
    if sums:
        async with engine.begin() as connection:
            insert = insert_into(connection, business_metrics)
            new = {name: insert.excluded[name] for name in ("value", "fact_count")}
            keys = ["at", "event_id"]
            await connection.execute(
                insert.on_conflict_do_update(index_elements=keys, set_=new), sums
            )
    return len(sums)


async def _sums(engine: AsyncEngine, day: int) -> list[dict[str, Any]]:
    mine = business_metrics.c
    query = (
        select(
            mine.name, mine.kind, mine.unit,
            func.sum(mine.value).label("value"), func.count().label("fact_count"),
        )
        .where(mine.resolution_s == 0, mine.at >= stamp(day), mine.at < stamp(day + DAY_SECONDS))
        .group_by(mine.name, mine.kind, mine.unit)
    )  # fmt: skip
    async with engine.connect() as connection:
        return [_row(day, row) for row in (await connection.execute(query)).mappings()]


def _row(day: int, row: RowMapping) -> dict[str, Any]:
    what = "\0".join((row["name"], row["kind"], row["unit"] or ""))
    return {
        **row,
        "at": stamp(day),
        "event_id": f"day-{sha256(what.encode()).hexdigest()[:32]}",
        "resolution_s": DAY_SECONDS,
        "instance": "all",
    }
