"""Calls rolled up: nothing lost, nothing twice, whatever the resolution."""

from collections.abc import Iterable
from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from holdfast.clock import Clock
from holdfast.events import (
    AnswerJudged,
    CallFinished,
    Origin,
    Outcome,
    Scope,
    Usage,
    Verdict,
)
from holdfast.telemetry.calls import CallMetrics
from holdfast.telemetry.histogram import Histogram
from holdfast.telemetry.spent import cost_usd
from holdfast.trends.rollup import (
    RESOLUTIONS,
    Bucket,
    BucketKey,
    Latest,
    RollUp,
    merged,
    resolution_for,
)

START = 1_800_000_000


def _call(at: float, outcome: Outcome, latency_ms: float) -> CallFinished:
    origin = Origin("openai", "chat", 1, Scope())
    error = "Unavailable" if outcome == "failed" else None
    return CallFinished(origin, at, outcome, latency_ms, 0.0, latency_ms, 1, error)


CALLS = st.tuples(
    st.integers(0, 9),
    st.sampled_from(("succeeded", "failed", "refused", "cancelled")),
    st.floats(0.1, 9_000.0),
)


@given(st.lists(st.lists(CALLS, max_size=5), max_size=12))
def test_every_resolution_holds_every_call_once(
    slots: list[list[tuple[int, Outcome, float]]],
) -> None:
    """Of ten seconds and of a day: the sums are those of the calls, and so are the percentiles."""
    now = [0.0]
    calls = CallMetrics(Clock(lambda: now[0], lambda: START + now[0]))
    rollup, written = RollUp(calls), dict[object, Bucket]()
    for number, slot in enumerate(slots):
        now[0] = number * 10.0
        for _, outcome, latency_ms in slot:
            calls(_call(START, outcome, latency_ms))
        rollup.sample(START + number * 10)
        if number % 3 == 0:
            written.update({one.key: one for one in rollup.take()})
    written.update({one.key: one for one in rollup.take()})
    everything = [one for slot in slots for one in slot]
    for resolution in RESOLUTIONS:
        total = merged(one.tally for one in written.values() if one.key.resolution_s == resolution)
        for outcome in ("succeeded", "failed", "refused", "cancelled"):
            assert getattr(total, outcome) == sum(one[1] == outcome for one in everything)
        went_out = Histogram()
        for _, outcome, latency_ms in everything:
            if outcome in ("succeeded", "failed"):
                went_out.add(latency_ms)
        assert total.latency.count == went_out.count
        assert total.latency._counts == went_out._counts
    tens = {one.key.start for one in written.values() if one.key.resolution_s == 10}
    assert tens == {START + 10 * number for number, slot in enumerate(slots) if slot}


def test_what_was_spent_goes_into_the_bucket_it_was_spent_in() -> None:
    """Units and dollars, once."""
    calls = CallMetrics(Clock(lambda: 0.0, lambda: START))
    rollup, origin = RollUp(calls), Origin("openai", "chat", 1, Scope())
    for number, amounts in enumerate(((66.0, 4.0), (), (30.0,))):
        for amount in amounts:
            usage = Usage("tokens", amount, model="gpt", cost_usd=amount / 8)
            calls(CallFinished(origin, START, "succeeded", 1.0, 0.0, 1.0, 1, usage=usage))
        rollup.sample(START + number * 10)
    spent = {
        (one.key.resolution_s, one.key.start - START): one.tally.usage["tokens", "gpt"]
        for one in rollup.take()
        if one.key.resolution_s in (10, 60)
    }
    told = {key: (one.calls, one.amount, one.cost_usd) for key, one in spent.items()}
    assert told == {(10, 0): (2, 70.0, 8.75), (10, 20): (1, 30.0, 3.75), (60, 0): (3, 100.0, 12.5)}


def test_counts_that_fell_were_begun_anew() -> None:
    """An operator reset them: what is there now is all new."""
    calls = CallMetrics(Clock(lambda: 0.0, lambda: START))
    rollup = RollUp(calls)
    for _ in range(3):
        calls(_call(START, "succeeded", 1.0))
    rollup.sample(START)
    calls.reset()
    calls(_call(START, "failed", 1.0))
    rollup.sample(START + 10)
    day = next(one for one in rollup.take() if one.key.resolution_s == 86_400)
    assert (day.tally.succeeded, day.tally.failed) == (3, 1)


def test_what_could_not_be_written_comes_again() -> None:
    """Unless it has changed: then the newer one comes."""
    calls = CallMetrics(Clock(lambda: 0.0, lambda: START))
    rollup = RollUp(calls)
    calls(_call(START, "succeeded", 1.0))
    rollup.sample(START)
    taken = rollup.take()
    assert rollup.take() == []
    calls(_call(START, "succeeded", 1.0))
    rollup.sample(START + 10)
    rollup.give_back(taken)
    days = [one.tally.succeeded for one in rollup.take() if one.key.resolution_s == 86_400]
    assert (days, rollup.dropped) == ([2], 0)


STEPS = st.lists(
    st.sampled_from(
        ("chat", "embeddings", "beat", "beat", "read", "read", "written", "lost", "late", "back")
    ),
    max_size=30,
)


@given(STEPS)
@example(["chat", "beat", "beat", "read"])
@example(["chat", "beat", "chat", "beat", "beat", "read"])
@example(["chat", "beat", "beat", "written", "back", "chat", "beat"])
def test_who_reads_finds_every_call_once_whenever_it_is_written(steps: list[str]) -> None:
    """What was taken may be on its way, arrive late, or come back: each bucket tells most once."""
    now, made = [float(START)], 0
    calls = CallMetrics(Clock(lambda: now[0], lambda: now[0]))
    rollup, record = RollUp(calls, "me"), dict[BucketKey, Bucket]()
    on_its_way, late = list[Bucket](), list[Bucket]()
    for step in [*steps, "read"]:
        if step in ("chat", "embeddings"):
            origin = Origin("openai", step, 1, Scope())
            calls(replace(_call(now[0], "succeeded", 1.0), origin=origin))
            made += 1
        elif step == "beat":
            rollup.sample(now[0])
            now[0] += 10
            on_its_way = on_its_way or rollup.take()
        elif step == "written":
            record, on_its_way = _most_of(record, on_its_way), []
        elif step == "lost":
            rollup.give_back(on_its_way)
            on_its_way, late = [], on_its_way
        elif step == "late":
            record = _most_of(record, late)
        elif step == "back":
            now[0] -= 20  # an operator set the clock
        elif step == "read":
            own = [
                one for size in RESOLUTIONS for one in rollup.latest("openai", size, now[0]).buckets
            ]
            told = dict.fromkeys(RESOLUTIONS, 0)
            for one in _most_of(record, own).values():
                told[one.key.resolution_s] += one.tally.succeeded
            assert told == dict.fromkeys(RESOLUTIONS, made)


def _most_of(known: dict[BucketKey, Bucket], more: Iterable[Bucket]) -> dict[BucketKey, Bucket]:
    """As who writes and who reads take them: of the same bucket the one that tells more."""
    found = dict(known)
    for one in more:
        if one.key not in found or found[one.key].tally.succeeded <= one.tally.succeeded:
            found[one.key] = one
    return found


def test_who_reads_learns_of_the_integration_that_was_asked_for() -> None:
    """And nothing of one that nobody called."""
    calls = CallMetrics(Clock(lambda: 0.0, lambda: START))
    rollup = RollUp(calls, "me")
    calls(_call(START, "succeeded", 1.0))
    found = rollup.latest("openai", 60, START)
    assert found.instance == "me"
    assert [(one.key, one.tally.succeeded) for one in found.buckets] == [
        (BucketKey(60, START, "openai", "chat"), 1)
    ]
    assert rollup.latest("deepgram", 60, START) == Latest("me", ())


def test_a_verdict_comes_with_its_call() -> None:
    """It is told a moment earlier: a comparison in between must not lose it."""
    calls, origin = CallMetrics(Clock(lambda: 0.0, lambda: START)), _call(START, "failed", 1).origin
    rollup = RollUp(calls)
    calls(AnswerJudged(origin, START, Verdict("fail", "empty")))
    assert rollup.latest("openai", 60, START).buckets == ()
    calls(replace(_call(START, "failed", 1.0), error="SemanticError"))
    rollup.sample(START)
    assert {(one.tally.failed, one.tally.fails) for one in rollup.take()} == {(1, 1)}


def test_a_forked_process_begins_with_nothing() -> None:
    """What was counted before is the other's, who writes it."""
    calls = CallMetrics(Clock(lambda: 0.0, lambda: START))
    rollup = RollUp(calls, "parent")
    calls(_call(START, "succeeded", 1.0))
    rollup.sample(START)
    calls(_call(START, "succeeded", 1.0))
    rollup.begin_anew("child")
    calls(_call(START, "failed", 1.0))
    found = rollup.latest("openai", 60, START)
    assert found.instance == "child"
    assert {(one.tally.succeeded, one.tally.failed) for one in found.buckets} == {(0, 1)}
    assert {one.key.resolution_s: one.tally.succeeded for one in rollup.take()} == dict.fromkeys(
        RESOLUTIONS, 0
    )


def test_a_range_has_as_fine_a_resolution_as_is_kept_and_can_be_shown() -> None:
    """An hour in ten seconds, a day in minutes would be too many, a year in days."""
    hour = 3_600.0
    spans = (hour, 6 * hour, 24 * hour, 30 * 24 * hour, 365 * 24 * hour)
    assert [resolution_for(span) for span in spans] == [10, 60, 3_600, 86_400, 86_400]


def test_a_difference_of_histograms_is_what_was_added() -> None:
    """Counts exactly, extremes to the bin."""
    before, now = Histogram(), Histogram()
    for value in (1.0, 5.0):
        before.add(value)
        now.add(value)
    assert before.since(before).quantile(0.5) is None
    for value in (7.0, 300.0):
        now.add(value)
    added = now.since(before)
    assert (added.count, added.total) == (2, 307.0)
    assert 6.9 < added.minimum < 7.1
    assert 297 < added.maximum <= 300


def test_what_was_used_goes_into_the_bucket_in_which_it_was() -> None:
    """Each amount once, with its cost; and a rescued call is one that went out."""
    calls = CallMetrics(Clock(lambda: 0.0, lambda: START))
    rollup = RollUp(calls)
    priced = Usage("tokens", 10.0, 90.0, "large", cost_usd=0.5)
    for number in range(3):
        calls(replace(_call(START, "succeeded", 1.0), usage=priced))
        rollup.sample(START + number * 10)
    calls(replace(_call(START, "succeeded", 1.0), error="Unavailable", served_from="fallback:b"))
    rollup.sample(START + 30)
    taken = rollup.take()
    day = next(one for one in taken if one.key.resolution_s == 86_400).tally
    tens = [one.tally for one in taken if one.key.resolution_s == 10]
    assert [cost_usd(one.usage) for one in tens] == [0.5, 0.5, 0.5, None]
    spent = day.usage["tokens", "large"]
    assert (spent.calls, spent.amount, cost_usd(day.usage)) == (3, 30.0, 1.5)
    assert (day.total, day.succeeded, day.rescued) == (4, 3, 1)
