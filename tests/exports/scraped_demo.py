"""The real demonstration under traffic and trouble, scraped by a real Prometheus."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

import httpx2

from holdfast.exports.prometheus import rules
from tests.end_to_end.process import free_port, get, running
from tests.exports.prometheus_server import Prometheus, running_prometheus

OUTAGES = {
    "elevenlabs": {"kind": "error", "status": 500, "rate": 0.7},
    "openai": {"kind": "empty_success", "rate": 0.3},
}
"""What goes wrong in the meantime: a voice that fails, and answers that say nothing."""

_PATIENCE_SECONDS = 60.0

T = TypeVar("T")


def look(folder: Path, at: Callable[[Prometheus], T]) -> T:
    """What *at* finds in a Prometheus that scrapes ``holdfast demo``; both start at once."""
    target = f"127.0.0.1:{free_port()}"
    written = folder / "holdfast.yml"
    # In production figures are recorded every 15 s; here nobody wants to wait that long.
    written.write_text(rules().replace('"15s"', '"1s"'), encoding="utf-8")
    with ThreadPoolExecutor(1) as beside, ExitStack() as running_now:
        watching = running_prometheus(folder, target, written)
        prometheus = beside.submit(running_now.enter_context, watching)
        _go_wrong(running_now.enter_context(_demo(folder, target)))
        return at(prometheus.result())


def wait_until_all(prometheus: Prometheus, expressions: list[str]) -> None:
    """Return when each of *expressions* has data, or patience is at its end."""
    until, missing = time.monotonic() + _PATIENCE_SECONDS, expressions
    while missing and time.monotonic() < until:
        missing = [one for one in missing if not prometheus.numbers(one)]
        if missing:
            time.sleep(0.2)


@contextmanager
def _demo(folder: Path, target: str) -> Iterator[str]:
    """The address of its simulator."""
    arguments = ("-m", "holdfast.cli", "demo", "--port", target.rpartition(":")[2])
    busy = ("--journeys-per-minute", "600")
    with running((*arguments, *busy), folder=folder, ready=f"http://{target}/health/live"):
        configuration = get(f"http://{target}/health/configuration").json()["configuration"]
        yield str(configuration["holdfast"]["simulator_url"])


def _go_wrong(simulator: str) -> None:
    for provider, outage in OUTAGES.items():
        url = f"{simulator}/_scenarios/{provider}"
        httpx2.put(url, json=outage, timeout=5.0, trust_env=False).raise_for_status()
