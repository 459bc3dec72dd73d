"""Real workers of one deployment: whoever is asked answers for all, and never less than before."""

import os
import secrets
import signal
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.end_to_end.process import until
from tests.end_to_end.workers import Host, ask, known_latencies, send, serving, settled, truth

if TYPE_CHECKING:
    from tests.valkey_server import Server

pytestmark = [pytest.mark.real_time, pytest.mark.timeout(180)]
pytest_plugins = ("tests.conformance.sharing_servers",)

QUIET_SECONDS = 1.1
"""A beat, and a little for a busy machine."""


def test_four_workers_are_one(tmp_path: Path) -> None:
    """Counts are equal and exact on every surface, percentiles true; so they are after a death."""
    with serving(tmp_path / "one", HOLDFAST_REDIS_URL="") as host:
        _check([host], [4], 400)


@pytest.mark.deep
def test_two_hosts_are_one(tmp_path: Path, valkey: "Server") -> None:
    """The same by a Valkey, with nothing else in common."""
    environ = {
        "HOLDFAST_REDIS_URL": valkey.url, "HOLDFAST_REDIS_PREFIX": f"t-{secrets.token_hex(4)}",
    }  # fmt: skip
    with ExitStack() as stack:
        hosts = [
            stack.enter_context(serving(tmp_path / name, 2, **environ)) for name in ("one", "two")
        ]
        _check(hosts, [2, 2], 2000)


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
    until("the dead one is missed", lambda: _is_replaced(hosts[0], victim, sum(workers)))
    scrapes.scrape()
    send(hosts, more, scrapes.scrape)
    time.sleep(QUIET_SECONDS)
    _agree(hosts, workers, latencies + more)
    _reset_reaches_all(hosts, workers)


def _is_replaced(host: Host, victim: int, workers: int) -> bool:
    try:
        told = [host.ask("/monitoring/api/metrics")["deployment"] for _ in "1234"]
    except OSError:  # a connection that the dead one had accepted
        return False
    return all(one["workers"] == workers for one in told)


class Scrapes:
    """Counters by a random worker each time: none may be less than before."""

    def __init__(self, hosts: list[Host]) -> None:
        self._hosts, self._turn = hosts, 0
        self._before: dict[Any, float] = {}

    def scrape(self) -> None:
        """Look at one of the hosts, in turn."""
        self._turn += 1
        now = _counters(self._hosts[self._turn % len(self._hosts)].ask("/metrics"))
        gone_back = {
            key: (before, now.get(key)) for key, before in self._before.items()
            if now.get(key, 0.0) < before
        }  # fmt: skip
        assert not gone_back
        self._before = now


def _counters(text: str) -> dict[Any, float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        if family.type in ("counter", "histogram")
        for sample in family.samples
    }  # fmt: skip


def _agree(hosts: list[Host], workers: list[int], latencies: list[float]) -> None:
    seen = []
    for host, number in zip(hosts, workers, strict=True):
        with host.each(number) as connections:
            seen += [_surfaces(host, connection) for connection in connections.values()]
    assert [one for one in seen if one != seen[0]] == [], "every worker answers the same"
    count = len(latencies)
    expected = {share: truth(latencies, share) for share in (0.5, 0.95, 0.99)}
    first = seen[0]
    assert first["counts"] == {
        "native": count, "window": count, "series": count, "health": count, "metrics": count,
        "guarded": count, "buckets": count, "requests": count,
    }  # fmt: skip
    for share, shown in zip(expected, first["latency_ms"].values(), strict=True):
        assert abs(shown / expected[share] - 1) <= 0.015, (share, shown, expected[share])


def _surfaces(host: Host, connection: Any) -> dict[str, Any]:
    card = ask(connection, "/monitoring/api/integration/sun")
    health = ask(connection, "/health/services/sun")["metrics"]
    overview = ask(connection, "/monitoring/api/metrics")
    counters = _counters(ask(connection, "/metrics"))
    sun, moon = (("integration", name) for name in ("sun", "moon"))
    operation = ("operation", "shine")

    def counter(name: str, *labels: tuple[str, str]) -> float:
        return counters[name, tuple(sorted(labels))]

    shine = next(one for one in overview["requests"]["routes"] if one["route"] == "/shine")
    return {
        "counts": {
            "native": card["lifetime"]["succeeded"],
            "window": card["window"]["succeeded"],
            "series": sum(card["series"]["total"]),
            "health": health["successful_requests"],
            "metrics": counter("holdfast_calls_total", sun, operation, ("outcome", "succeeded")),
            "guarded": counter("holdfast_calls_total", moon, operation, ("outcome", "succeeded")),
            "buckets": counter("holdfast_attempt_duration_seconds_count", sun, operation),
            "requests": shine["total"],
        },
        "latency_ms": card["latency_ms"],
        "mean_ms": health["average_latency_ms"],
        "breaker": card["operations"][0]["breaker"],
    }


def _reset_reaches_all(hosts: list[Host], workers: list[int]) -> None:
    hosts[0].ask("/health/reset?service=sun", "POST")
    for host, number in zip(hosts, workers, strict=True):
        with host.each(number) as connections:
            for connection in connections.values():
                health = ask(connection, "/health/metrics")["metrics"]
                assert "sun" not in health
                assert health["moon"]["total_requests"] > 0
