"""Whatever callers and providers do: everybody is served honestly once, or told why not."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.events import CallFinished
from tests.guard.rush import DEFAULT, LONGEST_AGE, SEATS, Answer, Mood, Plan, Rush, Way
from tests.guard.stage import run
from tests.jumping_time import EPOCH

MOODS: list[Mood] = ["answer", "answer", "answer", "empty", "down", "mistake", "bug", "hang"]
WAYS: list[Way] = ["call", "call", "call", "call", "read", "close", "drop", "body"]
SOURCE = {
    "provider": "sun", "coalesced": "sun", "cache": "sun", "stale": "sun",
    "fallback:moon": "moon", "default": "default",
}  # fmt: skip


def times(longest: float) -> st.SearchStrategy[float]:
    """Moments on a coarse grid, so that things happen at the same time often."""
    return st.integers(0, int(longest * 4)).map(lambda quarters: quarters / 4)


PLANS = st.lists(
    st.builds(
        Plan, comes=times(10.0), way=st.sampled_from(WAYS), question=st.sampled_from("qqrs"),
        moods=st.lists(st.sampled_from(MOODS), min_size=1, max_size=2).map(tuple),
        takes=times(3.0), leaves=st.none() | st.none() | times(8.0),
    ),
    min_size=2, max_size=16,
)  # fmt: skip
RUSHES = st.builds(
    Rush,
    plans=PLANS,
    moon_moods=st.lists(st.sampled_from(MOODS[2:]), min_size=1, max_size=4).map(tuple),
    has_default=st.booleans(),
)


@given(RUSHES)
def test_every_call_ends_exactly_once_as_its_caller_saw_it(rush: Rush) -> None:
    """One end a call, with the outcome the caller met; each attempt went out, and no other."""
    run(rush.run())
    for number, plan in enumerate(rush.plans):
        end = rush.end(number)
        assert end.outcome == rush.outcomes[number]
        if plan.way != "body":
            assert end.attempts == rush.went_out[number]
        assert (end.latency_ms is None) == (end.attempts == 0)
        assert (end.latency_ms or 0.0) + end.waited_ms <= end.total_ms + 1e-6
        if plan.way == "call":
            assert end.total_ms <= (8.0 + 2.0) * 1000 + 1e-6


@given(RUSHES)
def test_what_is_served_was_accepted_and_says_where_it_is_from(rush: Rush) -> None:
    """Nothing empty, nothing of another question, nothing older than allowed or told."""
    run(rush.run())
    for number, answer in enumerate(rush.answers):
        if answer is not None:
            _check(rush.end(number), answer, rush.plans[number].question)


def _check(end: CallFinished, answer: Answer, question: str) -> None:
    assert not answer.empty
    assert answer == DEFAULT or answer.question == question
    assert SOURCE[end.served_from] == answer.source
    assert (end.error is not None) == (end.served_from in ("stale", "fallback:moon", "default"))
    assert end.verdict is not None
    assert end.verdict.judgement == "pass"
    if end.served_from in ("cache", "stale"):
        assert end.stale_age_seconds is not None
        real_age = end.at - EPOCH - answer.at
        longest = 2.0 if end.served_from == "cache" else LONGEST_AGE
        assert real_age - 1e-6 <= end.stale_age_seconds < longest
    else:
        assert end.stale_age_seconds is None


@given(RUSHES)
def test_no_seat_is_lost_and_the_guard_recovers(rush: Rush) -> None:
    """Never more out than seats, never the same question twice at once; all comes back."""

    async def main() -> bool:
        await rush.run()
        assert rush.leftovers() == 0
        return await rush.recovers()

    assert run(main())
    assert rush.most_out <= SEATS
    assert not rush.asked_twice
