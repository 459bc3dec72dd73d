"""What one worker shows of all."""

import os
import random
from pathlib import Path

import pytest

from holdfast.storage.directory_board import DirectoryBoard
from holdfast.telemetry.deployment.snapshot import VERSION
from holdfast.telemetry.histogram import Histogram
from tests.telemetry.deployment.crew import Crew

WINDOW_SECONDS = 300.0


def test_percentiles_are_of_all_values_not_of_percentiles() -> None:
    """One worker had the quick calls, the other the slow ones."""
    crew = Crew(0.0, 1234.5)
    values = [random.Random(1).uniform(1.0, 10.0) for _ in range(900)] + [5_000.0] * 100
    one, other = crew.workers
    for value in values:
        (one if value < 1_000 else other).call(value)
        (one if value < 1_000 else other).answer("/", value)
    crew.beat()
    together = Histogram()
    together.add_all(values)
    expected = together.quantiles((0.5, 0.95, 0.99))
    for worker in crew.workers:
        assert worker.shown() == 1000
        calls, requests = worker.deployment.calls, worker.deployment.requests
        assert calls.lifetime("sun").latency.quantiles((0.5, 0.95, 0.99)) == expected
        assert calls.window("sun").latency.quantiles((0.5, 0.95, 0.99)) == expected
        assert requests.window().latency.quantiles((0.5, 0.95, 0.99)) == expected
        [(labels, exposed)] = requests.exposed().items()
        assert (labels, exposed.count, exposed.response_bytes) == (
            ("GET", "/", "200", ""),
            1000,
            5000,
        )


def test_a_call_shows_at_once_where_it_was_made() -> None:
    """A single process needs no beat; another worker sees it after one."""
    crew = Crew(0.0, 0.0)
    one, other = crew.workers
    one.call()
    assert other.shown() == 0
    assert one.shown() == 1
    assert other.shown() == 1, "what anybody has shown is on the board"


def test_windows_of_machines_that_started_at_other_times_fit() -> None:
    """A call falls into the same slice everywhere, and leaves the window everywhere at once."""
    crew = Crew(0.0, 3.1, 98_765.4)
    for worker in crew.workers:
        worker.call()
    crew.beat()
    series = [worker.deployment.calls for worker in crew.workers if worker.shown()]
    placed = [[n for n, one in enumerate(calls.series("sun")) if one] for calls in series]
    assert placed == [[59]] * 3
    for _ in range(12):
        crew.beat()
    assert [worker.shown_lately() for worker in crew.workers] == [3] * 3
    assert [n for n, one in enumerate(series[0].series("sun")) if one] == [56]
    crew.hands.passed += WINDOW_SECONDS
    crew.beat()
    assert [(one.shown_lately(), one.shown()) for one in crew.workers] == [(0, 3)] * 3


def test_a_newcomer_knows_the_whole_window() -> None:
    """Also the slices that were over before it came."""
    crew = Crew(0.0)
    for _ in range(40):
        crew.workers[0].call()
        crew.beat()
    assert crew.join(55.5).shown_lately() == 40


def test_the_dead_stay_in_the_window_and_in_the_totals() -> None:
    """Their slices until they are old, their totals for good; their present ends with them."""
    crew = Crew(0.0, 0.0)
    one, other = crew.workers
    other.present = {"in_flight": 3}
    for _ in range(10):
        other.call()
        crew.beat()
    assert [it.extra for it in one.deployment.living()] == [{}, {"in_flight": 3}]
    crew.kill(other)
    crew.beat()
    assert [it.extra for it in one.deployment.living()] == [{}]
    assert (one.shown(), one.shown_lately(), crew.place.departed.version) == (10, 10, 1)
    crew.hands.passed += WINDOW_SECONDS
    crew.beat()
    crew.beat()
    assert (one.shown(), one.shown_lately()) == (10, 0)
    assert list(crew.place.members) == ["w0"]


def test_who_was_taken_for_dead_goes_on_under_another_name() -> None:
    """What was folded is not told again, what it counted meanwhile is; in the window too."""
    crew = Crew(0.0, 0.0)
    one, other = crew.workers
    other.call(5.0)
    crew.beat()
    crew.place.lose("w1")
    other.call(7.0)
    one.beat()
    assert (one.shown(), crew.place.departed.version) == (1, 1)
    crew.beat()
    assert other.name not in ("w0", "w1")
    for worker in crew.workers:
        assert (worker.shown(), worker.shown_lately()) == (2, 2)
        assert worker.deployment.calls.lifetime("sun").latency.mean == pytest.approx(6.0)
        assert worker.deployment.counters == {"told": 2}


def test_a_reset_of_one_integration_spares_the_others() -> None:
    """In the totals of the dead, too."""
    crew = Crew(0.0, 0.0, 0.0)
    for worker in crew.workers:
        worker.call(integration="sun")
        worker.call(integration="moon")
    crew.beat()
    crew.kill(crew.workers[2])
    crew.beat()
    one, other = crew.workers
    one.deployment.reset("sun")
    assert [worker.shown("sun") for worker in (one, other)] == [0, 0]
    assert [worker.shown("moon") for worker in (one, other)] == [3, 3]
    other.call(integration="sun")
    crew.beat()
    assert [(it.shown("sun"), it.shown_lately("sun")) for it in (one, other)] == [(1, 1)] * 2


def test_another_version_is_left_out_and_counted() -> None:
    """While versions are mixed, each shows what it understands."""
    crew = Crew(0.0, 0.0)
    one, other = crew.workers
    one.call()
    other.call()
    crew.beat()
    foreign = crew.place.members["w1"]
    foreign.head = foreign.head.replace(b'"v":%d' % VERSION, b'"v":999')
    foreign.published = 999
    assert one.shown() == 1
    assert one.shown() == 1
    assert one.deployment.status().unknown_versions == 1
    other.beat()
    other.call()
    other.beat()
    assert one.shown() == 3


def test_a_forked_worker_is_somebody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the parent counted is the parent's to tell."""
    crew = Crew(0.0)
    parent = crew.workers[0]
    child = crew.join()
    child.deployment._leave(child.board)
    for worker in (parent, child):  # as if counted before the fork: both hold it
        worker.call()
    monkeypatch.setattr(os, "getpid", lambda: -1)
    name = child.name
    child.beat()
    assert child.name != name
    child.call()
    child.beat()
    monkeypatch.undo()
    parent.beat()
    assert (parent.shown(), child.shown(), child.shown_lately()) == (2, 2, 2)


@pytest.mark.real_time
async def test_a_board_that_is_away_costs_only_the_others(tmp_path: Path) -> None:
    """This worker shows itself live and the others as last seen, says so, and recovers."""
    crew = Crew(0.0)
    worker = crew.workers[0]
    folder = tmp_path / "workers"
    board = DirectoryBoard(folder)
    told: list[str] = []
    worker.deployment._on_change = lambda status: told.append(status.status)
    worker.board = board  # type: ignore[assignment]
    worker.beat()
    worker.call()
    assert worker.shown() == 1
    folder.rename(tmp_path / "away")
    worker.call()
    await worker.deployment.refresh()
    assert worker.deployment.calls.lifetime("sun").succeeded == 2
    worker.call()
    await worker.deployment.refresh()
    assert worker.deployment.calls.lifetime("sun").succeeded == 3
    assert worker.deployment.status().failures == 1, "only a beat tries again"
    assert worker.deployment.status().last_error is not None
    (tmp_path / "away").rename(folder)
    worker.call()
    worker.beat()
    assert worker.shown() == 4
    assert told == ["failing", "ok"]
    board.leave()


async def test_a_loop_that_ended_without_a_farewell_is_made_up_for(tmp_path: Path) -> None:
    """The next one takes its seat, though others are there; nobody waits for a seat of his own."""
    crew = Crew(0.0, 0.0)
    one, other = (worker.deployment for worker in crew.workers)
    boards = [DirectoryBoard(tmp_path) for _ in range(3)]
    one._beat(boards[0])
    other._beat(boards[1])
    one._beat(boards[2])
    assert one.status().status == "ok"
    assert sorted(one._lookout.members) == ["w0", "w1"]
    assert boards[0]._seat is not None
    assert boards[0]._seat._file is None
    for deployment in (one, other):
        deployment._leave(deployment._board)


async def test_a_seat_that_is_taken_is_not_waited_for_long(tmp_path: Path) -> None:
    """Two workers of one name: the second says so, and tries again at its next beat."""
    crew = Crew(0.0, 0.0, 0.0)
    one, other, third = (worker.deployment for worker in crew.workers)
    boards = [DirectoryBoard(tmp_path, patience_seconds=0.05) for _ in range(3)]
    third._beat(boards[2])
    other._be(one.instance)
    one._beat(boards[0])
    other._beat(boards[1])
    failed = other.status()
    one._leave(boards[0])
    other._beat(boards[1])
    again = other.status()
    other._leave(boards[1])
    third._leave(boards[2])
    assert (failed.status, again.status) == ("failing", "ok")
    assert "is taken" in (failed.last_error or "")
