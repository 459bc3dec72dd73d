"""What a batch changes in the rows of sessions. Every change moves forward only.

Whatever arrives, in whatever order and however often: the first start and the latest sight win (an
end is a sight); completed wins over timed out, and is when it was first said; a session seen after
it timed out goes on; a step counts when its own row lands, which it does once.
"""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import ColumnElement, case, func, null, update
from sqlalchemy.ext.asyncio import AsyncConnection

from holdfast.clock import stamp
from holdfast.events import SessionEnded
from holdfast.storage.dialects import Insert, insert_into
from holdfast.storage.rows import Row, Sighting
from holdfast.storage.session_sums import SUMS, sum_up
from holdfast.storage.tables import sessions


def merged(seen: Iterable[Sighting], landed: Collection[str]) -> list[Row]:
    """One row a session, in the order of their ids; calls count if their id is in *landed*."""
    rows: dict[str, Row] = {}
    for sight in seen:
        row = rows.setdefault(sight.session_id, _new(sight.session_id, sight.at))
        at, counts = stamp(sight.at), sight.event_id is not None and sight.event_id in landed
        row["started_at"] = min(row["started_at"], at)
        row["last_seen_at"] = max(row["last_seen_at"], at)
        row["user_id"] = row["user_id"] or sight.user_id
        row["service_type"] = row["service_type"] or sight.service_type
        row["user_context"] = row["user_context"] or sight.user_context
        row["step_count"] += counts and sight.is_step
        row["issues_found"] += counts and sight.is_issue
    # Sorted: two writers that lock the same rows in the same order cannot block each other.
    return [rows[session_id] for session_id in sorted(rows)]


def ends(ended: Iterable[SessionEnded]) -> list[Row]:
    """One row for each end, in the order of the sessions' ids."""
    return [
        {
            **_new(end.session_id, end.at),
            "status": end.status,
            "completed_at": stamp(end.at),
        }
        for end in sorted(ended, key=lambda end: end.session_id)
    ]


async def write_sessions(connection: AsyncConnection, seen: list[Row], ended: list[Row]) -> None:
    """Put the changes into the rows of their sessions, and sum up those that are over."""
    insert = insert_into(connection, sessions)
    if seen:
        await connection.execute(_upsert_seen(insert), seen)
    if ended:
        await connection.execute(_upsert_ended(insert), ended)
    touched = sorted({row["session_id"] for row in (*seen, *ended)})
    if touched:
        await connection.execute(_reopen(touched))
        await sum_up(connection, touched)


def _new(session_id: str, at: float) -> Row:
    return {
        "session_id": session_id,
        "user_id": None,
        "service_type": None,
        "status": "active",
        "overall_status": "running",
        "started_at": stamp(at),
        "last_seen_at": stamp(at),
        "completed_at": None,
        "step_count": 0,
        "issues_found": 0,
        "user_context": None,
    }


def _least(mine: ColumnElement[Any], new: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((new < mine, new), else_=mine)


def _greatest(mine: ColumnElement[Any], new: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((new > mine, new), else_=mine)


def _upsert_seen(insert: Insert) -> Insert:
    mine, new = sessions.c, insert.excluded
    return insert.on_conflict_do_update(
        index_elements=[mine.session_id],
        set_={
            "user_id": func.coalesce(mine.user_id, new.user_id),
            "service_type": func.coalesce(mine.service_type, new.service_type),
            "user_context": func.coalesce(mine.user_context, new.user_context),
            "started_at": _least(mine.started_at, new.started_at),
            "last_seen_at": _greatest(mine.last_seen_at, new.last_seen_at),
            "step_count": mine.step_count + new.step_count,
            "issues_found": mine.issues_found + new.issues_found,
        },
    )


def _upsert_ended(insert: Insert) -> Insert:
    mine, new = sessions.c, insert.excluded
    was_completed, is_completed = mine.status == "completed", new.status == "completed"
    ended_at = case(
        (mine.completed_at.is_(None), new.completed_at),
        (was_completed & is_completed, _least(mine.completed_at, new.completed_at)),
        (was_completed, mine.completed_at),
        (is_completed, new.completed_at),
        else_=_greatest(mine.completed_at, new.completed_at),
    )
    return insert.on_conflict_do_update(
        index_elements=[mine.session_id],
        set_={
            "started_at": _least(mine.started_at, new.started_at),
            "last_seen_at": _greatest(mine.last_seen_at, new.last_seen_at),
            "status": case((was_completed, mine.status), else_=new.status),
            "completed_at": ended_at,
        },
    )


def _reopen(touched: list[str]) -> Any:
    mine = sessions.c
    return (
        update(sessions)
        .where(mine.session_id.in_(touched), mine.status == "timed_out")
        .where(mine.last_seen_at > mine.completed_at)
        .values(
            status="active",
            overall_status="running",
            completed_at=null(),
            duration_ms=null(),
            **dict.fromkeys(SUMS, null()),
        )
    )
