"""The rolling window against a list that is cut by hand."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from holdfast.telemetry.rolling import Rolling
from holdfast.telemetry.sums import Sums


class Bag:
    """Counts by keeping everything."""

    def __init__(self) -> None:
        self.held: list[int] = []


def _poured(bags: Sequence[Bag]) -> Bag:
    together = Bag()
    together.held = [number for bag in bags for number in bag.held]
    return together


@given(
    st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.5, 4.0, 9.0]), max_size=60),
    st.sampled_from([0.0, 1e6]),
    st.floats(0.0, 20.0),
)
def test_holds_exactly_the_slices_of_the_window(
    steps: list[float], start: float, later: float
) -> None:
    """Four slices of two seconds: this one and the three before, oldest first, gaps as None."""
    rolling, now, seen = Rolling(Bag, step_seconds=2.0, slices=4), start, list[tuple[int, int]]()
    for number, seconds in enumerate(steps):
        now += seconds
        rolling.at(now).held.append(number)
        seen.append((int(now / 2.0), number))
    now += later
    last = int(now / 2.0)
    expected = [[n for of, n in seen if of == slot] or None for slot in range(last - 3, last + 1)]
    series = rolling.series(now)
    assert [bag and bag.held for bag in series] == expected
    together = rolling.together(now, Sums(_poured), of="bags")
    assert together.held == [number for bag in expected for number in bag or ()]


def test_a_stamp_from_before_is_counted_in_its_own_slice() -> None:
    """Two threads' clocks may cross a border in either order: neither count is lost."""
    rolling = Rolling(Bag, step_seconds=2.0, slices=4)
    rolling.at(2.0).held.append(1)
    rolling.at(1.9).held.append(2)
    assert [bag and bag.held for bag in rolling.series(2.0)] == [None, None, [2], [1]]
