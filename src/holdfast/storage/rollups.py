"""Roll-ups of calls: written whole by each process, added up by who reads."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from holdfast.clock import stamp
from holdfast.storage.dialects import insert_into
from holdfast.storage.rows import Row, Rows
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
_NOTHING: Row = {"usage": None, "cost": None}
_MOST_ROWS = 50_000


async def write_buckets(engine: AsyncEngine, instance: str, buckets: Sequence[Bucket]) -> None:
    """Put *buckets* in the place of what *instance* wrote of them before."""
    async with engine.begin() as connection:
        await write_rows(connection, [_row(bucket, instance) for bucket in buckets])


def rows_of_buckets(buckets: Iterable[Bucket], instance: str) -> list[Rows]:
    """The same as rows of the record, each by itself, for where they wait."""
    return [Rows({integration_metrics.name: [_row(one, instance)]}, [], []) for one in buckets]


async def write_rows(connection: AsyncConnection, rows: Sequence[Row]) -> None:
    """Put *rows* in the place of what their instances wrote of these buckets before.

    Buckets only grow: one that says less is an earlier one that comes late, and changes nothing.
    """
    if not rows:
        return
    keys = [column.name for column in integration_metrics.primary_key.columns]
    insert = insert_into(connection, integration_metrics)
    new = insert.excluded
    write = insert.on_conflict_do_update(
        index_elements=keys,
        set_={name: new[name] for name in (*_COUNTS, *_REST)},
        where=_told(new) >= _told(integration_metrics.c),
    )
    await connection.execute(write, [{**_NOTHING, **row} for row in rows])


def _told(mine: Any) -> ColumnElement[int]:
    ended = mine.succeeded + mine.failed + mine.refused + mine.cancelled
    told: ColumnElement[int] = ended + mine.attempts
    return told


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
