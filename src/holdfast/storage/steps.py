"""The steps of a session with their context, read back from the record."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncEngine

from holdfast.answer import Verdict
from holdfast.seen import ContextSeen, FieldSeen
from holdfast.sessions.context_flow import StepSeen
from holdfast.storage.tables_of_meaning import context
from holdfast.storage.texts import identifier

MOST_STEPS = 500


async def steps_of(engine: AsyncEngine, session_id: str) -> list[StepSeen]:
    """The last `MOST_STEPS` steps of a session, in order."""
    mine = context.c
    query = (
        select(
            mine.integration_point, mine.at, mine.outcome, mine.duration_ms, mine.error_type,
            mine.context_data, mine.context_hash, mine.size_bytes,
            mine.verdict, mine.score, mine.reason, mine.method,
        )
        .where(mine.session_id == identifier(session_id))
        .order_by(mine.at.desc(), mine.event_id.desc())
        .limit(MOST_STEPS)
    )  # fmt: skip
    async with engine.connect() as connection:
        rows = (await connection.execute(query)).mappings().all()
    return [_step(row) for row in reversed(rows)]


def _step(row: RowMapping) -> StepSeen:
    return StepSeen(
        row["integration_point"], row["at"].timestamp(), row["outcome"], row["duration_ms"],
        row["error_type"], _context(row) if row["context_data"] else None, _verdict(row),
    )  # fmt: skip


def _verdict(row: RowMapping) -> Verdict | None:
    if row["verdict"] is None:
        return None
    return Verdict(row["verdict"], row["reason"] or "", row["method"] or "", row["score"])


def _context(row: RowMapping) -> ContextSeen:
    data: Mapping[str, Any] = row["context_data"]
    return ContextSeen(
        data["opening"], data["whole"], tuple(data["names"]), _fields(data["entered"]),
        _fields(data["given"]), tuple(data["lacking"]), tuple(data["dropped"]),
        tuple(data["required"]), row["context_hash"], row["size_bytes"], data["cut"],
        data["begun"],
    )  # fmt: skip


def _fields(kept: Mapping[str, Any]) -> dict[str, FieldSeen]:
    return {name: FieldSeen(*one) for name, one in kept.items()}
