"""Several workers of one deployment, each of which can be asked by itself."""

import http.client
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx2
from websockets.sync.client import connect

from tests.architecture.source import ROOT
from tests.end_to_end.process import free_port, running, until

N_WORKERS = 4
NO_REDIS = MappingProxyType({"HOLDFAST_REDIS_URL": ""})


class Host:
    """One ``uvicorn --workers``; a connection stays with the worker that accepted it."""

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(self, path: str, method: str = "GET") -> Any:
        """The answer of whichever worker accepts a new connection: JSON, or text."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10.0)
        try:
            return _asked(connection, path, method)
        finally:
            connection.close()

    def all(self, path: str, workers: int) -> list[Any]:
        """What each of so many workers answers."""
        with self.each(workers) as connections:
            return [_asked(connection, path) for connection in connections.values()]

    def snapshots(self, workers: int) -> list[dict[str, int]]:
        """Successful calls by integration, as each worker's live socket tells them."""
        found: dict[str, dict[str, int]] = {}

        def all_found() -> bool:
            with connect(f"ws://127.0.0.1:{self.port}/monitoring/ws", proxy=None) as socket:
                told = json.loads(socket.recv())["data"]["metrics"]
            found[told["instance"]] = {
                card["integration"]: card["lifetime"]["succeeded"] for card in told["integrations"]
            }
            return len(found) == workers

        until(f"{workers} workers' sockets", all_found)
        return list(found.values())

    @contextmanager
    def each(self, workers: int) -> Iterator[dict[int, http.client.HTTPConnection]]:
        """A connection to each of so many workers, by process id."""
        found: dict[int, http.client.HTTPConnection] = {}
        others: list[http.client.HTTPConnection] = []

        def all_found() -> bool:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10.0)
            pid = _asked(connection, "/who")["worker"]
            (others.append if pid in found else lambda it: found.__setitem__(pid, it))(connection)
            return len(found) == workers

        try:
            until(f"{workers} workers", all_found)
            yield found
        finally:
            for connection in (*found.values(), *others):
                connection.close()


def ask(connection: http.client.HTTPConnection, path: str) -> Any:
    """What this worker answers."""
    return _asked(connection, path)


@contextmanager
def serving(
    folder: Path,
    workers: int = N_WORKERS,
    *,
    forked: bool = False,
    environ: Mapping[str, str] = NO_REDIS,
) -> Iterator[Host]:
    """A host with so many workers: uvicorn's own, or *forked* from one that has the application."""
    port = free_port()
    arguments: tuple[str, ...] = (
        "-m", "uvicorn", "tests.end_to_end.workers_app:app", "--port", str(port), "--workers",
        str(workers), "--log-level", "warning",
    )  # fmt: skip
    if forked:
        arguments = ("-m", "tests.end_to_end.forked_workers", str(port), str(workers))
    folder.mkdir(exist_ok=True)
    with running(
        arguments, folder=folder,
        ready=f"http://127.0.0.1:{port}/health/live",
        environ={
            "ENVIRONMENT": "development", "HOLDFAST_DATA_DIR": str(folder / "data"),
            "PYTHONPATH": str(ROOT), **environ,
        },
    ):  # fmt: skip
        yield Host(port)


def settled(hosts: Sequence[Host], workers: int) -> None:
    """Wait until each of the hosts' workers knows that there are so many."""

    def knows() -> bool:
        told = [host.ask("/monitoring/api/metrics")["deployment"] for host in hosts for _ in "1234"]
        return all(one["workers"] == workers for one in told)

    until(f"{workers} workers that know of each other", knows)


def known_latencies(count: int) -> list[float]:
    """So many milliseconds, of which every percentile is known: 1 to 1000, skewed, shuffled."""
    values = [1.0 + 999.0 * (place / (count - 1)) ** 3 for place in range(count)]
    random.Random(7).shuffle(values)
    return values


def truth(values: Sequence[float], share: float) -> float:
    """The exact percentile."""
    return sorted(values)[max(-(-int(share * 10_000) * len(values) // 10_000), 1) - 1]


def send(hosts: Sequence[Host], latencies: Sequence[float], also: Callable[[], None]) -> None:
    """One request each, by eight connections to each host; *also* now and then."""
    limits = httpx2.Limits(max_keepalive_connections=0)
    with httpx2.Client(trust_env=False, timeout=10.0, limits=limits) as client:
        for number, latency in enumerate(latencies):
            host = hosts[number % len(hosts)]
            answer = client.get(f"http://127.0.0.1:{host.port}/shine?ms={latency}")
            assert answer.status_code == 200
            if number % 25 == 0:
                also()


def _asked(connection: http.client.HTTPConnection, path: str, method: str = "GET") -> Any:
    connection.request(method, path)
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status < 400, (path, answer.status, body[:300])
    is_json = "json" in (answer.getheader("content-type") or "")
    return json.loads(body) if is_json else body.decode()
