"""The database away, slow, hanging or killed: nobody waits for it, and nothing is lost."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import URL

from tests.api.host import asking
from tests.chaos.postgres_process import PostgresProcess
from tests.chaos.traffic import PATIENCE_SECONDS, Traffic, application, kept
from tests.fault_proxy import HEALTHY, FaultProxy, Faults

pytestmark = pytest.mark.real_time

Trouble = Callable[[FaultProxy], None]

SLOW = Faults(latency_seconds=0.3, jitter_seconds=0.3)
TRICKLE = Faults(bytes_per_second=2_000)
SILENT = Faults(black_hole=True)


@asynccontextmanager
async def behind_a_proxy(
    database: URL, folder: Path, rate: int
) -> AsyncIterator[tuple[FaultProxy, Traffic]]:
    """An application that reaches *database* through what can misbehave."""
    async with FaultProxy(database.port or 5432) as proxy:
        app, monitoring = application(database.set(port=proxy.port), folder)
        async with asking(app) as client:
            traffic = Traffic(monitoring, client, rate)
            await traffic.flow(0.3)
            yield proxy, traffic
            await proxy.refuse()
            await proxy.listen()
            proxy.become(HEALTHY)
            await traffic.settled()


@pytest.mark.parametrize("faults", [SLOW, SILENT, None], ids=["slow", "silent", "refusing"])
async def test_trouble_for_a_moment_costs_nothing(
    database: URL, tmp_path: Path, faults: Faults | None
) -> None:
    """Requests are answered in time, and afterwards every event is in the database, once."""
    async with behind_a_proxy(database, tmp_path, 1_000) as (proxy, traffic):
        if faults is None:
            await proxy.refuse()
        else:
            proxy.become(faults)
        await traffic.flow(2.0)
        if faults is None:
            await proxy.listen()
        proxy.become(HEALTHY)
        await traffic.flow(0.3)
    assert traffic.dropped == {}
    assert await kept(database) == (traffic.calls, traffic.requests)
    assert traffic.p99_seconds < PATIENCE_SECONDS


@pytest.mark.deep
@pytest.mark.timeout(420)
@pytest.mark.parametrize("faults", [SLOW, TRICKLE, SILENT], ids=["slow", "trickle", "silent"])
async def test_trouble_for_a_minute_costs_nothing(
    database: URL, tmp_path: Path, faults: Faults, record_testsuite_property: Callable[..., None]
) -> None:
    """As above, at 2 000 events a second."""
    async with behind_a_proxy(database, tmp_path, 2_000) as (proxy, traffic):
        proxy.become(faults)
        await traffic.flow(60.0)
    assert traffic.dropped == {}
    assert await kept(database) == (traffic.calls, traffic.requests)
    assert traffic.p99_seconds < PATIENCE_SECONDS
    _publish(record_testsuite_property, traffic)


@pytest.mark.deep
@pytest.mark.timeout(420)
async def test_a_server_killed_for_a_minute_costs_nothing(
    doomed: URL, tmp_path: Path, record_testsuite_property: Callable[..., None]
) -> None:
    """Kill -9 at 2 000 events a second; a minute later it starts again and gets everything."""
    app, monitoring = application(doomed, tmp_path)
    async with asking(app) as client:
        traffic = Traffic(monitoring, client, 2_000)
        await traffic.flow(2.0)
        process = await PostgresProcess.of(doomed)
        process.kill()
        await traffic.flow(60.0)
        spooled = monitoring.record.status().spooled
        with process.again():
            await traffic.flow(2.0)
            await traffic.settled()
            assert await kept(doomed) == (traffic.calls, traffic.requests)
    assert spooled > 50_000
    assert traffic.p99_seconds < PATIENCE_SECONDS
    _publish(record_testsuite_property, traffic)


def _publish(publish: Callable[..., None], traffic: Traffic) -> None:
    publish("events", traffic.calls + traffic.requests)
    publish("p99_request_ms", round(traffic.p99_seconds * 1000, 1))
    publish("slowest_request_ms", round(max(traffic.seconds) * 1000, 1))
