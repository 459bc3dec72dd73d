"""The voice contract's trends, from the roll-ups of all processes over the asked hours."""

from typing import Any

from holdfast.api.services import Services
from holdfast.api.shapes.numbers import rounded
from holdfast.errors import LifecycleError
from holdfast.telemetry.tally import Tally
from holdfast.trends.history import Between, History
from holdfast.trends.rollup import RESOLUTIONS, Bucket, resolution_for
from holdfast.trends.trend import ENOUGH_CALLS, trend_of

MOST_HOURS = 720
_HOUR_SECONDS = 3_600


async def performance_trends(services: Services, name: str, hours: int) -> dict[str, Any]:
    """T of the contract (§1.6), with what each half of the calls was.

    *data_points* are calls that ended, until now. Raises `LifecycleError` while no record is open,
    and what its driver raises when it does not answer.
    """
    history = services.history()
    if history is None:
        raise LifecycleError("the record is not open: there are no trends without it")
    now, seconds = services.clock.wall(), hours * _HOUR_SECONDS
    buckets = await buckets_to_compare(history, name, None, now, seconds)
    points = sum(bucket.tally.total for bucket in buckets)
    known = {"data_points": points, "time_range_hours": hours}
    found = trend_of(buckets)
    if found is None:
        return {"trend": "no_data", "message": _too_little(points), **known}
    return {
        "trend": "analyzed",
        "success_rate_trend": found.success_rate,
        "latency_trend": found.latency,
        **known,
        "first_half": _half(found.first),
        "second_half": _half(found.second),
    }


async def buckets_to_compare(
    history: History, name: str, operation: str | None, now: float, seconds: float
) -> list[Bucket]:
    """In buckets as coarse as the span asks for; finer ones when all is in one of those."""
    coarse = resolution_for(seconds)
    found: list[Bucket] = []
    for resolution in sorted((one for one in RESOLUTIONS if one <= coarse), reverse=True):
        span = min(seconds, RESOLUTIONS[resolution])
        since = Between((now - span) // resolution * resolution)
        finer = await history.buckets(name, operation, resolution, since)
        if _calls(finer) < _calls(found):  # the finer ones are forgotten sooner
            break
        found = finer
        if len(found) > 1:
            break
    return found


def _calls(buckets: list[Bucket]) -> int:
    return sum(bucket.tally.total for bucket in buckets)


def _too_little(points: int) -> str:
    if not points:
        return "No recent data available"
    if points < ENOUGH_CALLS:
        return f"Not enough data: {points} calls, at least {ENOUGH_CALLS} are needed"
    return f"Not enough data: all {points} calls came at once"


def _half(tally: Tally) -> dict[str, Any]:
    return {
        "calls": tally.total,
        "success_rate": rounded(tally.success_rate, 2),
        "mean_ms": rounded(tally.latency.mean, 1),
        "p95_ms": rounded(tally.latency.quantile(0.95), 1),
    }
