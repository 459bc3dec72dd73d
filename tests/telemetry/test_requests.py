"""The fold over requests against a naive recount."""

from bisect import bisect_left
from collections import Counter, defaultdict

from hypothesis import given
from hypothesis import strategies as st

from holdfast.clock import Clock
from holdfast.events import RequestFinished, SessionStarted
from holdfast.telemetry.requests import OVERFLOW, RequestMetrics, RequestTally
from holdfast.telemetry.tally import SECONDS_BUCKETS
from tests.telemetry.facts import REQUESTS, Hands, request

Happened = list[tuple[float, RequestFinished]]
TIMELINES = st.lists(st.tuples(st.sampled_from([0.0, 1.0, 7.0, 120.0]), REQUESTS), max_size=25)


def fold(timeline: Happened) -> tuple[RequestMetrics, Happened, Hands]:
    """The metrics of *timeline* (seconds since the one before, request), with absolute times."""
    hands = Hands()
    metrics, happened = RequestMetrics(Clock(hands, hands)), Happened()
    for seconds, event in timeline:
        hands.now += seconds
        happened.append((hands.now, event))
        metrics(event)
    return metrics, happened, hands


def numbers(tally: RequestTally) -> tuple[int, ...]:
    """What a tally counted."""
    return (tally.succeeded, tally.failed, tally.client_gone, tally.latency.count, tally.total)


def recount(events: list[RequestFinished]) -> tuple[int, ...]:
    """The same from the requests themselves."""
    outcomes = Counter[str](event.outcome for event in events)
    names = ("succeeded", "failed", "client_gone")
    return (*(outcomes[name] for name in names), len(events), len(events))


@given(TIMELINES)
def test_lifetime_window_and_routes_are_a_recount(timeline: Happened) -> None:
    """All together and route by route; a route nobody asked for lately is not there."""
    metrics, happened, hands = fold(timeline)
    oldest = int(hands.now / 5.0) - 60
    routes: dict[tuple[str, str], list[RequestFinished]] = defaultdict(list)
    for at, event in happened:
        if int(at / 5.0) > oldest:
            routes[event.method, event.route].append(event)
    assert numbers(metrics.lifetime) == recount([event for _, event in happened])
    found = {route: numbers(tally) for route, tally in metrics.routes().items()}
    assert found == {route: recount(events) for route, events in routes.items()}
    assert numbers(metrics.window()) == recount(
        [event for events in routes.values() for event in events]
    )


@given(TIMELINES)
def test_the_exposed_series_are_a_recount(timeline: Happened) -> None:
    """Count, time, buckets and bytes of each label set, for ever."""
    metrics, happened, _ = fold(timeline)
    series: dict[tuple[str, ...], list[RequestFinished]] = defaultdict(list)
    for _, event in happened:
        labels = (event.method, event.route, str(event.status), event.error or "")
        series[labels].append(event)
    exposed = metrics.exposed()
    assert set(exposed) == set(series)
    for labels, one in exposed.items():
        mine = series[labels]
        assert one.count == sum(one.buckets) == len(mine)
        assert one.seconds == sum((event.duration_ms / 1000 for event in mine), start=0.0)
        assert one.request_bytes == sum(event.request_bytes for event in mine)
        assert one.response_bytes == sum(event.response_bytes for event in mine)
        places = Counter(bisect_left(SECONDS_BUCKETS, one.duration_ms / 1000) for one in mine)
        assert {place: n for place, n in enumerate(one.buckets) if n} == dict(places)


def test_too_many_label_sets_share_one_series_and_are_counted() -> None:
    """Memory is bounded in labels and routes, and no request is lost."""
    metrics = RequestMetrics(most_series=3)
    for number in range(40):
        metrics(request(route=f"/{number % 8}"))
    assert list(metrics.exposed())[3:] == [OVERFLOW]
    assert metrics.overflowed == metrics.exposed()[OVERFLOW].count == 25
    assert metrics.routes()["", ""].total == 25
    assert metrics.window().total == metrics.lifetime.total == 40


def test_clients_that_left_are_no_failures() -> None:
    """The rate is of those who stayed; None when nobody did."""
    tally = RequestTally()
    tally.add([request(outcome="client_gone", status=0)], [1.0])
    assert tally.success_rate is None
    tally.add([request()], [1.0])
    tally.add([request(outcome="failed", status=500)], [1.0])
    assert tally.success_rate == 50.0


def test_other_facts_are_not_counted() -> None:
    """Only requests."""
    metrics = RequestMetrics()
    metrics(SessionStarted("s-1", 0.0, None, None))
    assert (metrics.lifetime.total, metrics.exposed()) == (0, {})
