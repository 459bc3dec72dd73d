"""The record as a `SessionLog`: sessions looked up once they are no longer in memory."""

from dataclasses import replace
from typing import Any, cast

from sqlalchemy import Row, RowMapping, Select, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine

from holdfast.events import SessionEnded
from holdfast.sessions.context_flow import StepSeen
from holdfast.sessions.session import (
    OverallStatus,
    Session,
    SessionFilter,
    SessionPage,
    SessionStatus,
    Step,
)
from holdfast.storage.columns import Stamp
from holdfast.storage.cursors import cursor_at, place_of
from holdfast.storage.own_verdicts import own_verdicts
from holdfast.storage.session_ends import end_idle
from holdfast.storage.steps import steps_of
from holdfast.storage.tables import integration_calls, sessions
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
        self, *, limit: int, cursor: str | None = None, which: SessionFilter | None = None
    ) -> SessionPage:
        """As `SessionLog.page` asks; 1 <= *limit* <= 500, else ValueError."""
        if not 1 <= limit <= MOST_SESSIONS:
            raise ValueError(f"limit is {limit}: ask for 1 to {MOST_SESSIONS} sessions")
        query = _newest_first(limit + 1, cursor, which or SessionFilter())
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).all()
        more = len(rows) > limit
        shown = tuple(_session(row) for row in rows[:limit])
        return SessionPage(
            shown,
            cursor_at(rows[limit - 1].started_at, rows[limit - 1].session_id) if more else None,
        )

    async def find(self, session_id: str) -> Session | None:
        """As `SessionLog.find` asks: the last 500 steps."""
        key = identifier(session_id)
        async with self._engine.connect() as connection:
            query = select(sessions).where(sessions.c.session_id == key)
            row = (await connection.execute(query)).one_or_none()
            if row is None:
                return None
            last = (await connection.execute(_last_steps(key))).mappings().all()
            own = await own_verdicts(connection, [key])
        found = _session(row, tuple(_step(step) for step in reversed(last)))
        return replace(found, own_verdicts=tuple(own.get(key, ())))

    async def steps(self, session_id: str) -> list[StepSeen]:
        """As `SessionLog.steps` asks."""
        return await steps_of(self._engine, session_id)

    async def end_idle(self, unseen_since: float) -> list[SessionEnded]:
        """As `SessionLog.end_idle` asks."""
        return await end_idle(self._engine, unseen_since)


def _newest_first(limit: int, cursor: str | None, which: SessionFilter) -> Select[Any]:
    mine = sessions.c
    query = select(sessions).order_by(mine.started_at.desc(), mine.session_id.desc()).limit(limit)
    for name in ("status", "overall_status", "service_type", "user_id"):
        if (wanted := getattr(which, name)) is not None:
            query = query.where(mine[name] == identifier(wanted))
    if cursor is not None:
        started_at, session_id = place_of(cursor)
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
        row.performance_score, row.quality_score, row.cost,
        row.user_context, row.validation_results,
    )  # fmt: skip


def _step(row: RowMapping) -> Step:
    return Step(**{**row, "at": row["at"].timestamp()})
