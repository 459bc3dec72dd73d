"""Sessions: from the record, or from memory while the record cannot answer."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query

from holdfast.api.services import Ask, Services
from holdfast.api.shapes.session import LISTED_STEPS
from holdfast.api.shapes.session import session as shaped
from holdfast.sessions.joined import joined
from holdfast.sessions.scores import recommendations
from holdfast.sessions.session import (
    OverallStatus,
    Session,
    SessionFilter,
    SessionPage,
    SessionStatus,
)

router = APIRouter(prefix="/monitoring/api/sessions", tags=["sessions"])

_PATIENCE_SECONDS = 2.0
"""How long the record may think before memory answers for it."""


@router.get("")
async def sessions(
    ask: Ask,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    status: SessionStatus | None = None,
    overall: OverallStatus | None = None,
    service_type: Annotated[str | None, Query(max_length=200)] = None,
    user_id: Annotated[str | None, Query(max_length=200)] = None,
) -> dict[str, Any]:
    """The sessions that started last, first; *partial* says when only memory could answer."""
    which = SessionFilter(status, overall, service_type, user_id)
    page, partial = await _page(ask, limit, cursor, which)
    return {
        "sessions": [shaped(_freshest(ask, one), LISTED_STEPS) for one in page.sessions],
        "next_cursor": page.next_cursor,
        "source": "memory" if partial else "record",
        "partial": partial,
    }


@router.get("/{session_id:path}")
async def session(session_id: str, ask: Ask) -> dict[str, Any]:
    """One session with its steps; 404 when neither the record nor memory knows it.

    Its steps may have been taken by several processes: the record knows them all, memory the last
    moment of this one. *user_context* is what the application said when it started the session,
    *validation_results* the last verdict on each step; null where there is none. *partial* says
    when the record could not answer.
    """
    live = ask.sessions.find(session_id)
    recorded, partial = await _recorded(ask, session_id, live is not None)
    found = joined(recorded, live)
    if found is None:
        raise HTTPException(404, f"no session '{session_id[:80]}'")
    return {
        **shaped(found),
        "user_context": found.user_context,
        "validation_results": found.validation_results,
        "recommendations": recommendations(found),
        "partial": partial,
    }


async def _page(
    services: Services, limit: int, cursor: str | None, which: SessionFilter
) -> tuple[SessionPage, str | None]:
    log = services.session_log()
    if log is None:
        return _remembered(services, limit, which), "there is no record: memory only"
    try:
        asked = log.page(limit=limit, cursor=cursor, which=which)
        return await asyncio.wait_for(asked, _PATIENCE_SECONDS), None
    except ValueError as error:
        raise HTTPException(422, str(error)) from error
    except Exception as error:  # noqa: BLE001 - whatever the database says, the page goes on
        why = f"the record does not answer ({type(error).__name__}): memory only"
        return _remembered(services, limit, which), why


async def _recorded(
    services: Services, session_id: str, is_live: bool
) -> tuple[Session | None, str | None]:
    log = services.session_log()
    if log is None:
        return None, "there is no record: memory only"
    try:
        return await asyncio.wait_for(log.find(session_id), _PATIENCE_SECONDS), None
    except Exception as error:
        if is_live:
            return None, f"the record does not answer ({type(error).__name__}): memory only"
        why = f"the record does not answer ({type(error).__name__}), and memory does not hold it"
        raise HTTPException(503, why) from error


def _remembered(services: Services, limit: int, which: SessionFilter) -> SessionPage:
    held = [one for one in services.sessions.latest(1000) if which.matches(one)]
    held.sort(key=lambda one: one.started_at, reverse=True)
    return SessionPage(tuple(held[:limit]), None)


def _freshest(services: Services, recorded: Session) -> Session:
    return joined(recorded, services.sessions.find(recorded.session_id)) or recorded
