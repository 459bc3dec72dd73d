"""Is it getting better or worse? Two halves of a stretch of time, compared. Pure.

The thresholds are the voice contract's (§2.5). A half is half of the calls, not of the time: where
there was no call, there is nothing to compare.
"""

from collections.abc import Sequence
from typing import Literal

from holdfast.fact import fact
from holdfast.telemetry.tally import Tally
from holdfast.trends.rollup import Bucket, merged

ENOUGH_CALLS = 20
_RATE_POINTS = 5.0
_LATENCY_SHARE = 0.2
_LATENCY_MS = 1.0
"""A smaller change is none, whatever its share: from nothing, every step is infinite."""

RateTrend = Literal["stable", "improving", "declining"]
LatencyTrend = Literal["stable", "increasing", "decreasing", "unknown"]


@fact
class Trend:
    """How the *second* half of the calls differs from the *first*."""

    success_rate: RateTrend
    latency: LatencyTrend
    first: Tally
    second: Tally


def trend_of(buckets: Sequence[Bucket]) -> Trend | None:
    """The trend over *buckets*, oldest first; None when there is too little to compare.

    That is fewer than `ENOUGH_CALLS` that ended, or all of them in one bucket.
    """
    ended = [bucket.tally for bucket in buckets if bucket.tally.total]
    total = sum(tally.total for tally in ended)
    if total < ENOUGH_CALLS or len(ended) < 2:
        return None
    middle = _middle(ended, total)
    first, second = merged(ended[:middle]), merged(ended[middle:])
    return Trend(_rate(first, second), _latency(first, second), first, second)


def _middle(tallies: Sequence[Tally], total: int) -> int:
    """Where to cut so that both sides hold about as many calls, and neither none."""
    before, cut, least = 0, 1, float("inf")
    for index, tally in enumerate(tallies[:-1], 1):
        before += tally.total
        if abs(total - 2 * before) < least:
            cut, least = index, abs(total - 2 * before)
    return cut


def _rate(first: Tally, second: Tally) -> RateTrend:
    change = (second.success_rate or 0.0) - (first.success_rate or 0.0)
    if change > _RATE_POINTS:
        return "improving"
    return "declining" if change < -_RATE_POINTS else "stable"


def _latency(first: Tally, second: Tally) -> LatencyTrend:
    before, after = first.latency.mean, second.latency.mean
    if before is None or after is None:
        return "unknown"
    if abs(after - before) <= max(_LATENCY_SHARE * before, _LATENCY_MS):
        return "stable"
    return "increasing" if after > before else "decreasing"
