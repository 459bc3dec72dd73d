"""One door for all facts: every sink hears each, and none can hurt another."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from holdfast.events import Event
from holdfast.telemetry.calls import CallMetrics
from holdfast.telemetry.fanout import Fanout
from holdfast.telemetry.requests import RequestMetrics
from tests.telemetry.facts import History, request

GOOD = History("rise", ((1, 5.0),), "succeeded", 7.0, None)
THREADS, ROUNDS = 8, 400


class Deaf:
    """A sink that raises."""

    def __call__(self, event: Event) -> None:
        """Raise."""
        raise OSError("nowhere to write")


def test_a_raising_sink_is_counted_and_the_others_are_told() -> None:
    """Before and after it in line; the caller notices nothing."""
    first, last = list[Event](), list[Event]()

    def broken(event: Event) -> None:
        raise KeyError("bug")

    fanout = Fanout([first.append, Deaf(), broken])
    fanout.add(last.append)
    event = request()
    fanout(event)
    fanout(event)
    assert first == last == [event, event]
    assert fanout.failures == {"Deaf": 2, "broken": 2}


def test_a_sink_added_later_hears_from_then_on() -> None:
    """Nothing is told twice or from before."""
    late = list[Event]()
    fanout = Fanout()
    fanout(request(route="/before"))
    fanout.add(late.append)
    fanout(request(route="/after"))
    assert late == [request(route="/after")]


@pytest.fixture
def impatient() -> Iterator[None]:
    """Threads that are switched as often as the interpreter can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.real_time
@pytest.mark.usefixtures("impatient")
def test_many_threads_may_feed_one_door() -> None:
    """Readers and writers together: every fact is counted once, every failure too."""
    calls, requests = CallMetrics(), RequestMetrics()
    fanout = Fanout([calls, requests, Deaf()])

    def feed(thread: int) -> None:
        for number in range(ROUNDS):
            for event in GOOD.events(thread * ROUNDS + number, 0.0):
                fanout(event)
            fanout(request(route=f"/{number % 3}"))
            if number % 50 == 0:
                calls.window("sun")
                calls.series("sun")
                requests.routes()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(feed, range(THREADS)))
    tally, total = calls.lifetime("sun"), THREADS * ROUNDS
    assert (tally.succeeded, tally.attempts, tally.latency.count) == (total, 2 * total, 2 * total)
    assert tally.latency.total == 12.0 * total
    assert requests.lifetime.total == sum(one.count for one in requests.exposed().values()) == total
    assert fanout.failures == {"Deaf": 3 * total}
