"""The record as a `SessionLog`: sessions looked up once they are no longer in memory."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, RowMapping, Select, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine

from holdfast.clock import stamp
from holdfast.sessions.session import (
    OverallStatus,
    Session,
    SessionPage,
    SessionStatus,
    Step,
)
from holdfast.storage.tables import Stamp, integration_calls, sessions
from holdfast.storage.texts import identifier

MOST_SESSIONS = 500
"""How many sessions one page can hold."""

MOST_STEPS = 500
"""How many steps are read of one session: the last ones."""

_STEP_COLUMNS = (
    "at", "step", "integration", "operation", "outcome", "verdict", "score", "reason",
    "latency_ms", "waited_ms", "attempts", "served_from",
)  # fmt: skip


class SqlSessionLog:
    """Reads what `SqlEventLog` wrote. A page has no steps: `find` has."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def page(
        self, *, limit: int, cursor: str | None = None, status: SessionStatus | None = None
    ) -> SessionPage:
        """As `SessionLog.page` asks; 1 <= *limit* <= 500, else ValueError."""
        if not 1 <= limit <= MOST_SESSIONS:
            raise ValueError(f"limit is {limit}: ask for 1 to {MOST_SESSIONS} sessions")
        query = _newest_first(limit + 1, cursor, status)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).all()
        more = len(rows) > limit
        shown = tuple(_session(row) for row in rows[:limit])
        return SessionPage(shown, _cursor(rows[limit - 1]) if more else None)

    async def idle(self, before: float) -> list[str]:
        """As `SessionLog.idle` asks."""
        mine = sessions.c
        query = (
            select(mine.session_id)
            .where(mine.status == "active", mine.last_seen_at < stamp(before))
            .order_by(mine.last_seen_at)
            .limit(MOST_SESSIONS)
        )
        async with self._engine.connect() as connection:
            return list((await connection.execute(query)).scalars())

    async def find(self, session_id: str) -> Session | None:
        """As `SessionLog.find` asks: the last 500 steps."""
        key = identifier(session_id)
        async with self._engine.connect() as connection:
            query = select(sessions).where(sessions.c.session_id == key)
            row = (await connection.execute(query)).one_or_none()
            if row is None:
                return None
            last = (await connection.execute(_last_steps(key))).mappings().all()
        return _session(row, tuple(_step(step) for step in reversed(last)))


def _newest_first(limit: int, cursor: str | None, status: SessionStatus | None) -> Select[Any]:
    mine = sessions.c
    query = select(sessions).order_by(mine.started_at.desc(), mine.session_id.desc()).limit(limit)
    if status is not None:
        query = query.where(mine.status == status)
    if cursor is not None:
        started_at, session_id = _place(cursor)
        place = tuple_(literal(started_at, Stamp), literal(session_id))
        query = query.where(tuple_(mine.started_at, mine.session_id) < place)
    return query


def _last_steps(session_id: str) -> Select[Any]:
    mine = integration_calls.c
    return (
        select(*(mine[name] for name in _STEP_COLUMNS), mine.error_type.label("error"))
        .where(mine.session_id == session_id)
        .order_by(mine.at.desc(), mine.event_id.desc())
        .limit(MOST_STEPS)
    )


def _session(row: Row[Any], steps: tuple[Step, ...] = ()) -> Session:
    completed_at = row.completed_at
    return Session(
        row.session_id, row.user_id, row.service_type,
        cast("SessionStatus", row.status), cast("OverallStatus", row.overall_status),
        row.started_at.timestamp(), row.last_seen_at.timestamp(),
        completed_at.timestamp() if completed_at else None,
        row.step_count, row.issues_found, steps,
    )  # fmt: skip


def _step(row: RowMapping) -> Step:
    return Step(**{**row, "at": row["at"].timestamp()})


def _cursor(row: Row[Any]) -> str:
    place = json.dumps([row.started_at.isoformat(), row.session_id])
    return urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _place(cursor: str) -> tuple[datetime, str]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        started_at, session_id = json.loads(urlsafe_b64decode(padded.encode("ascii")))
        return stamp(datetime.fromisoformat(started_at).timestamp()), identifier(session_id)
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise ValueError(f"cursor {cursor[:40]!r} is not one of ours: start without one") from None
