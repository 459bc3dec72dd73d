"""Forgetting what is old, in small steps that others can write between."""

from collections import Counter

from sqlalchemy import Table, delete, func, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from holdfast.clock import stamp
from holdfast.events import fact
from holdfast.storage.all_tables import BY_DAY, EVENT_TABLES, time_of
from holdfast.storage.partitions import drop_before
from holdfast.storage.tables import sessions
from holdfast.storage.tables_of_meaning import business_metrics
from holdfast.storage.tables_of_watch import alerts, api_use, integration_metrics, silences

DAY_SECONDS = 86_400.0
_BATCH_ROWS = 1_000
_MOST_CUTS = 4_000
"""Cuts for size in one go: each takes a day, or half of what is left of today."""
_SMALLEST_CUT_SECONDS = 1.0
_VACUUM_PAGES = 25_000
"""Pages given back in one go: 100 MB, during which nobody else writes."""

_FORGOTTEN = (*EVENT_TABLES, sessions, alerts, silences)


_KEPT_SECONDS = {10: 3_600, 60: DAY_SECONDS, 3_600: 30 * DAY_SECONDS, 86_400: 400 * DAY_SECONDS}
"""How long roll-ups are kept, by their resolution in seconds."""


@fact
class Pruned:
    """What was deleted: *rows* by table and *days* dropped whole, older than *before* (Unix time).

    *used_bytes* is what the file's rows take afterwards, None on PostgreSQL.
    """

    rows: dict[str, int]
    before: float
    used_bytes: int | None
    days: tuple[str, ...] = ()


def cut_of(now: float, keep_days: int) -> float:
    """The start of the oldest day that is kept: whole days are forgotten."""
    return (now - keep_days * DAY_SECONDS) // DAY_SECONDS * DAY_SECONDS


async def prune(
    engine: AsyncEngine, now: float, keep_days: int, max_bytes: int | None = None
) -> Pruned:
    """Forget the days that ended more than *keep_days* before *now* (Unix time).

    On PostgreSQL what is cut into days is dropped by the day. On SQLite the oldest days go too
    until the rows take at most *max_bytes*; the file itself may stay larger for a while, and
    uses the room it has.
    """
    deleted: Counter[str] = Counter()
    before = max(cut_of(now, keep_days), 0.0)
    if engine.dialect.name != "sqlite":
        days = [name for table in BY_DAY for name in await drop_before(engine, table, before)]
        await _delete_before(engine, before, deleted)
        return Pruned({**deleted}, before, None, tuple(days))
    await _delete_before(engine, before, deleted)
    if max_bytes is not None:
        before = await _shrink(engine, now, before, max_bytes, deleted)
    await _give_room_back(engine)
    return Pruned({**deleted}, before, await _used_bytes(engine))


async def forget_rollups(engine: AsyncEngine, now: float) -> int:
    """Delete the roll-ups whose time is over, each by its resolution; how many."""
    count = 0
    mine, facts = integration_metrics.c, business_metrics.c
    async with engine.begin() as connection:
        for resolution_s, seconds in _KEPT_SECONDS.items():
            old = (mine.resolution_s == resolution_s) & (mine.bucket_start < stamp(now - seconds))
            count += (await connection.execute(delete(integration_metrics).where(old))).rowcount
        old_days = stamp(now - _KEPT_SECONDS[86_400])
        days = (facts.resolution_s > 0) & (facts.at < old_days)
        count += (await connection.execute(delete(business_metrics).where(days))).rowcount
        used = api_use.c.day < old_days
        count += (await connection.execute(delete(api_use).where(used))).rowcount
    return count


async def _shrink(
    engine: AsyncEngine, now: float, before: float, max_bytes: int, deleted: Counter[str]
) -> float:
    for _ in range(_MOST_CUTS):
        oldest = await _oldest(engine)
        if oldest is None or await _used_bytes(engine) <= max_bytes:
            break
        before = _next_cut(oldest, now)
        await _delete_before(engine, before, deleted)
    return before


def _next_cut(oldest: float, now: float) -> float:
    """The end of the oldest day; within the last day, half of the time that is left."""
    end_of_day = (oldest // DAY_SECONDS + 1) * DAY_SECONDS
    if end_of_day <= now:
        return end_of_day
    return oldest + max((now - oldest) / 2, _SMALLEST_CUT_SECONDS)


async def _give_room_back(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        sqlite = (await connection.get_raw_connection()).driver_connection
        assert sqlite is not None  # noqa: S101 - it has just been opened
        # As a script: a statement would be left after the first page.
        await sqlite.executescript(
            f"PRAGMA incremental_vacuum({_VACUUM_PAGES}); PRAGMA wal_checkpoint(TRUNCATE)"
        )


async def _oldest(engine: AsyncEngine) -> float | None:
    async with engine.connect() as connection:
        found = [
            await connection.scalar(select(func.min(time_of(table))))
            for table in (*EVENT_TABLES, sessions)
        ]
    return min((at.timestamp() for at in found if at is not None), default=None)


async def _used_bytes(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        pages, free, size = [
            int(await connection.scalar(text(f"PRAGMA {name}")) or 0)
            for name in ("page_count", "freelist_count", "page_size")
        ]
    return (pages - free) * size


async def _delete_before(engine: AsyncEngine, before: float, deleted: Counter[str]) -> None:
    for table in _FORGOTTEN:
        while True:
            async with engine.begin() as connection:
                count = await _delete_some(connection, table, before)
            deleted[table.name] += count
            if count < _BATCH_ROWS:
                break


async def _delete_some(connection: AsyncConnection, table: Table, before: float) -> int:
    key = tuple_(*table.primary_key.columns)
    some = select(*table.primary_key.columns).where(time_of(table) < stamp(before))
    if table is business_metrics:
        some = some.where(business_metrics.c.resolution_s == 0)
    elif table is alerts:
        some = some.where(alerts.c.resolved)
    old = some.order_by(time_of(table)).limit(_BATCH_ROWS)
    return (await connection.execute(delete(table).where(key.in_(old)))).rowcount
