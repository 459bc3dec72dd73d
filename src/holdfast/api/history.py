"""The past: calls, issues, context, performance, use and business, from the record."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query

from holdfast.api.asked import (
    Cursor,
    Days,
    Limit,
    Moment,
    Word,
    answered,
    history_of,
    last_days,
    page,
    unknown_integration,
)
from holdfast.api.services import Ask
from holdfast.api.shapes.past import (
    bucket,
    business_total,
    context_flow,
    recorded_call,
    recorded_issue,
    trend,
    trouble,
    use,
)
from holdfast.api.trends import buckets_to_compare
from holdfast.clock import iso
from holdfast.trends.history import Between, CallFilter, IssueFilter
from holdfast.trends.rollup import RESOLUTIONS, merged, resolution_for
from holdfast.trends.trend import trend_of

router = APIRouter(prefix="/monitoring/api", tags=["history"])

_HOUR_SECONDS = 3_600.0
_MOST_ROWS = 1_000
_MOST_TROUBLES = 5
_LONGEST_CURSOR = 4_000
"""That of a page of use names an endpoint and a type of user, in any alphabet."""

_TICK_SECONDS = 1e-6
"""What ended this very moment is counted too."""


@router.get("/calls")
async def calls(
    ask: Ask, integration: Word = None, operation: Word = None, session_id: Word = None,
    outcome: Literal["succeeded", "failed", "refused", "cancelled"] | None = None,
    verdict: Literal["pass", "warn", "fail"] | None = None,
    since: Moment = None, until: Moment = None, limit: Limit = 50, cursor: Cursor = None,
) -> dict[str, Any]:  # fmt: skip
    """Outbound calls, the newest first."""
    between = Between(since, until)
    which = CallFilter(integration, operation, outcome, verdict, session_id, between)
    found = await answered(history_of(ask).calls(which, limit=limit, cursor=cursor))
    return page("calls", [recorded_call(one) for one in found.items], found.next_cursor)


@router.get("/issues")
async def issues(
    ask: Ask, issue_type: Word = None, session_id: Word = None,
    severity: Literal["critical", "warning", "info"] | None = None,
    since: Moment = None, until: Moment = None, limit: Limit = 50, cursor: Cursor = None,
) -> dict[str, Any]:  # fmt: skip
    """Violations of the application's own logic and losses of context, the newest first."""
    which = IssueFilter(issue_type, severity, session_id, Between(since, until))
    found = await answered(history_of(ask).issues(which, limit=limit, cursor=cursor))
    return page("issues", [recorded_issue(one) for one in found.items], found.next_cursor)


@router.get("/context/{session_id:path}")
async def context(session_id: str, ask: Ask) -> dict[str, Any]:
    """A session's context from step to step: what was added, changed, removed and lost."""
    log = ask.session_log()
    if log is None:
        raise HTTPException(503, "the record is not open: the context cannot be looked up")
    steps = await answered(log.steps(session_id))
    is_known = steps or ask.sessions.find(session_id) or await answered(log.find(session_id))
    if not is_known:
        raise HTTPException(404, f"no session '{session_id[:80]}'")
    return context_flow(session_id, steps)


@router.get("/integration/{name}/history")
async def performance(
    name: str, ask: Ask, operation: Word = None,
    hours: Annotated[float, Query(gt=0, le=400 * 24)] = 24.0,
    resolution: Annotated[Literal["10", "60", "3600", "86400"] | None, Query()] = None,
) -> dict[str, Any]:  # fmt: skip
    """An integration's performance over *hours* until now, by buckets (default: hourly for a day).

    *trend* compares the later half of the calls with the earlier one, null when there are too few.
    404 when neither this application nor the record of these hours knows the integration.
    """
    now = ask.clock.wall()
    seconds = hours * _HOUR_SECONDS
    chosen = int(resolution) if resolution else max(resolution_for(seconds), 3_600)
    if seconds > RESOLUTIONS[chosen]:
        kept = RESOLUTIONS[chosen] / _HOUR_SECONDS
        raise HTTPException(
            422, f"buckets of {chosen} s are kept for {kept:g} hours, not {hours:g}"
        )
    history, between = history_of(ask), Between((now - seconds) // chosen * chosen, None)
    found = await answered(history.buckets(name, operation, chosen, between))
    if not found and name not in ask.integrations():  # one of the past is still known there
        raise unknown_integration(ask, name)
    compared = found
    if len(found) == 1:  # a young service: finer buckets tell more
        closer = buckets_to_compare(history, name, operation, now, seconds)
        compared = await answered(closer)
    worst = await answered(history.troubles(name, between, limit=_MOST_TROUBLES))
    return {
        "integration": name,
        "operation": operation,
        "resolution_seconds": chosen,
        "since": iso(between.since),
        "total": bucket(merged(one.tally for one in found)),
        "trend": trend(trend_of(compared)),
        "buckets": [{"at": iso(one.key.start), **bucket(one.tally)} for one in found],
        "recent_errors": [trouble(one) for one in worst],
    }


@router.get("/features")
async def features(
    ask: Ask, days: Days = 7,
    limit: Annotated[int, Query(ge=1, le=_MOST_ROWS)] = _MOST_ROWS,
    cursor: Annotated[str | None, Query(max_length=_LONGEST_CURSOR)] = None,
) -> dict[str, Any]:  # fmt: skip
    """What was used: requests by day, endpoint and type of user; the newest day, the busiest first.

    *truncated* says that there is more: ask again with *next_cursor*, which holds the range of days
    and the moment up to which the first page counted.
    """
    between = Between(last_days(ask, days).since, ask.clock.wall() + _TICK_SECONDS)
    found = await answered(history_of(ask).use(between, limit=limit, cursor=cursor))
    rows = page("features", [use(one) for one in found.items], found.next_cursor)
    return {**rows, "truncated": found.next_cursor is not None}


@router.get("/business")
async def business(ask: Ask, days: Days = 30) -> dict[str, Any]:
    """What it was worth: business facts by day, name and kind."""
    asked = history_of(ask).business(last_days(ask, days), limit=_MOST_ROWS)
    found = await answered(asked)
    return {"days": [business_total(one) for one in found], "truncated": len(found) == _MOST_ROWS}
