"""The histogram against the sorted truth."""

from math import ceil

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from holdfast.telemetry.histogram import Histogram

VALUES = st.lists(
    st.one_of(st.just(0.0), st.floats(1e-9, 1e9), st.integers(0, 10**15).map(float)), max_size=200
)
SHARES = st.lists(st.floats(0.0, 1.0), max_size=5).map(sorted)


def histogram(values: list[float]) -> Histogram:
    """A histogram of *values*."""
    one = Histogram()
    for value in values:
        one.add(value)
    return one


@given(VALUES, SHARES)
def test_quantiles_are_within_0_8_percent_of_the_truth(
    values: list[float], shares: list[float]
) -> None:
    """Of the value at that rank in the sorted list, whatever the scale."""
    assume(values)
    ranked = sorted(values)
    for share, found in zip(shares, histogram(values).quantiles(shares), strict=True):
        truth = ranked[max(ceil(share * len(ranked)), 1) - 1]
        assert found is not None
        assert abs(found - truth) <= 0.008 * truth


@given(VALUES)
def test_count_total_mean_and_extremes_are_exact(values: list[float]) -> None:
    """Only quantiles are approximate."""
    assume(values)
    one = histogram(values)
    assert (one.count, one.total) == (len(values), sum(values, start=0.0))
    assert (one.minimum, one.maximum) == (min(values), max(values))
    assert one.mean == one.total / one.count
    assert (one.quantile(0.0), one.quantile(1.0)) == (one.quantile(1e-9), one.quantiles([1.0])[0])


@given(VALUES, VALUES, SHARES)
def test_merging_is_adding_everything(
    left: list[float], right: list[float], shares: list[float]
) -> None:
    """The percentiles of two workers are those of all their values, never an average."""
    merged, together = histogram(left), histogram(left + right)
    merged.merge(histogram(right))
    assert merged.quantiles(shares) == together.quantiles(shares)
    assert merged.count == together.count
    assert abs(merged.total - together.total) <= 1e-9 * together.total
    if merged.count:
        assert (merged.minimum, merged.maximum) == (together.minimum, together.maximum)


@given(st.lists(VALUES, min_size=2, max_size=6), SHARES)
def test_what_was_asked_before_is_no_answer_to_what_was_counted_since(
    turns: list[list[float]], others: list[float]
) -> None:
    """Nor to other shares."""
    one, so_far = Histogram(), list[float]()
    for values in turns:
        one.add_all(values)
        so_far += values
        for shares in ([0.0, 0.5, 1.0], others, [0.0, 0.5, 1.0]):
            assert one.quantiles(shares) == histogram(so_far).quantiles(shares)


def test_an_empty_histogram_knows_nothing() -> None:
    """No value is not zero."""
    one = Histogram()
    assert (one.mean, one.quantile(0.5), one.quantiles([0.5, 0.9])) == (None, None, [None, None])


def test_space_grows_with_the_spread_and_not_with_the_count() -> None:
    """At most 64 bins for each power of two."""
    one = histogram([1.0 + number / 10_000 for number in range(10_000)])
    assert len(one._counts) == 64


@given(st.lists(st.floats(0.0, 1e9, allow_subnormal=False) | st.sampled_from([0.0, 0.5, 1.0, 2.0])))
def test_many_values_are_counted_as_one_by_one(values: list[float]) -> None:
    """Bin by bin or value by value: the same counts, bounds and quantiles."""
    at_once, singly = Histogram(), Histogram()
    at_once.add_all(values)
    for value in values:
        singly.add(value)
    assert at_once._counts == singly._counts
    assert (at_once.count, at_once.minimum, at_once.maximum) == (
        singly.count, singly.minimum, singly.maximum,
    )  # fmt: skip
    assert at_once.total == pytest.approx(singly.total)


@given(st.lists(st.floats(0, 1e9)))
def test_what_is_kept_is_what_was_counted(values: list[float]) -> None:
    """A histogram made of bytes answers as the one they were made of, and can be added to."""
    first = Histogram()
    for value in values:
        first.add(value)
    second = Histogram.from_bytes(first.to_bytes())
    assert second.to_bytes() == first.to_bytes()
    shares = (0.0, 0.5, 0.95, 1.0)
    assert second.quantiles(shares) == first.quantiles(shares)
    assert (second.count, second.mean) == (first.count, first.mean)


@pytest.mark.parametrize("data", [b"", b"\x01", b"\x02" + bytes(44), Histogram().to_bytes() + b"x"])
def test_bytes_that_are_no_histogram_are_refused(data: bytes) -> None:
    """Cut, long or of another format: an error, never a wrong figure."""
    with pytest.raises(ValueError, match="histogram"):
        Histogram.from_bytes(data)
