"""Ending the sessions that nobody came back to: decided once, however many processes look."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from holdfast.clock import stamp
from holdfast.events import SessionEnded
from holdfast.storage.session_sums import sum_up
from holdfast.storage.tables import sessions

_MOST_AT_ONCE = 500


async def end_idle(engine: AsyncEngine, unseen_since: float) -> list[SessionEnded]:
    """As `SessionLog.end_idle` asks: one statement takes them, so nobody else gets the same.

    A session that is seen later after all is opened again by who writes that down.
    """
    mine = sessions.c
    idle = (mine.status == "active") & (mine.last_seen_at < stamp(unseen_since))
    some = select(mine.session_id).where(idle).order_by(mine.session_id).limit(_MOST_AT_ONCE)
    take = (
        update(sessions)
        .where(mine.session_id.in_(some.with_for_update(skip_locked=True)), idle)
        .values(status="timed_out", completed_at=mine.last_seen_at)
        .returning(mine.session_id, mine.last_seen_at)
    )
    async with engine.begin() as connection:
        taken = (await connection.execute(take)).all()
        await sum_up(connection, [row.session_id for row in taken])
    return [
        SessionEnded(row.session_id, row.last_seen_at.timestamp(), "timed_out") for row in taken
    ]
