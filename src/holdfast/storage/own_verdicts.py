"""What applications said of the steps of their sessions, read back from the record."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from holdfast.sessions.verdicts import OwnVerdict, went_well
from holdfast.storage.tables_of_meaning import context

MOST_VERDICTS = 200
"""How many are read of one session: the last ones."""


async def own_verdicts(
    connection: AsyncConnection, ids: Collection[str]
) -> dict[str, list[OwnVerdict]]:
    """By session, the words on its steps that stand, in order (see `sessions.verdicts`)."""
    found: dict[str, list[OwnVerdict]] = defaultdict(list)
    for row in await connection.execute(_standing(ids)):
        found[row.session_id].append(
            OwnVerdict(
                row.step, row.verdict, row.score, row.reason, row.method, row.at.timestamp(),
                went_well(row.outcome, row.verdict),
            )
        )  # fmt: skip
    return {session_id: said[-MOST_VERDICTS:] for session_id, said in found.items()}


def _standing(ids: Collection[str]) -> Select[Any]:
    """The last try at each step, if it was judged; a try that was cancelled took nothing back."""
    mine = context.c
    last_first = func.row_number().over(
        partition_by=(mine.session_id, mine.integration_point),
        order_by=(mine.at.desc(), mine.event_id.desc()),
    )
    words = (
        mine.verdict, mine.score, mine.reason, mine.method, mine.at, mine.outcome, mine.event_id,
    )  # fmt: skip
    tries = (
        select(
            mine.session_id,
            mine.integration_point.label("step"),
            *words,
            last_first.label("place"),
        )
        .where(mine.session_id.in_(ids))
        .where(or_(mine.verdict.is_not(None), mine.outcome.in_(("succeeded", "failed"))))
        .subquery()
    )
    return (
        select(tries)
        .where(tries.c.place == 1, tries.c.verdict.is_not(None))
        .order_by(tries.c.at, tries.c.event_id)
    )
