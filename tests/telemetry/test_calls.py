"""The fold over calls against a naive recount of the same histories."""

from bisect import bisect_left
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from holdfast.clock import Clock
from holdfast.events import (
    AttemptFailed,
    BreakerMoved,
    CallFinished,
    Event,
    Origin,
    Scope,
    SessionStarted,
)
from holdfast.telemetry.calls import OVERFLOW, CallMetrics
from holdfast.telemetry.counted import Problem
from holdfast.telemetry.fanout import Fanout
from holdfast.telemetry.tally import SECONDS_BUCKETS, Tally
from tests.telemetry.facts import ERRORS, HISTORIES, Hands, History

Happened = list[tuple[float, History]]
TIMELINES = st.lists(st.tuples(st.sampled_from([0.0, 1.0, 7.0, 120.0]), HISTORIES), max_size=25)


def fold(timeline: Happened, *, later: bool) -> tuple[CallMetrics, Happened, Hands]:
    """The metrics of *timeline* (seconds since the one before, history), with absolute times.

    *later*: behind a `Fanout`, which tells them when they are read or when it must.
    """
    hands = Hands()
    clock = Clock(hands, hands)
    metrics, happened = CallMetrics(clock), Happened()
    tell = Fanout([metrics], clock=clock) if later else metrics
    for call_id, (seconds, history) in enumerate(timeline):
        hands.now += seconds
        happened.append((hands.now, history))
        for event in history.events(call_id, hands.now):
            tell(event)
    return metrics, happened, hands


def numbers(tally: Tally) -> dict[str, object]:
    """What a tally counted."""
    counts = {name: getattr(tally, name) for name in Tally.__slots__}
    latency, waited, usage = counts.pop("latency"), counts.pop("waited"), counts.pop("usage")
    spent = {key: (one.calls, one.amount, one.unpriced) for key, one in usage.items()}
    return {
        **counts,
        "usage": spent,
        "latencies": (latency.count, round(latency.total, 3)),
        "waited": waited.count,
    }


def recount(histories: list[History]) -> dict[str, object]:
    """The same from the histories themselves."""
    outcomes = Counter(one.outcome for one in histories)
    judgements = Counter(one.judged.judgement for one in histories if one.judged)
    good = [one.judged for one in histories if one.outcome == "succeeded"]
    latencies = [latency for one in histories for latency in one.latencies]
    told = [ERRORS[error] for one in histories for error, _ in one.told]
    return {
        "succeeded": outcomes["succeeded"], "failed": outcomes["failed"],
        "refused": outcomes["refused"], "cancelled": outcomes["cancelled"],
        "rescued": 0, "served": {},
        "attempts": sum(one.attempts for one in histories),
        "retries": sum(max(one.attempts - 1, 0) for one in histories),
        "rate_limited": told.count("RateLimited"),
        "passes": sum(verdict is not None and verdict.judgement == "pass" for verdict in good),
        "warns": judgements["warn"], "fails": judgements["fail"],
        "not_judged": good.count(None),
        "usage": {("tokens", ""): (len(histories), float(len(histories)), len(histories))}
        if histories
        else {},
        "errors": {"OSError": outcomes["failed"]} if outcomes["failed"] else {},
        "latencies": (len(latencies), round(sum(latencies), 3)), "waited": len(histories),
    }  # fmt: skip


@given(TIMELINES, st.booleans())
def test_lifetime_and_window_are_a_recount(timeline: Happened, later: bool) -> None:
    """Of one operation and of all together, since the start and in the last five minutes."""
    metrics, happened, hands = fold(timeline, later=later)
    oldest = int(hands.now / 5.0) - 60
    for operation in (None, "rise", "set", "shine"):
        mine = [(at, one) for at, one in happened if operation in (None, one.operation)]
        recent = [one for at, one in mine if int(at / 5.0) > oldest]
        assert numbers(metrics.lifetime("sun", operation)) == recount([one for _, one in mine])
        assert numbers(metrics.window("sun", operation)) == recount(recent)


@given(TIMELINES, st.booleans())
def test_the_series_is_the_window_slice_by_slice(timeline: Happened, later: bool) -> None:
    """Sixty slices, oldest first; None where nothing was counted."""
    metrics, happened, hands = fold(timeline, later=later)
    series, last = metrics.series("sun"), int(hands.now / 5.0)
    assert len(series) == (60 if happened else 0)
    for slot, tally in zip(range(last - 59, last + 1), series, strict=bool(happened)):
        mine = [one for at, one in happened if int(at / 5.0) == slot]
        assert (tally and numbers(tally)) == (recount(mine) if mine else None)


@given(TIMELINES, st.booleans())
def test_each_operation_knows_its_last_times_and_its_exposed_buckets(
    timeline: Happened, later: bool
) -> None:
    """What went out last, well and badly; each attempt that came back in its bucket, once."""
    metrics, happened, _ = fold(timeline, later=later)
    assert metrics.operations("sun") == list(dict.fromkeys(one.operation for _, one in happened))
    for operation in metrics.operations("sun"):
        counted = metrics.counted(("sun", operation))
        mine = [(at, one) for at, one in happened if one.operation == operation]
        good = [at for at, one in mine if one.outcome == "succeeded"]
        bad = [at for at, one in mine if one.outcome == "failed"]
        assert counted is not None
        assert (counted.last_success_at, counted.last_failure_at, counted.last_call_at) == (
            max(good, default=None), max(bad, default=None), max(good + bad, default=None),
        )  # fmt: skip
        latencies = [latency for _, one in mine for latency in one.latencies]
        places = Counter(bisect_left(SECONDS_BUCKETS, latency / 1000) for latency in latencies)
        assert counted.buckets == [places[place] for place in range(len(SECONDS_BUCKETS) + 1)]
    assert metrics._told == {}


def test_rates_know_only_what_they_are_about() -> None:
    """Percent of what went out, percent of what was judged; None when there was nothing."""
    tally = Tally()
    assert (tally.success_rate, tally.meaning_rate) == (None, None)
    tally.succeeded, tally.failed, tally.refused, tally.cancelled = 3, 1, 50, 50
    tally.passes, tally.warns, tally.fails, tally.not_judged = 1, 1, 2, 50
    assert (tally.total, tally.success_rate) == (4, 75.0)
    assert (tally.judged, tally.meaning_rate) == (4, 50.0)


def finished(operation: str, at: float = 0.0, error: str | None = None) -> CallFinished:
    """The end of a call of *operation*."""
    origin = Origin("sun", operation, 1, Scope())
    outcome = "failed" if error is not None else "succeeded"
    return CallFinished(origin, at, outcome, 1.0, 0.0, 1.0, 1, error or None)  # type: ignore[arg-type]


def metrics_of(*events: Event, most_keys: int = 1000) -> CallMetrics:
    """The metrics of *events*."""
    metrics = CallMetrics(most_keys=most_keys)
    for event in events:
        metrics(event)
    return metrics


def test_too_many_operations_share_one_key_and_are_counted() -> None:
    """Memory is bounded: beyond *most_keys* there is one more, and it loses no call."""
    metrics = metrics_of(*(finished(str(number % 9)) for number in range(90)), most_keys=4)
    assert metrics.operations_called() == [
        ("sun", "0"),
        ("sun", "1"),
        ("sun", "2"),
        ("sun", "3"),
        OVERFLOW,
    ]
    assert metrics.overflowed == 50
    assert metrics.lifetime(*OVERFLOW).total == 50


def test_only_openings_are_trips() -> None:
    """A breaker's other moves are not counted here, and other facts not at all."""
    metrics = metrics_of(
        BreakerMoved("sun", "rise", 0.0, "closed", "open", "why"),
        BreakerMoved("sun", "rise", 0.0, "open", "half_open", "why"),
        SessionStarted("s-1", 0.0, None, None),
    )
    counted = metrics.counted(("sun", "rise"))
    assert counted is not None
    assert counted.trips == 1
    assert metrics.operations_called() == [("sun", "rise")]
    assert metrics.counted(("moon", "rise")) is None


def test_the_problem_is_the_latest_of_any_operation() -> None:
    """A failed attempt is one too, even if a later one succeeds; no failure, no problem."""
    attempt = AttemptFailed(Origin("sun", "set", 2, Scope()), 5.0, 1, "TimedOut", "late", 1.0, 0.5)
    metrics = metrics_of(finished("rise", 3.0, ""), attempt, finished("rise", 4.0, "OSError"))
    assert metrics.problem("sun") == Problem(5.0, "set", "TimedOut", "late")
    assert metrics.problem("moon") is None
    assert metrics_of(finished("rise", 3.0, "")).problem("sun") == Problem(
        3.0, "rise", "unknown", ""
    )


def test_reset_forgets_one_integration_or_all() -> None:
    """The others keep their counts."""
    other = CallFinished(Origin("moon", "rise", 1, Scope()), 0.0, "succeeded", 1.0, 0.0, 1.0, 1)
    metrics = metrics_of(finished("rise"), other)
    metrics.reset("sun")
    assert metrics.operations_called() == [("moon", "rise")]
    metrics.reset()
    assert metrics.operations_called() == []
    assert metrics.series("moon") == []


def served(
    source: str, attempts: int, error: str | None = None, latency_ms: float | None = None
) -> CallFinished:
    """The end of a call that was answered from *source*."""
    return CallFinished(
        Origin("sun", "rise", 1, Scope()), 0.0, "succeeded", latency_ms, 0.0, 1.0, attempts, error,
        None, None, None, source,
    )  # fmt: skip


def test_what_was_served_from_elsewhere_is_not_the_providers_success() -> None:
    """Nor is its time a latency. What stands in for a failure counts as that failure."""
    metrics = metrics_of(
        finished("rise"), served("cache", 0), served("cache", 0), served("coalesced", 0),
        served("fault:wrong", 1, None, 9.0), served("default", 0, "BreakerOpen"),
        served("stale", 2, "Unavailable", 4.0), served("fallback:moon", 1, "TimedOut", 7.0),
    )  # fmt: skip
    tally = metrics.lifetime("sun")
    assert tally.served == {
        "cache": 2, "coalesced": 1, "fault": 1, "default": 1, "stale": 1, "fallback": 1,
    }  # fmt: skip
    assert (tally.succeeded, tally.failed, tally.rescued, tally.answered) == (1, 0, 2, 8)
    assert (tally.total, tally.success_rate) == (3, 100 / 3)
    assert tally.errors == {"Unavailable": 1, "TimedOut": 1}
    assert (tally.latency.count, tally.latency.total) == (3, 12.0)
    counted = metrics.counted(("sun", "rise"))
    assert counted is not None
    assert sum(counted.buckets) == 3
    assert metrics.problem("sun") == Problem(0.0, "rise", "TimedOut", "")
