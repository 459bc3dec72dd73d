"""Roll-ups of calls: written whole by each process, added up by who reads."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncEngine

from holdfast.clock import stamp
from holdfast.storage.dialects import insert_into
from holdfast.storage.rows_of_journeys import Row
from holdfast.storage.tables_of_watch import integration_metrics
from holdfast.storage.texts import identifier
from holdfast.telemetry.histogram import Histogram
from holdfast.telemetry.spent import Spent, cost_usd
from holdfast.telemetry.tally import Tally
from holdfast.trends.history import Between
from holdfast.trends.rollup import Bucket, BucketKey

_COUNTS = (
    "succeeded", "failed", "refused", "cancelled", "attempts", "retries", "rate_limited", "passes",
    "warns", "fails", "not_judged",
)  # fmt: skip
_REST = ("latency", "errors", "usage", "cost")
_MOST_ROWS = 50_000


async def write_buckets(engine: AsyncEngine, instance: str, buckets: Sequence[Bucket]) -> None:
    """Put *buckets* in the place of what *instance* wrote of them before."""
    if not buckets:
        return
    keys = [column.name for column in integration_metrics.primary_key.columns]
    async with engine.begin() as connection:
        insert = insert_into(connection, integration_metrics)
        new = {name: insert.excluded[name] for name in (*_COUNTS, *_REST)}
        write = insert.on_conflict_do_update(index_elements=keys, set_=new)
        await connection.execute(write, [_row(bucket, instance) for bucket in buckets])


async def read_buckets(
    engine: AsyncEngine, integration: str, operation: str | None, resolution_s: int,
    between: Between,
) -> list[Bucket]:  # fmt: skip
    """As `History.buckets` asks."""
    mine = integration_metrics.c
    query = (
        select(integration_metrics)
        .where(mine.integration == identifier(integration), mine.resolution_s == resolution_s)
        .order_by(mine.bucket_start)
        .limit(_MOST_ROWS)
    )
    if operation is not None:
        query = query.where(mine.operation == identifier(operation))
    if between.since is not None:
        query = query.where(mine.bucket_start >= stamp(between.since))
    if between.until is not None:
        query = query.where(mine.bucket_start < stamp(between.until))
    found: dict[int, Tally] = {}
    async with engine.connect() as connection:
        for row in (await connection.execute(query)).mappings():
            start = int(row["bucket_start"].timestamp())
            found.setdefault(start, Tally()).merge(_tally(row))
    return [
        Bucket(BucketKey(resolution_s, start, integration, operation or ""), tally)
        for start, tally in found.items()
    ]


def _row(bucket: Bucket, instance: str) -> Row:
    key, tally = bucket.key, bucket.tally
    return {
        "resolution_s": key.resolution_s,
        "bucket_start": stamp(key.start),
        "integration": identifier(key.integration),
        "operation": identifier(key.operation),
        "instance": instance,
        **{name: getattr(tally, name) for name in _COUNTS},
        "failed": tally.failed + tally.rescued,
        "latency": tally.latency.to_bytes(),
        "errors": {identifier(error): count for error, count in tally.errors.items()},
        "usage": [_spent(*key, spent) for key, spent in tally.usage.items()] or None,
        "cost": cost_usd(tally.usage),
    }


def _spent(unit: str, model: str, spent: Spent) -> Row:
    return {
        "unit": identifier(unit), "model": identifier(model), "calls": spent.calls,
        "unpriced": spent.unpriced, "amount": spent.amount, "cost_usd": spent.cost_usd,
    }  # fmt: skip


def _tally(row: RowMapping) -> Tally:
    tally = Tally()
    for name in _COUNTS:
        setattr(tally, name, row[name])
    tally.latency = Histogram.from_bytes(row["latency"])
    errors: dict[str, Any] = row["errors"] or {}
    tally.errors = {error: int(count) for error, count in errors.items()}
    for one in row["usage"] or ():
        tally.usage[one["unit"], one["model"]] = _spending(one)
    return tally


def _spending(one: Row) -> Spent:
    spent = Spent()
    spent.calls, spent.unpriced = one["calls"], one["unpriced"]
    spent.amount, spent.cost_usd = one["amount"], one["cost_usd"]
    return spent
