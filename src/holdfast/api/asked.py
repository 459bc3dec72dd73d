"""How a route asks the record: with patience, and an honest word when it does not answer."""

import asyncio
from collections.abc import Awaitable
from typing import Annotated, Any, TypeVar

from fastapi import HTTPException, Query

from holdfast.api.services import Services
from holdfast.clock import stamp
from holdfast.trends.history import Between, History

T = TypeVar("T")
PATIENCE_SECONDS = 5.0
_DAY_SECONDS = 86_400.0

Limit = Annotated[int, Query(ge=1, le=500)]
Cursor = Annotated[str | None, Query(max_length=200)]
Word = Annotated[str | None, Query(max_length=200)]
Days = Annotated[int, Query(ge=1, le=400, description="how many days back, today included")]
Moment = Annotated[float | None, Query(ge=0, le=32_503_680_000, description="Unix seconds")]


def unknown_integration(services: Services, name: str) -> HTTPException:
    """The 404 that names those there are."""
    known = ", ".join(sorted(services.integrations()))
    return HTTPException(404, f"no integration named '{name[:80]}'; known: {known}")


def history_of(services: Services) -> History:
    """Where the past is looked up; a 503 while the record is not open."""
    history = services.history()
    if history is None:
        raise HTTPException(503, "the record is not open: the past cannot be looked up")
    return history


async def answered(asked: Awaitable[T]) -> T:
    """What the record says; 422 for a question it refuses, 503 when it does not answer in time."""
    try:
        return await asyncio.wait_for(asked, PATIENCE_SECONDS)
    except ValueError as error:
        raise HTTPException(422, str(error)) from error
    except Exception as error:
        why = f"the record does not answer ({type(error).__name__})"
        raise HTTPException(503, why) from error


def last_days(services: Services, days: int) -> Between:
    """From midnight (UTC), *days* - 1 days ago, until now."""
    now = services.clock.wall()
    midnight = stamp(now).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
    return Between(midnight - (days - 1) * _DAY_SECONDS, None)


def page(name: str, items: list[dict[str, Any]], next_cursor: str | None) -> dict[str, Any]:
    """A page as JSON."""
    return {name: items, "next_cursor": next_cursor}
