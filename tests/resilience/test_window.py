"""The windows count what a list of the last results would, in constant space."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.resilience.count_window import CountWindow
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


RESULTS = st.lists(st.tuples(st.booleans(), st.booleans()), max_size=80)


@given(RESULTS, st.integers(1, 20))
def test_a_count_window_equals_a_recount_of_the_last_results(
    results: list[tuple[bool, bool]], size: int
) -> None:
    """Exactly the last *size* count, whenever they were; cleared, none do."""
    window = CountWindow(size)
    for number, (bad, slow) in enumerate(results, start=1):
        window.add(0.0, bad, slow)
        held = results[max(number - size, 0) : number]
        assert window.total == len(held)
        assert window.bad == sum(one[0] for one in held)
        assert window.slow == sum(one[1] for one in held)
    window.clear()
    assert (window.total, window.bad, window.slow) == (0, 0, 0)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.booleans(), st.booleans())))
def test_good_bad_and_slow_are_counted_apart(
    steps: list[tuple[int, int, bool, bool]],
) -> None:
    """Several at once or one by one, each count forgets its own."""
    window, now = Window(10.0), 0
    seen: list[tuple[int, bool, bool]] = []
    for seconds, several, bad, slow in steps:
        now += seconds
        window.add_several(float(now), several)
        window.add(float(now), bad, slow)
        seen += [(now, False, False)] * several + [(now, bad, slow)]
        held = [one for one in seen if one[0] > now - 10]
        counts = (len(held), sum(one[1] for one in held), sum(one[2] for one in held))
        assert (window.total, window.bad, window.slow) == counts
