"""Our own network's loss blames no provider."""

import asyncio
from pathlib import Path

import pytest

from holdfast.app.network import address, network_check, unreached
from holdfast.events import CallFinished, Origin, Scope
from holdfast.health.state import Health
from holdfast.telemetry.calls import CallMetrics
from tests.api.host import asking, call, mounted

pytestmark = pytest.mark.real_time

NOW = 1_000.0
DEAD = "http://127.0.0.1:9"


def calls(**last: tuple[float, str | None]) -> CallMetrics:
    """Metrics whose integrations last ended (age in seconds, error)."""
    metrics = CallMetrics()
    for name, (age, error) in last.items():
        outcome = "failed" if error else "succeeded"
        origin = Origin(name, "call", 1, Scope())
        metrics(CallFinished(origin, NOW - age, outcome, 1.0, 0.0, 1.0, 1, error, ""))  # type: ignore[arg-type]  # one of two
    return metrics


@pytest.mark.parametrize(
    ("last", "silent"),
    [
        ({"sun": (5.0, "Unavailable"), "moon": (9.0, "TimedOut")}, ["sun", "moon"]),
        ({"sun": (5.0, "Unavailable"), "moon": (9.0, None)}, []),
        ({"sun": (5.0, "Unavailable"), "moon": (70.0, None)}, ["sun"]),
        ({"sun": (5.0, "Unavailable"), "moon": (9.0, "AuthenticationError")}, []),
        ({"sun": (61.0, "Unavailable")}, []),
        ({}, []),
    ],
)
def test_who_is_silent(last: dict[str, tuple[float, str | None]], silent: list[str]) -> None:
    """Whoever answered anything in the last minute was reached, an error message included."""
    assert unreached(calls(**last), ["sun", "moon"], NOW) == silent


async def test_one_silent_provider_is_the_providers_own_trouble() -> None:
    """Nobody is even asked."""
    check = network_check(calls(sun=(1.0, "TimedOut")), {"sun": DEAD}, lambda: NOW)
    assert await check.probe() == Health("healthy")


async def test_two_silent_providers_are_connected_to() -> None:
    """If none of their hosts takes a connection it is us; if one does, it is them."""
    both = calls(sun=(1.0, "TimedOut"), moon=(1.0, "Unavailable"))
    away = network_check(both, {"sun": DEAD, "moon": DEAD}, lambda: NOW)
    words = "none of sun, moon can be connected to from here"
    assert await away.probe() == Health("unhealthy", words)
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        urls = {"sun": DEAD, "moon": f"http://127.0.0.1:{port}/v1"}
        assert await network_check(both, urls, lambda: NOW).probe() == Health("healthy")


def test_where_a_provider_listens() -> None:
    """The port is the scheme's unless it is said."""
    found = [address(url) for url in ("https://a.test/v1", "http://b.test", "http://c:81")]
    assert [(one.host, one.port) for one in found] == [("a.test", 443), ("b.test", 80), ("c", 81)]


async def test_while_it_is_us_nobody_is_blamed(tmp_path: Path) -> None:
    """The cards say so, no alert fires, and our component is what is unhealthy."""
    dead = {f"{name}_BASE_URL": DEAD for name in ("OPENAI", "ELEVENLABS")}
    app, monitoring = mounted(tmp_path, **dead)
    for name in ("openai", "elevenlabs"):
        for _ in range(5):
            call(monitoring, "failed", integration=name, error="Unavailable", attempts=1)
    await monitoring.vitals.components.check()
    assert monitoring.vitals.alerting.look() == []
    async with asking(app) as client:
        document = (await client.get("/monitoring/api/health")).json()
    states = {one["integration"]: one["state"] for one in document["integrations"]}
    assert (states["openai"], states["elevenlabs"]) == ("unknown", "unknown")
    assert document["status"] == "unhealthy"
    network = document["components"][1]
    assert (network["component"], network["state"]) == ("network", "unhealthy")
