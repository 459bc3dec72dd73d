"""Sessions: from the record, or from memory while the record cannot answer."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query

from holdfast.api.services import Ask, Services
from holdfast.api.shapes.session import LISTED_STEPS
from holdfast.api.shapes.session import session as shaped
from holdfast.sessions.session import Session, SessionPage, SessionStatus

router = APIRouter(prefix="/monitoring/api/sessions", tags=["sessions"])

_PATIENCE_SECONDS = 2.0
"""How long the record may think before memory answers for it."""

_GRAIN_SECONDS = 0.001
"""What a database may round a time by."""


@router.get("")
async def sessions(
    ask: Ask,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    status: SessionStatus | None = None,
) -> dict[str, Any]:
    """The sessions that started last, first; *partial* says when only memory could answer."""
    page, partial = await _page(ask, limit, cursor, status)
    return {
        "sessions": [shaped(_freshest(ask, one), LISTED_STEPS) for one in page.sessions],
        "next_cursor": page.next_cursor,
        "source": "memory" if partial else "record",
        "partial": partial,
    }


@router.get("/{session_id:path}")
async def session(session_id: str, ask: Ask) -> dict[str, Any]:
    """One session with its steps; 404 when neither the record nor memory knows it."""
    held = ask.sessions.find(session_id)
    try:
        recorded = await _recorded(ask, session_id)
    except HTTPException:
        if held is None:
            raise
        recorded = None
    if recorded is not None:
        return shaped(_fresher(recorded, held))
    if held is None:
        raise HTTPException(404, f"no session '{session_id[:80]}'")
    return shaped(held)


async def _page(
    services: Services, limit: int, cursor: str | None, status: SessionStatus | None
) -> tuple[SessionPage, str | None]:
    log = services.session_log()
    if log is None:
        return _remembered(services, limit, status), "there is no record: memory only"
    try:
        asked = log.page(limit=limit, cursor=cursor, status=status)
        return await asyncio.wait_for(asked, _PATIENCE_SECONDS), None
    except ValueError as error:
        raise HTTPException(422, str(error)) from error
    except Exception as error:  # noqa: BLE001 - whatever the database says, the page goes on
        why = f"the record does not answer ({type(error).__name__}): memory only"
        return _remembered(services, limit, status), why


async def _recorded(services: Services, session_id: str) -> Session | None:
    log = services.session_log()
    if log is None:
        return None
    try:
        return await asyncio.wait_for(log.find(session_id), _PATIENCE_SECONDS)
    except Exception as error:
        why = f"the record does not answer ({type(error).__name__}), and memory does not hold it"
        raise HTTPException(503, why) from error


def _remembered(services: Services, limit: int, status: SessionStatus | None) -> SessionPage:
    held = [one for one in services.sessions.latest(1000) if status in (None, one.status)]
    held.sort(key=lambda one: one.started_at, reverse=True)
    return SessionPage(tuple(held[:limit]), None)


def _freshest(services: Services, recorded: Session) -> Session:
    return _fresher(recorded, services.sessions.find(recorded.session_id))


def _fresher(recorded: Session, held: Session | None) -> Session:
    """What is *held* in memory, unless more is recorded.

    That is steps from before a restart, or an end that another worker decided.
    """
    if held is None or held.step_count < recorded.step_count:
        return recorded
    is_over = recorded.status != "active" and held.status == "active"
    return (
        recorded if is_over and recorded.last_seen_at > held.last_seen_at - _GRAIN_SECONDS else held
    )
