"""Thirty days of generated calls: what they take, what they answer, how they are forgotten."""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.table import Table, Target
from holdfast.storage.all_tables import BY_DAY
from holdfast.storage.partitions import days_of, drop_before, make_day
from holdfast.storage.tables import integration_calls as calls
from holdfast.storage.tables_of_watch import integration_metrics as rollups
from holdfast.telemetry.histogram import Histogram

DAYS = 30
_FIRST = datetime(2026, 10, 1, tzinfo=UTC)

_GENERATE = """
INSERT INTO monitoring_integration_calls (at, event_id, integration, operation, outcome,
    latency_ms, waited_ms, total_ms, attempts, served_from, verdict, score, session_id, step,
    instance)
SELECT CAST(:day AS timestamptz) + n * interval '1 second' * 86400 / :rows,
    :name || lpad(n::text, 12, '0'), 'integration-' || n % 10, 'operation-' || n / 10 % 5,
    CASE WHEN n % 50 = 0 THEN 'failed' ELSE 'succeeded' END,
    20 + floor(-300 * ln(1 - random() * 0.999)), 0, 400, 1, 'provider', 'pass', 0.9,
    CASE WHEN n % 4 = 0 THEN 's-' || :name || n / 40 END, 'guidance', 'host-1'
FROM generate_series(1, :rows) AS n
"""
_COUNTED = """
SELECT integration, operation, date_trunc(:unit, at) AS bucket, latency_ms, count(*) AS calls,
    sum(CASE WHEN outcome = 'succeeded' THEN 1 ELSE 0 END) AS well
FROM monitoring_integration_calls WHERE at >= :day AND at < :day + interval '1 day'
GROUP BY 1, 2, 3, 4
"""
_RAW = """
SELECT integration, operation, count(*), percentile_cont(0.95) WITHIN GROUP (ORDER BY latency_ms)
FROM monitoring_integration_calls GROUP BY 1, 2
"""


async def measure(engine: AsyncEngine, total_rows: int) -> Table:
    """Generate, ask, forget; every time in milliseconds of wall time."""
    each = total_rows // DAYS
    days = [_FIRST + timedelta(days=n) for n in range(DAYS)]
    generated = await _timed(lambda: _generate(engine, days, each))
    sizes = await _sizes(engine)
    found = {
        "30 days from daily roll-ups: calls, success, p95 of 50 operations":
            await _best(lambda: _from_rollups(engine, 86_400)),
        "the same from hourly roll-ups": await _best(lambda: _from_rollups(engine, 3_600)),
        "the same from the calls themselves": await _timed(lambda: _ask(engine, _RAW)),
        "one session's calls": await _best(lambda: _ask(
            engine, "SELECT * FROM monitoring_integration_calls WHERE session_id = 's-20261015-7'"
        )),
        "one operation's last hour": await _best(lambda: _ask(
            engine, "SELECT count(*) FROM monitoring_integration_calls WHERE integration = "
            "'integration-3' AND operation = 'operation-2' AND at >= '2026-10-30 22:00+00' "
            "AND at < '2026-10-30 23:00+00'"
        )),
    }  # fmt: skip
    day_by_delete = await _timed(lambda: _delete_day(engine, days[0]))
    cut = (_FIRST + timedelta(days=DAYS)).timestamp()
    dropping = await _timed(lambda: drop_before(engine, calls, cut))
    rows = [
        ("generated and indexed, rows", f"{each * DAYS:,}"),
        ("generating, s", f"{generated / 1000:.0f}"),
        *((f"{name}, MB", f"{size / 1e6:,.0f}") for name, size in sizes.items()),
        *((f"{name}, ms", f"{took:,.1f}") for name, took in found.items()),
        (f"forgetting a day by DELETE ({each:,} rows), ms", f"{day_by_delete:,.0f}"),
        (f"forgetting {DAYS} days by dropping partitions, ms", f"{dropping:,.0f}"),
        ("the same, ms a day", f"{dropping / DAYS:,.1f}"),
    ]
    target = Target("30 days from roll-ups, ms", next(iter(found.values())), 300)
    about = "PostgreSQL with 32 MB of shared buffers, without fsync; the best of five where small."
    title = f"{each * DAYS / 1e6:.1f} million calls of thirty days"
    return Table(title, about, ("what", "found"), rows, (target,))


async def _generate(engine: AsyncEngine, days: list[datetime], each: int) -> None:
    # Days of last month are not being vacuumed when they are dropped; days just made would be.
    await _outside(engine, "ALTER SYSTEM SET autovacuum = off", "SELECT pg_reload_conf()")
    for day in days:
        async with engine.begin() as connection:
            if day not in await days_of(connection, calls):
                await make_day(connection, calls, day)
            values = {"day": day.isoformat(), "rows": each, "name": f"{day:%Y%m%d}-"}
            await connection.execute(text(_inlined(_GENERATE, values)))
            await _roll_up(connection, day, "day", 86_400)
            await _roll_up(connection, day, "hour", 3_600)
    await _outside(engine, "ANALYZE")


async def _outside(engine: AsyncEngine, *statements: str) -> None:
    """Run *statements* outside of a transaction."""
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        for statement in statements:
            await connection.execute(text(statement))


def _inlined(statement: str, values: dict[str, Any]) -> str:
    for name, value in values.items():
        statement = statement.replace(
            f":{name}", f"'{value}'" if isinstance(value, str) else str(value)
        )
    return statement


async def _roll_up(connection: Any, day: datetime, unit: str, resolution_s: int) -> None:
    found = await connection.execute(text(_COUNTED), {"unit": unit, "day": day})
    buckets: dict[tuple[Any, ...], tuple[Histogram, list[int]]] = {}
    for integration, operation, bucket, latency_ms, count, well in found:
        key = (integration, operation, bucket)
        histogram, counts = buckets.setdefault(key, (Histogram(), [0, 0]))
        for _ in range(count):
            histogram.add(latency_ms)
        counts[0] += well
        counts[1] += count - well
    empty = dict.fromkeys(_ZEROES, 0)
    await connection.execute(
        insert(rollups),
        [
            {
                **empty, "resolution_s": resolution_s, "bucket_start": bucket,
                "integration": integration, "operation": operation, "instance": "host-1",
                "succeeded": counts[0], "failed": counts[1], "attempts": sum(counts),
                "passes": sum(counts), "latency": histogram.to_bytes(),
            }
            for (integration, operation, bucket), (histogram, counts) in buckets.items()
        ],
    )  # fmt: skip


_ZEROES = (
    "refused", "cancelled", "retries", "rate_limited", "warns", "fails", "not_judged",
)  # fmt: skip


async def _from_rollups(engine: AsyncEngine, resolution_s: int) -> dict[Any, float | None]:
    mine = rollups.c
    query = select(mine.integration, mine.operation, mine.succeeded, mine.failed, mine.latency)
    query = query.where(
        mine.resolution_s == resolution_s,
        mine.bucket_start >= _FIRST, mine.bucket_start < _FIRST + timedelta(days=DAYS),
    )  # fmt: skip
    merged: dict[Any, Histogram] = {}
    async with engine.connect() as connection:
        for integration, operation, _, _, latency in await connection.execute(query):
            merged.setdefault((integration, operation), Histogram()).merge_bytes(latency)
    return {key: one.quantile(0.95) for key, one in merged.items()}


async def _ask(engine: AsyncEngine, statement: str) -> Any:
    async with engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        return await driver.fetch(statement, timeout=600)


async def _delete_day(engine: AsyncEngine, day: datetime) -> None:
    async with engine.begin() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        within = f"at >= '{day}' AND at < '{day + timedelta(days=1)}'"
        statement = f"DELETE FROM monitoring_integration_calls WHERE {within}"  # noqa: S608 - ours
        await driver.execute(statement, timeout=600)


async def _sizes(engine: AsyncEngine) -> dict[str, int]:
    asked = text(
        "SELECT sum(pg_table_size(relid)), sum(pg_indexes_size(relid)) FROM "
        "pg_partition_tree(CAST(:name AS regclass)) WHERE isleaf"
    )
    async with engine.connect() as connection:
        table, indexes = (await connection.execute(asked, {"name": BY_DAY[0].name})).one()
        rolled = text("SELECT pg_total_relation_size('monitoring_integration_metrics')")
        small = await connection.scalar(rolled)
    return {"calls": int(table), "their indexes": int(indexes), "roll-ups": int(small or 0)}


async def _timed(work: Callable[[], Awaitable[Any]]) -> float:
    started = time.perf_counter()
    await work()
    return (time.perf_counter() - started) * 1000


async def _best(work: Callable[[], Awaitable[Any]]) -> float:
    return min([await _timed(work) for _ in range(5)])
