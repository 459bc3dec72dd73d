"""The window counts what a list of the last results would, in constant space."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.resilience.window import Window

STEPS = st.lists(st.tuples(st.sampled_from([0.0, 0.5, 1.0, 3.0, 11.0, 25.0]), st.booleans()))


@given(STEPS, st.sampled_from([0.0, 1e6]))
def test_equals_a_recount_of_the_last_buckets(
    steps: list[tuple[float, bool]], start: float
) -> None:
    """Ten buckets of one second: total and bad are those of this bucket and the nine before."""
    window, now, seen = Window(10.0), start, list[tuple[int, bool]]()
    for seconds, bad in steps:
        now += seconds
        window.add(now, bad)
        seen.append((int(now), bad))
        held = [its_bad for bucket, its_bad in seen if bucket > int(now) - 10]
        assert (window.total, window.bad) == (len(held), sum(held))


@given(STEPS)
def test_is_empty_a_window_later_and_when_cleared(steps: list[tuple[float, bool]]) -> None:
    """Nothing outlives the window, nothing survives a clear."""
    aged, cleared, now = Window(10.0), Window(10.0), 0.0
    for seconds, bad in steps:
        now += seconds
        aged.add(now, bad)
        cleared.add(now, bad)
    aged.advance(now + 10.0)
    cleared.clear()
    assert (aged.total, aged.bad) == (cleared.total, cleared.bad) == (0, 0)
    cleared.advance(now + 100.0)
    assert (cleared.total, cleared.bad) == (0, 0)


def test_a_stamp_from_before_counts_as_now() -> None:
    """Two clocks' reads may cross: nothing is lost, nothing negative."""
    window = Window(10.0)
    window.add(5.0, True)
    window.add(4.0, False)
    assert (window.total, window.bad) == (2, 1)
