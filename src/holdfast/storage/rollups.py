"""Roll-ups of calls: written whole by each process, added up by who reads.

Buckets only grow. So of two that one process tells of the same, the one that tells more is the
later one and holds all of the other: whoever keeps it, and drops the other, counts nothing twice.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import reduce
from math import inf
from operator import add
from typing import Any

from sqlalchemy import select
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
from holdfast.trends.rollup import Bucket, BucketKey, Latest

_COUNTS = (
    "succeeded", "failed", "refused", "cancelled", "attempts", "retries", "rate_limited", "passes",
    "warns", "fails", "not_judged",
)  # fmt: skip
_TELLING = ("succeeded", "failed", "refused", "cancelled", "attempts")
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

    One that says less is an earlier one that comes late, and changes nothing.
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


def _told(mine: Any) -> Any:
    """How much a row tells, or in SQL its columns."""
    return reduce(add, (mine[name] for name in _TELLING))


async def read_buckets(
    engine: AsyncEngine, integration: str, operation: str | None, resolution_s: int,
    between: Between, latest: Latest,
) -> list[Bucket]:  # fmt: skip
    """As `History.buckets` asks; *latest* is what the asking process had before."""
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
    async with engine.connect() as connection:
        found = (await connection.execute(query)).mappings()
        rows = {_place(row): row for row in map(dict[str, Any], found)}
    for own in _own(latest, operation, between):
        written = rows.get(_place(own))
        if written is None or _told(written) <= _told(own):
            rows[_place(own)] = own
    tallies: dict[int, Tally] = {}
    for (start, *_), row in rows.items():
        tallies.setdefault(int(start.timestamp()), Tally()).merge(_tally(row))
    return [
        Bucket(BucketKey(resolution_s, start, integration, operation or ""), tally)
        for start, tally in sorted(tallies.items())
    ]


def _own(latest: Latest, operation: str | None, between: Between) -> list[Row]:
    """The rows that the asked ones of *latest* are, or will be."""
    since, until = between.since or 0.0, inf if between.until is None else between.until
    return [
        _row(one, latest.instance)
        for one in latest.buckets
        if since <= one.key.start < until and operation in (None, one.key.operation)
    ]


def _place(row: Row) -> tuple[datetime, str, str]:
    return row["bucket_start"], row["operation"], row["instance"]


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


def _tally(row: Row) -> Tally:
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
