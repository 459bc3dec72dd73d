"""Alerts: those of the record, each as this process knows it if it watches it."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query

from holdfast.alerts.alert_log import AlertState
from holdfast.api.services import Ask, Services
from holdfast.api.shapes import alerts as shapes
from holdfast.events import AlertChanged, fact
from holdfast.trends.history import Page

router = APIRouter(prefix="/monitoring/api/alerts", tags=["monitoring"])

_PATIENCE_SECONDS = 2.0
"""How long the record may think before memory answers for it."""


@router.get("")
async def alerts(
    ask: Ask,
    state: AlertState | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> dict[str, Any]:
    """The alerts that began last, first, former processes' too.

    *total* counts those of the asked state; *partial* says when only memory could answer.
    """
    found, partial = await _found(ask, state, limit, cursor)
    return {
        "alerts": [shapes.alert(one) for one in found.alerts],
        "total": found.total,
        "firing": found.firing,
        "next_cursor": found.next_cursor,
        "source": "memory" if partial else "record",
        "partial": partial,
    }


@fact
class _Found:
    alerts: list[AlertChanged]
    total: int
    firing: int
    next_cursor: str | None


async def _found(
    services: Services, state: AlertState | None, limit: int, cursor: str | None
) -> tuple[_Found, str | None]:
    log = services.alert_log()
    if log is None:
        is_off = services.record().status == "off"
        why = "there is no record" if is_off else "the record cannot be read yet"
        return _remembered(services, state, limit), f"{why}: memory only"
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            page = await log.page(state, limit=limit, cursor=cursor)
            total, firing = await log.count(state), await log.count("firing")
    except ValueError as error:
        raise HTTPException(422, str(error)) from error
    except Exception as error:  # noqa: BLE001 - whatever the database says, the page goes on
        why = f"the record does not answer ({type(error).__name__}): memory only"
        return _remembered(services, state, limit), why
    shown = _freshest(page, shapes.known(services.watch), is_first=cursor is None)
    asked = [one for one in shown if state in (None, one.state)]
    return _Found(asked, max(total, len(asked)), firing, page.next_cursor), None


def _freshest(
    page: Page[AlertChanged], known: list[AlertChanged], *, is_first: bool
) -> list[AlertChanged]:
    """*page* as memory knows it now; before a first page stands what is not written yet."""
    by_id = {one.alert_id: one for one in known}
    listed = [by_id.pop(one.alert_id, one) for one in page.items]
    if not is_first:
        return listed
    oldest = listed[-1].since if page.next_cursor else float("-inf")
    newer = [one for one in by_id.values() if one.since > oldest]
    return sorted((*newer, *listed), key=lambda one: one.since, reverse=True)


def _remembered(services: Services, state: AlertState | None, limit: int) -> _Found:
    asked = [one for one in shapes.known(services.watch) if state in (None, one.state)]
    firing = len(services.watch.firing())
    return _Found(asked[-limit:][::-1], len(asked), firing, None)
