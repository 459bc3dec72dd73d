"""Better or worse: two halves of the calls, compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.telemetry.tally import Tally
from holdfast.trends.rollup import Bucket, BucketKey
from holdfast.trends.trend import ENOUGH_CALLS, trend_of


def bucket(start: int, calls: int, *, failed: int = 0, mean_ms: float | None = 100.0) -> Bucket:
    """*calls* of one bucket; with no *mean_ms* none of them went out."""
    tally = Tally()
    tally.succeeded, tally.failed = calls - failed, failed
    for _ in range(calls if mean_ms is not None else 0):
        tally.latency.add(mean_ms or 0.0)
    return Bucket(BucketKey(60, start, "sun", "shine"), tally)


@pytest.mark.parametrize(
    ("before", "after", "rate", "latency"),
    [
        (bucket(0, 20), bucket(60, 20), "stable", "stable"),
        (bucket(0, 20), bucket(60, 20, failed=2), "declining", "stable"),
        (bucket(0, 20, failed=2), bucket(60, 20), "improving", "stable"),
        (bucket(0, 20), bucket(60, 20, failed=1), "stable", "stable"),
        (bucket(0, 20), bucket(60, 20, mean_ms=130.0), "stable", "increasing"),
        (bucket(0, 20, mean_ms=130.0), bucket(60, 20), "stable", "decreasing"),
        (bucket(0, 20), bucket(60, 20, mean_ms=115.0), "stable", "stable"),
        (bucket(0, 20, mean_ms=None), bucket(60, 20), "stable", "unknown"),
    ],
)  # fmt: skip
def test_a_change_has_to_be_large_enough(
    before: Bucket, after: Bucket, rate: str, latency: str
) -> None:
    """More than five points of success, more than a fifth of the latency (contract §2.5)."""
    found = trend_of([before, after])
    assert found is not None
    assert (found.success_rate, found.latency) == (rate, latency)


def test_from_no_latency_not_every_change_is_an_increase() -> None:
    """A millisecond is nothing, whatever share of nothing it is (contract fault 30)."""
    found = trend_of([bucket(0, 20, mean_ms=0.0), bucket(60, 20, mean_ms=0.5)])
    assert found is not None
    assert found.latency == "stable"


@pytest.mark.parametrize(
    "buckets",
    [[], [bucket(0, 100)], [bucket(0, 10), bucket(60, 9)], [bucket(0, 40), bucket(60, 0)]],
)
def test_too_little_is_no_trend(buckets: list[Bucket]) -> None:
    """Fewer than twenty calls, or all at once."""
    assert trend_of(buckets) is None


@given(st.lists(st.integers(0, 50), min_size=2, max_size=40))
def test_both_halves_hold_calls_and_none_is_lost(counts: list[int]) -> None:
    """The cut is where the halves are as equal as whole buckets allow."""
    found = trend_of([bucket(60 * n, count) for n, count in enumerate(counts)])
    total, ended = sum(counts), [one for one in counts if one]
    if total < ENOUGH_CALLS or len(ended) < 2:
        assert found is None
        return
    assert found is not None
    assert found.first.total + found.second.total == total
    assert min(found.first.total, found.second.total) > 0
    assert abs(found.first.total - found.second.total) <= max(ended)
