"""Whatever callers and provider do, in whatever order: every promise of a guard holds."""

from hypothesis import given
from hypothesis import strategies as st

from tests.guard.stage import run
from tests.guard.world import Mood, Plan, Way, World

STEP = 0.25
MOODS: list[Mood] = [
    "answer", "empty", "down", "limited", "banned", "mistake", "bug", "refused", "hang",
]  # fmt: skip
WAYS: list[Way] = ["call", "call", "call", "body", "read", "close", "drop", "abandon"]


def times(longest: float) -> st.SearchStrategy[float]:
    """Moments on a coarse grid, so that things happen at the same time often."""
    return st.integers(0, int(longest / STEP)).map(lambda steps: steps * STEP)


PLANS = st.lists(
    st.builds(
        Plan,
        comes=times(24.0),
        way=st.sampled_from(WAYS),
        moods=st.lists(st.sampled_from(MOODS), min_size=1, max_size=3).map(tuple),
        takes=times(5.0),
        leaves=st.none() | times(12.0),
    ),
    min_size=1,
    max_size=12,
)


@given(PLANS)
def test_every_call_ends_exactly_once_as_its_caller_saw_it(plans: list[Plan]) -> None:
    """One end a call, with the outcome the caller met, and times that add up."""
    world = World(plans)
    run(world.run())
    for number, truth in enumerate(world.truths):
        (end,) = world.ends(number)
        assert end.outcome == truth.outcome
        assert (end.error is None) == (end.outcome == "succeeded")
        assert (end.latency_ms or 0.0) + end.waited_ms <= end.total_ms + 1e-6
        assert (end.latency_ms is None) == (end.attempts == 0)


@given(PLANS)
def test_attempts_are_bounded_and_told_once_each(plans: list[Plan]) -> None:
    """Three attempts at most; each that failed before an answer was opened is told once."""
    world = World(plans)
    run(world.run())
    for number, truth in enumerate(world.truths):
        (end,), failures = world.ends(number), world.failures(number)
        assert end.attempts <= 3
        if plans[number].way != "body":
            assert end.attempts == truth.went_out
        attempts = [failure.attempt for failure in failures]
        assert attempts == sorted(set(attempts))
        assert all(failure.retry_in_seconds is not None for failure in failures[:-1])
        assert len(failures) >= truth.failed - (plans[number].way not in ("call", "body"))


@given(PLANS)
def test_nothing_is_lost_and_the_guard_recovers(plans: list[Plan]) -> None:
    """No permit, probe or place stays with anybody; a healthy provider is reached again."""
    world = World(plans)

    async def main() -> bool:
        await world.run()
        assert world.leftovers() == 0
        return await world.recovers()

    assert run(main())


@given(PLANS)
def test_probes_and_rate_are_never_exceeded(plans: list[Plan]) -> None:
    """One probe at a time; in no window more attempts than burst and rate allow."""
    world = World(plans)
    run(world.run())
    assert world.most_probes <= 1
    moments = world.went_out_at
    for first, since in enumerate(moments):
        for last in range(first, len(moments)):
            assert last - first + 1 <= 2 + (moments[last] - since) + 1e-3


@given(PLANS)
def test_the_metrics_are_a_recount_of_the_truth(plans: list[Plan]) -> None:
    """Outcomes as the callers saw them; each attempt that came back has its latency once."""
    world = World(plans)
    run(world.run())
    tally = world.metrics.lifetime("sun", "shine")
    seen = [truth.outcome for truth in world.truths]
    counted = {"succeeded": tally.succeeded, "failed": tally.failed, "refused": tally.refused}
    assert counted == {name: seen.count(name) for name in counted}  # type: ignore[arg-type]
    assert tally.cancelled == seen.count("cancelled")
    assert tally.waited.count == len(plans)
    ends = [world.ends(number)[0] for number in range(len(plans))]
    came_back = sum(
        end.attempts - (end.outcome == "cancelled" and end.attempts > len(world.failures(number)))
        for number, end in enumerate(ends)
    )
    assert tally.attempts == sum(end.attempts for end in ends)
    assert tally.latency.count == came_back
    counted_live = world.metrics.counted(("sun", "shine"))
    assert counted_live is not None
    assert sum(counted_live.buckets) == came_back
    assert world.metrics._told == {}
