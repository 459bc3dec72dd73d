"""The writer beside the raw driver: the same rows, in the same batches, in the same table."""

import gc
import sqlite3
import time
from collections.abc import Awaitable, Callable, Sequence
from statistics import median
from typing import Any

import asyncpg
from sqlalchemy import URL, insert

from benchmarks.record.events import BATCH_EVENTS, batches
from benchmarks.table import Table, Target
from holdfast.storage.engine import open_engine
from holdfast.storage.rows import rows_of
from holdfast.storage.tables import integration_calls as calls
from holdfast.storage.values import POSTGRES, SQLITE, in_order
from holdfast.storage.writer import SqlEventLog
from holdfast.telemetry.event_log import Batch

_ROUNDS = 7
_BATCHES = 20
_SINGLE = 300

Contestant = Callable[[Sequence[Batch], str], Awaitable[float]]


async def measure(url: URL) -> Table:
    """Rows a second of each way, as medians of rounds in which they take turns."""
    engine = open_engine(url)
    raw = _copy if url.get_backend_name() == "postgresql" else _executemany
    log = SqlEventLog(engine, "ours")

    async def ours(todo: Sequence[Batch], _: str) -> float:
        started = time.perf_counter()
        for batch in todo:
            await log.append(batch)
        return time.perf_counter() - started

    async def single(todo: Sequence[Batch], instance: str) -> float:
        rows = rows_of(todo[0], instance).tables[calls.name][:_SINGLE]
        started = time.perf_counter()
        for row in rows:
            async with engine.begin() as connection:
                await connection.execute(insert(calls), row)
        return (time.perf_counter() - started) * len(todo) * BATCH_EVENTS / _SINGLE

    def raw_rows(todo: Sequence[Batch], instance: str) -> Awaitable[float]:
        return raw(url, todo, instance)

    ways: dict[str, Contestant] = {
        "raw": raw_rows, "ours": ours, "ours, a tenth in sessions": ours, "single": single,
    }  # fmt: skip
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    number = 0
    for round_ in range(_ROUNDS):
        for name, way in ways.items():
            todo = batches(number, _BATCHES, sessions="sessions" in name)
            number += _BATCHES * BATCH_EVENTS
            gc.collect()
            gc.freeze()  # as in a service: what stood before the work is not walked in it
            seconds[name].append(await way(todo, f"{name}-{round_}"))
    await engine.dispose()
    return _table(url.get_backend_name(), {name: median(one) for name, one in seconds.items()})


async def _copy(url: URL, todo: Sequence[Batch], instance: str) -> float:
    dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(dsn)
    records, columns = _records(todo, instance, POSTGRES)
    started = time.perf_counter()
    for some in records:
        await connection.copy_records_to_table(calls.name, columns=columns, records=some)
    took = time.perf_counter() - started
    await connection.close()
    return took


async def _executemany(url: URL, todo: Sequence[Batch], instance: str) -> float:
    connection = sqlite3.connect(url.database or "")
    connection.execute("PRAGMA synchronous=NORMAL")
    records, columns = _records(todo, instance, SQLITE)
    places = ", ".join("?" * len(columns))
    names = ", ".join(columns)
    statement = f"INSERT INTO {calls.name} ({names}) VALUES ({places})"  # noqa: S608 - ours
    started = time.perf_counter()
    for some in records:
        connection.executemany(statement, some)
        connection.commit()
    took = time.perf_counter() - started
    connection.close()
    return took


def _records(
    todo: Sequence[Batch], instance: str, kinds: Any
) -> tuple[list[list[Sequence[Any]]], tuple[str, ...]]:
    found = [rows_of(batch, instance).tables[calls.name] for batch in todo]
    columns = tuple(found[0][0])
    return [in_order(calls, columns, rows, kinds) for rows in found], columns


_FLOOR = {"postgresql": "asyncpg COPY of rows made before", "sqlite": "sqlite3 executemany in WAL"}


def _table(kind: str, seconds: dict[str, float]) -> Table:
    count = _BATCHES * BATCH_EVENTS
    shown = {"raw": _FLOOR[kind], "ours": "**the writer, from events**", "single":
             "one INSERT an event"}  # fmt: skip
    rows = [
        (shown.get(name, f"**{name}**"), f"{count / took:,.0f}", f"{seconds['raw'] / took:.2f}")
        for name, took in seconds.items()
    ]
    return Table(
        f"Writing calls: {kind}",
        "Wall time, batches of 1 000 calls into the table with its indexes. The writer makes the "
        "rows from events and recognises repeats; the floor does neither.",
        ("way", "rows a second", "× the floor"),
        rows,
        (
            Target("floor ÷ the writer", seconds["ours"] / seconds["raw"], 1 / 0.7),
            Target("the writer ÷ one INSERT an event", seconds["ours"] / seconds["single"], 1 / 50),
        ),
    )
