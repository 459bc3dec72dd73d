"""One door for all facts: every sink hears each, and none can hurt another."""

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from holdfast.clock import Clock
from holdfast.events import CallFinished, Event, Origin, Scope, SessionStarted
from holdfast.telemetry.calls import CallMetrics
from holdfast.telemetry.fanout import MOST_WAITING, Fanout
from holdfast.telemetry.fold import Fold
from holdfast.telemetry.requests import RequestMetrics
from tests.telemetry.facts import Hands, History, request

GOOD = History("rise", ((1, 5.0),), "succeeded", 7.0, None)
THREADS, ROUNDS = 8, 400
ORIGIN = Origin("sun", "rise", 1, Scope())


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
    sys.setswitchinterval(1e-4)
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


class Diary(Fold):
    """A fold that keeps what it was told, batch by batch."""

    def __init__(self) -> None:
        self.batches: list[list[Event]] = []

    def take_in(self, events: Sequence[Event], since: float) -> None:
        """Keep them."""
        self.batches.append(list(events))


def test_plain_ends_wait_for_a_reader() -> None:
    """Until then a fold hears nothing; then everything, in order, once."""
    diary = Diary()
    fanout = Fanout([diary])
    for number in range(3):
        fanout(request(route=f"/{number}"))
    assert diary.batches == []
    diary.catch_up()
    diary.catch_up()
    assert diary.batches == [[request(route=f"/{number}") for number in range(3)]]


@pytest.mark.parametrize(
    "news", [request(outcome="failed", status=500), SessionStarted("s-1", 0.0, None, None)]
)
def test_news_is_told_at_once_after_what_waited(news: Event) -> None:
    """A failure, and whatever is no end of a call or request."""
    diary = Diary()
    fanout = Fanout([diary])
    fanout(request())
    fanout(news)
    assert diary.batches == [[request(), news]]


def test_only_so_many_wait() -> None:
    """Then they are told without a reader; none is lost."""
    diary = Diary()
    fanout = Fanout([diary])
    for _ in range(2 * MOST_WAITING + 1):
        fanout(request())
    assert [len(batch) for batch in diary.batches] == [MOST_WAITING] * 2
    fanout.flush()
    assert len(diary.batches[-1]) == 1


def test_a_fold_that_raises_harms_no_other() -> None:
    """It is counted, and the others are told all the same."""

    class Broken(Diary):
        def take_in(self, events: Sequence[Event], since: float) -> None:
            """Raise."""
            raise OSError("full")

    diary = Diary()
    fanout = Fanout([Broken(), diary])
    fanout(request())
    fanout.flush()
    assert (diary.batches, fanout.failures) == ([[request()]], {"Broken": 1})


def test_a_fold_may_read_and_tell_in_its_turn() -> None:
    """What it tells comes after what it was told; nothing waits for itself."""
    last = SessionStarted("s-1", 0.0, None, None)

    class Teller(Diary):
        def take_in(self, events: Sequence[Event], since: float) -> None:
            """Keep, read, and tell once."""
            super().take_in(events, since)
            self.catch_up()
            if len(self.batches) == 1:
                fanout(last)

    teller = Teller()
    fanout = Fanout([teller])
    fanout(request())
    fanout.flush()
    assert teller.batches == [[request()], [last]]


def test_what_waited_is_counted_when_it_happened() -> None:
    """By its stamp, in its own slice; a wall clock that was set moves nothing out of reach."""
    hands, wall = Hands(), Hands()
    clock = Clock(hands, wall)
    calls, requests = CallMetrics(clock), RequestMetrics(clock)
    fanout = Fanout([calls, requests], clock=clock)
    fanout(CallFinished(ORIGIN, wall.now, "succeeded", 1.0, 0.0, 1.0, 1))
    fanout(request())
    hands.now, wall.now = 12.0, 12.0
    slices = calls.series("sun")
    assert [slot for slot, tally in enumerate(reversed(slices)) if tally] == [2]
    fanout(CallFinished(ORIGIN, wall.now, "succeeded", 1.0, 0.0, 1.0, 1))
    hands.now, wall.now = 16.0, 5_000.0
    slices = calls.series("sun")
    assert [slot for slot, tally in enumerate(reversed(slices)) if tally] == [1, 3]
    assert requests.window().total == 1
