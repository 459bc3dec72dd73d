"""What must be done now and then, by one process of all: forget, archive, make room ahead."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import and_, or_, update
from sqlalchemy.ext.asyncio import AsyncEngine

from holdfast.clock import SYSTEM_CLOCK, Clock, stamp
from holdfast.storage.archive import archive_day, days_before
from holdfast.storage.dialects import insert_into
from holdfast.storage.partitions import make_ahead
from holdfast.storage.retention import cut_of, forget_rollups, prune
from holdfast.storage.tables_of_watch import upkeep
from holdfast.storage.use_days import sum_up_use
from holdfast.storage.writer import instance_name
from holdfast.telemetry.redact import one_line

CHECK_SECONDS = 300.0
_END_SECONDS = 0.5
_PRESUMED_DEAD = timedelta(hours=1)

_log = logging.getLogger("holdfast.storage")


class UpkeepPlan(NamedTuple):
    """What is forgotten when.

    *keep_days* of everything but roll-ups stay, on SQLite at most *max_bytes*. Once a day from
    *hour* (UTC) on; with *archive_to*, each day is written there first.
    """

    keep_days: int
    max_bytes: int | None = None
    hour: int = 3
    archive_to: Path | None = None


async def keep_up(engine: AsyncEngine, plan: UpkeepPlan, *, clock: Clock = SYSTEM_CLOCK) -> None:
    """Do what is due, look again every five minutes, until cancelled."""
    holder = instance_name()
    while True:
        for task in (_HOURLY, _DAILY):
            try:
                await _to_its_end(run_if_due(engine, task, plan, clock.wall(), holder))
            except Exception as error:  # noqa: BLE001 - the database may be away in any way
                _log.warning("upkeep %s failed, tried again later: %s", task.name, one_line(error))
        await asyncio.sleep(CHECK_SECONDS)


async def _to_its_end(work: Coroutine[Any, Any, bool]) -> None:
    """A cancelled statement can leave its connection, and a lock, behind: it has half a second."""
    running = asyncio.create_task(work)
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait({running}, timeout=_END_SECONDS)
        running.cancel()
        raise


class Task(NamedTuple):
    """What to do, and when: *period* names the hour or day that *now* falls in, "" not yet."""

    name: str
    period: Callable[[float, UpkeepPlan], str]
    run: Callable[[AsyncEngine, UpkeepPlan, float], Awaitable[dict[str, Any]]]


async def run_if_due(
    engine: AsyncEngine, task: Task, plan: UpkeepPlan, now: float, holder: str
) -> bool:
    """Whether it was our turn and done. Raises what it raised; then it is due again in an hour."""
    period = task.period(now, plan)
    if not period or not await _claim(engine, task.name, period, now, holder):
        return False
    try:
        result = await task.run(engine, plan, now)
    except Exception as error:
        await _tell(engine, task.name, holder, error=one_line(error))
        raise
    await _tell(engine, task.name, holder, result=result, finished_at=stamp(now))
    return True


async def forget(
    engine: AsyncEngine, plan: UpkeepPlan, now: float, *, shrink: bool = True
) -> dict[str, Any]:
    """Archive when the plan says so, then prune; what was done, for people."""
    files = 0
    if plan.archive_to is not None:
        for table, day in await days_before(engine, cut_of(now, plan.keep_days)):
            await archive_day(engine, table, day, plan.archive_to)
            files += 1
    done = await prune(engine, now, plan.keep_days, plan.max_bytes if shrink else None)
    return {"rows": done.rows, "days_dropped": done.days, "archived_files": files}


async def _hourly(engine: AsyncEngine, plan: UpkeepPlan, now: float) -> dict[str, Any]:
    if engine.dialect.name == "sqlite":
        await prune(engine, now, _FOREVER_DAYS, plan.max_bytes)
    else:
        await make_ahead(engine, now)
    # Before the day whose requests are forgotten: what was used is kept longer.
    summed = await sum_up_use(engine, now)
    return {"rollups": await forget_rollups(engine, now), "use": summed}


_FOREVER_DAYS = 10_000

_HOURLY = Task("hourly", lambda now, _: stamp(now).strftime("%Y-%m-%dT%H"), _hourly)
_DAILY = Task(
    "retention",
    lambda now, plan: f"{stamp(now):%Y-%m-%d}" if stamp(now).hour >= plan.hour else "",
    forget,
)
TASKS = (_HOURLY, _DAILY)


async def _claim(engine: AsyncEngine, task: str, period: str, now: float, holder: str) -> bool:
    row = {
        "task": task, "day": period, "holder": holder, "started_at": stamp(now),
        "finished_at": None, "result": None, "error": None,
    }  # fmt: skip
    stale = and_(upkeep.c.finished_at.is_(None), upkeep.c.started_at < stamp(now) - _PRESUMED_DEAD)
    async with engine.begin() as connection:
        insert = insert_into(connection, upkeep)
        changed = {name: insert.excluded[name] for name in row if name != "task"}
        claim = insert.on_conflict_do_update(
            index_elements=[upkeep.c.task], set_=changed,
            where=or_(upkeep.c.day < period, and_(upkeep.c.day == period, stale)),
        ).returning(upkeep.c.holder)  # fmt: skip
        taken: str | None = (await connection.execute(claim, row)).scalar()
        return taken == holder


async def _tell(engine: AsyncEngine, task: str, holder: str, **values: Any) -> None:
    mine = (upkeep.c.task == task) & (upkeep.c.holder == holder)
    async with engine.begin() as connection:
        await connection.execute(update(upkeep).where(mine).values(**values))
