"""Summing up the sessions that are over, from what the record holds of them."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, bindparam, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from holdfast.sessions.scores import SHARES, performance_score, quality_score
from holdfast.sessions.session import SessionStatus, ended, overall
from holdfast.sessions.verdicts import OwnVerdict, Validations, own_ends, own_validation
from holdfast.storage.own_verdicts import own_verdicts
from holdfast.storage.rows import Row
from holdfast.storage.tables import integration_calls, sessions
from holdfast.storage.tables_of_meaning import context, issues, validations

SUMS = ("performance_score", "quality_score", "cost", "validation_results")
"""The columns that only a session that is over has."""

_MOST_STEPS = 200
_VALIDATION = ("status", "score", "method", "reason", "integration", "operation")
_Ends = dict[str, dict[str, bool]]


async def sum_up(connection: AsyncConnection, touched: list[str]) -> None:
    """Write how each of *touched* that is over went: its overall status, duration and scores."""
    over = [dict(row) for row in (await connection.execute(_over(touched))).mappings()]
    if not over:
        return
    ids = [row["session_id"] for row in over]
    calls = await _ends(connection, _last_of(integration_calls, "step", ids))
    blocks = await _ends(connection, _last_of(context, "integration_point", ids))
    critical = set(await connection.scalars(_critical(ids)))
    own = await own_verdicts(connection, ids)
    validated = await _validated(connection, ids, own)
    figures = {row.session_id: row for row in await connection.execute(_figures(ids))}
    judged = {row.session_id: row for row in await connection.execute(_own_figures(ids))}
    values = [
        {
            "id": row["session_id"],
            "overall_status": overall(
                cast("SessionStatus", row["status"]),
                [
                    *ended(calls[row["session_id"]], blocks[row["session_id"]]),
                    *own_ends(own.get(row["session_id"], ())),
                ],
                critical=row["session_id"] in critical,
            ),
            "duration_ms": (row["completed_at"] - row["started_at"]).total_seconds() * 1000,
            "validation_results": validated.get(row["session_id"]),
            **_scores(figures.get(row["session_id"]), judged.get(row["session_id"])),
        }
        for row in over
    ]
    where_id = update(sessions).where(sessions.c.session_id == bindparam("id"))
    await connection.execute(where_id, values)


def _over(touched: list[str]) -> Select[Any]:
    mine = sessions.c
    return select(mine.session_id, mine.status, mine.started_at, mine.completed_at).where(
        mine.session_id.in_(touched), mine.status != "active"
    )


async def _ends(connection: AsyncConnection, query: Select[Any]) -> _Ends:
    found: _Ends = defaultdict(dict)
    for row in await connection.execute(query):
        found[row.session_id][row.step] = bool(row.well)
    return found


def _last_of(table: Table, step: str, ids: list[str]) -> Select[Any]:
    """For each session and step, whether its last try went well; who left says nothing of it."""
    mine = table.c
    last_first = func.row_number().over(
        partition_by=(mine.session_id, mine[step]), order_by=(mine.at.desc(), mine.event_id.desc())
    )
    tries = select(
        mine.session_id,
        mine[step].label("step"),
        case((mine.outcome == "succeeded", 1), else_=0).label("well"),
        last_first.label("place"),
    ).where(mine.session_id.in_(ids))
    if table is context:
        tries = tries.where(mine.outcome.in_(("succeeded", "failed")))
    ends = tries.subquery()
    return select(ends.c.session_id, ends.c.step, ends.c.well).where(ends.c.place == 1)


async def _validated(
    connection: AsyncConnection, ids: list[str], own: Mapping[str, list[OwnVerdict]]
) -> dict[str, Validations]:
    """The last verdict on each step, as `sessions.verdicts` tells it: the application's wins."""
    mine = validations.c
    last_first = func.row_number().over(
        partition_by=(mine.session_id, mine.step),
        order_by=(mine.validation_time.desc(), mine.id.desc()),
    )
    words = (
        mine.session_id, mine.step, mine.status, mine.score, mine.method,
        mine.error_message.label("reason"), mine.integration_name.label("integration"),
        mine.operation, mine.validation_time,
    )  # fmt: skip
    ranked = select(*words, last_first.label("place")).where(mine.session_id.in_(ids)).subquery()
    last = select(ranked).where(ranked.c.place == 1).order_by(ranked.c.validation_time)
    found: dict[str, Validations] = defaultdict(dict)
    for row in (await connection.execute(last)).mappings():
        steps = found[row["session_id"]]
        if len(steps) < _MOST_STEPS:
            steps[row["step"] or row["integration"]] = {name: row[name] for name in _VALIDATION}
    for session_id, said in own.items():
        found[session_id] |= {one.step: own_validation(one) for one in said}
    return found


def _critical(ids: list[str]) -> Select[Any]:
    mine = issues.c
    return select(mine.session_id).where(mine.session_id.in_(ids), mine.severity == "critical")


def _figures(ids: list[str]) -> Select[Any]:
    mine = integration_calls.c
    return (
        select(
            mine.session_id,
            func.count().label("calls"),
            func.sum(mine.total_ms).label("called_ms"),
            func.count(mine.verdict).label("judged"),
            _shares(integration_calls).label("shares"),
            func.sum(mine.cost).label("cost"),
        )
        .where(mine.session_id.in_(ids))
        .group_by(mine.session_id)
    )


def _own_figures(ids: list[str]) -> Select[Any]:
    mine = context.c
    return (
        select(mine.session_id, func.count().label("judged"), _shares(context).label("shares"))
        .where(mine.session_id.in_(ids), mine.verdict.is_not(None))
        .group_by(mine.session_id)
    )


def _shares(table: Table) -> ColumnElement[Any]:
    """What all that was judged is worth together: by its score, else by its word."""
    mine = table.c
    worth = case(
        (mine.score.is_not(None), mine.score),
        *((mine.verdict == word, share) for word, share in SHARES.items()),
    )
    return func.sum(case((mine.verdict.is_not(None), worth)))


def _scores(calls: Any, own: Any) -> Row:
    judged = [row for row in (calls, own) if row is not None]
    shares = sum(row.shares or 0.0 for row in judged)
    return {
        "performance_score": performance_score(calls.called_ms, calls.calls) if calls else None,
        "quality_score": quality_score(shares, sum(row.judged for row in judged)),
        "cost": calls.cost if calls else None,
    }
