"""Real workers of one deployment: whoever is asked answers for all, and never less than before."""

import os
import secrets
import signal
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.end_to_end.process import until
from tests.end_to_end.surfaces import Scrapes, surfaces
from tests.end_to_end.workers import (
    NO_REDIS,
    Host,
    ask,
    known_latencies,
    send,
    serving,
    settled,
    truth,
)

if TYPE_CHECKING:
    from tests.valkey_server import Server

pytestmark = [pytest.mark.real_time, pytest.mark.timeout(180)]
pytest_plugins = ("tests.conformance.sharing_servers",)

OVERVIEW = "/monitoring/api/metrics"
QUIET_SECONDS = 1.1
"""A beat, and a little for a busy machine."""


def test_four_workers_are_one(tmp_path: Path) -> None:
    """Counts are equal and exact on every surface, percentiles true; so they are after a death."""
    with serving(tmp_path / "one", forked=True) as host:
        _check([host], [4], 120)


@pytest.mark.deep
def test_four_of_uvicorns_own_workers_are_one(tmp_path: Path) -> None:
    """The same by ``uvicorn --workers 4``, and more of it."""
    with serving(tmp_path / "one") as host:
        _check([host], [4], 2000)


@pytest.mark.deep
def test_two_hosts_are_one(tmp_path: Path, valkey: "Server") -> None:
    """The same by a Valkey, with nothing else in common."""
    environ = {
        "HOLDFAST_REDIS_URL": valkey.url, "HOLDFAST_REDIS_PREFIX": f"t-{secrets.token_hex(4)}",
    }  # fmt: skip
    with ExitStack() as stack:
        hosts = [
            stack.enter_context(serving(tmp_path / name, 2, environ=environ))
            for name in ("one", "two")
        ]
        _check(hosts, [2, 2], 2000)


@pytest.mark.deep
def test_trends_are_of_all_workers(tmp_path: Path) -> None:
    """Each writes its own roll-ups every ten seconds; whoever is asked reads all, each once."""
    with serving(tmp_path / "one", environ=NO_REDIS) as host:
        settled([host], 4)
        send([host], known_latencies(100), lambda: None)

        def are_all_there() -> bool:
            told = host.all("/health/trends/sun", 4)
            return all(one["trends"]["data_points"] == 100 for one in told)

        until("every worker's calls in the trends", are_all_there)


def _check(hosts: list[Host], workers: list[int], count: int) -> None:
    settled(hosts, sum(workers))
    scrapes = Scrapes(hosts)
    latencies = known_latencies(count)
    send(hosts, latencies, scrapes.scrape)
    time.sleep(QUIET_SECONDS)
    _agree(hosts, workers, latencies)
    victim = hosts[0].ask("/who")["worker"]
    os.kill(victim, signal.SIGKILL)
    more = known_latencies(count // 2)
    until("the dead one is missed", lambda: _is_replaced(hosts, workers, victim))
    scrapes.scrape()
    send(hosts, more, scrapes.scrape)
    time.sleep(QUIET_SECONDS)
    _agree(hosts, workers, latencies + more)
    _one_alert_is_told(hosts, workers)
    _reset_reaches_all(hosts, workers)


def _is_replaced(hosts: list[Host], workers: list[int], victim: int) -> bool:
    """Whether each of the living, the new one among them, knows who lives and who does not."""
    try:
        with hosts[0].each(workers[0]) as connections:
            if victim in connections:
                return False
            told = [ask(each, OVERVIEW)["deployment"]["workers"] for each in connections.values()]
    except OSError:  # a connection that the dead one had accepted
        return False
    others = [it for host in hosts[1:] for it in host.all(OVERVIEW, workers[0])]
    told += [one["deployment"]["workers"] for one in others]
    return all(one == sum(workers) for one in told)


def _agree(hosts: list[Host], workers: list[int], latencies: list[float]) -> None:
    seen = []
    for host, number in zip(hosts, workers, strict=True):
        with host.each(number) as connections:
            seen += [surfaces(connection) for connection in connections.values()]
        told = host.snapshots(number)
        assert [one["sun"] for one in told] == [len(latencies)] * number, "sockets agree as well"
    assert [one for one in seen if one != seen[0]] == [], "every worker answers the same"
    first, count = seen[0], len(latencies)
    assert {name: found for name, found in first["counts"].items() if found != count} == {}
    assert first["now"] == {
        "said_active": sum(workers),
        "sessions_active": 0,
        "workers": sum(workers),
    }
    expected = {share: truth(latencies, share) for share in (0.5, 0.95, 0.99)}
    for share, shown in zip(expected, first["latency_ms"].values(), strict=True):
        assert abs(shown / expected[share] - 1) <= 0.015, (share, shown, expected[share])


def _one_alert_is_told(hosts: list[Host], workers: list[int]) -> None:
    """The deployment has one alert of a trouble, not one of each worker."""

    def alerts() -> list[Any]:
        return [
            sorted((one["rule"], one["integration"], one["id"]) for one in answer["alerts"])
            for host, number in zip(hosts, workers, strict=True)
            for answer in host.all("/monitoring/api/alerts", number)
        ]

    def are_told() -> bool:
        told = alerts()
        return bool(told[0]) and all(one == told[0] for one in told)

    until("alerts that all workers know", are_told)
    [(*troubles,), *_] = alerts()
    assert len({(rule, name) for rule, name, _ in troubles}) == len(troubles)
    assert {name for _, name, _ in troubles} == {"mars"}


def _reset_reaches_all(hosts: list[Host], workers: list[int]) -> None:
    hosts[0].ask("/health/reset?service=sun", "POST")
    for host, number in zip(hosts, workers, strict=True):
        for answer in host.all("/health/metrics", number):
            assert "sun" not in answer["metrics"]
            assert answer["metrics"]["moon"]["total_requests"] > 0
