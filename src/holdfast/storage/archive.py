"""What is about to be forgotten, as JSON lines: one compressed file a table and day."""

import asyncio
import gzip
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Select, Table, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine

from holdfast.clock import stamp
from holdfast.events import fact
from holdfast.storage.all_tables import EVENT_TABLES, time_of
from holdfast.storage.tables import sessions

ARCHIVED = (*EVENT_TABLES, sessions)
_CHUNK_ROWS = 5_000
_ONE_DAY = timedelta(days=1)


@fact
class Archived:
    """One file: *rows* of *table* on *day* (its start, UTC)."""

    table: str
    day: datetime
    rows: int
    path: Path


async def days_before(engine: AsyncEngine, before: float) -> list[tuple[Table, datetime]]:
    """Each table with each day that has rows older than *before* (Unix time), the oldest first."""
    found = []
    for table in ARCHIVED:
        day = await _next_day(engine, table, None, before)
        while day is not None:
            found.append((table, day))
            day = await _next_day(engine, table, day + _ONE_DAY, before)
    return sorted(found, key=lambda one: (one[1], one[0].name))


async def archive_day(
    engine: AsyncEngine, table: Table, day: datetime, folder: Path,
    on_rows: Callable[[int], None] = lambda _: None,
) -> Archived:  # fmt: skip
    """Write ``folder/<table>/<day>.jsonl.gz``, whole or not at all; an older one is replaced.

    *on_rows* is told how many rows were written, as they are.
    """
    path = folder / table.name / f"{day:%Y-%m-%d}.jsonl.gz"
    part = path.with_suffix(".part")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with gzip.open(part, "wb", compresslevel=6) as file:
        count, last = 0, None
        while rows := await _chunk(engine, table, day, last):
            await asyncio.to_thread(_write, file, rows)
            last = tuple(rows[-1][column.name] for column in _order(table))
            count += len(rows)
            on_rows(len(rows))
    await asyncio.to_thread(part.replace, path)
    return Archived(table.name, day, count, path)


def _order(table: Table) -> list[Any]:
    key = [column for column in table.primary_key.columns if column is not time_of(table)]
    return [time_of(table), *key]


def _within(table: Table, day: datetime) -> Select[Any]:
    time = time_of(table)
    return select(table).where(time >= day, time < day + _ONE_DAY)


async def _chunk(
    engine: AsyncEngine, table: Table, day: datetime, last: tuple[Any, ...] | None
) -> list[dict[str, Any]]:
    order = _order(table)
    query = _within(table, day).order_by(*order).limit(_CHUNK_ROWS)
    if last is not None:
        query = query.where(tuple_(*order) > last)
    async with engine.connect() as connection:
        return [dict(row) for row in (await connection.execute(query)).mappings()]


async def _next_day(
    engine: AsyncEngine, table: Table, start: datetime | None, before: float
) -> datetime | None:
    time = time_of(table)
    query = select(func.min(time)).where(time < stamp(before))
    if start is not None:
        query = query.where(time >= start)
    async with engine.connect() as connection:
        oldest: datetime | None = await connection.scalar(query)
    return oldest and oldest.replace(hour=0, minute=0, second=0, microsecond=0)


def _write(file: gzip.GzipFile, rows: list[dict[str, Any]]) -> None:
    file.writelines(json.dumps(row, default=str).encode() + b"\n" for row in rows)
