"""Whatever happens to the server or the way to it, no call fails, waits or is left undecided."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

import pytest

from holdfast.errors import BreakerOpen
from holdfast.events import BreakerMoved
from holdfast.storage.redis import open_shared_state
from tests.conformance.sharing_process import Process, until
from tests.fault_proxy import HEALTHY, FaultProxy, Faults

if TYPE_CHECKING:
    from tests.valkey_server import Server

pytestmark = pytest.mark.real_time
pytest_plugins = ("tests.conformance.sharing_servers",)

Fault = Callable[["Server", FaultProxy], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def _network(faults: Faults, server: "Server", proxy: FaultProxy) -> AsyncIterator[None]:
    proxy.become(faults)
    try:
        yield
    finally:
        proxy.become(HEALTHY)


@asynccontextmanager
async def _resets(server: "Server", proxy: FaultProxy) -> AsyncIterator[None]:
    async def cut() -> None:
        while True:
            proxy.reset()
            await asyncio.sleep(0.03)

    cutting = asyncio.create_task(cut())
    try:
        yield
    finally:
        cutting.cancel()


@asynccontextmanager
async def _refused(server: "Server", proxy: FaultProxy) -> AsyncIterator[None]:
    await proxy.refuse()
    try:
        yield
    finally:
        await proxy.listen()


@asynccontextmanager
async def _frozen(server: "Server", proxy: FaultProxy) -> AsyncIterator[None]:
    server.freeze()
    try:
        yield
    finally:
        server.thaw()


@asynccontextmanager
async def _restarted_empty(server: "Server", proxy: FaultProxy) -> AsyncIterator[None]:
    server.kill()
    try:
        yield
    finally:
        server.start()


SLOW: dict[str, Fault] = {
    "latency": partial(_network, Faults(latency_seconds=0.03)),
    "jitter": partial(_network, Faults(latency_seconds=0.01, jitter_seconds=0.04)),
    "resets": _resets,
}
AWAY: dict[str, Fault] = {
    "slow bytes": partial(_network, Faults(bytes_per_second=1000.0)),
    "black hole": partial(_network, Faults(black_hole=True)),
    "refused": _refused,
    "frozen": _frozen,
    "restart with data loss": _restarted_empty,
}


@asynccontextmanager
async def sharing(server: "Server", proxy: FaultProxy) -> AsyncIterator[tuple[Process, Process]]:
    """A process whose way to *server* is *proxy*, and one that has its own; both have joined."""
    ports = (proxy.port, server.port)
    urls = [f"redis://default:hunter2@127.0.0.1:{port}/0" for port in ports]
    processes = [Process(open_shared_state(url)) for url in urls]
    try:
        for process in processes:
            await process.becomes("ok")
        yield processes[0], processes[1]
    finally:
        for process in processes:
            await process.stop()


@pytest.mark.parametrize("fault", [*SLOW, *AWAY])
async def test_no_call_fails_or_waits(own_valkey: "Server", fault: str) -> None:
    """Redis slow, cut, down or hung: no error, and less than a millisecond for every call."""
    async with FaultProxy(own_valkey.port) as proxy, sharing(own_valkey, proxy) as (one, _):
        async with {**SLOW, **AWAY}[fault](own_valkey, proxy):
            finished = await one.calls(0.5)
        waited = sorted(call.waited_ms for call in finished)
        total = sorted(call.total_ms for call in finished)
        most = len(finished) * 9 // 10  # a busy machine may interrupt a few
        assert waited[most] < 1.0
        assert total[most] < 1.0
        assert len(finished) > 100
        if fault not in {"latency", "jitter"}:
            assert one.sharing.status().failures > 0, "there was no fault"


@pytest.mark.parametrize("fault", AWAY)
async def test_it_says_so_decides_alone_and_comes_back(own_valkey: "Server", fault: str) -> None:
    """Degraded, since when and why; what was decided meanwhile is everywhere within a second."""
    async with FaultProxy(own_valkey.port) as proxy, sharing(own_valkey, proxy) as (one, other):
        async with AWAY[fault](own_valkey, proxy):
            await one.becomes("degraded")
            await one.fail()
            with pytest.raises(BreakerOpen):
                await one.call()
        delay = await until(lambda: other.circuit.name == "open")
        assert delay < 1.0
        status = one.sharing.status()
        told = [told.status for told in one.told]
        assert told[-3:] == ["ok", "degraded", "ok"]  # at first a busy machine may be late
        assert (status.status, status.joins) == ("ok", 2)
        assert status.since > (status.last_error_at or 0.0)
        assert status.last_error
        assert "hunter2" not in status.last_error
        moved = [event for event in other.events if isinstance(event, BreakerMoved)]
        assert [(event.before, event.after) for event in moved] == [("closed", "open")]
        assert moved[0].reason == "2 failures in a row (in another process)"


async def test_a_loss_of_data_closes_no_breaker(own_valkey: "Server") -> None:
    """Who knows better than a server that lost everything tells it again, and others hear it."""
    async with FaultProxy(own_valkey.port) as proxy, sharing(own_valkey, proxy) as (one, other):
        await one.fail()
        await until(lambda: other.circuit.name == "open")
        own_valkey.restart_empty()
        await one.becomes("ok")
        late = Process(open_shared_state(own_valkey.url))
        try:
            await until(lambda: late.circuit.name == "open")
            assert (one.circuit.name, other.circuit.name) == ("open", "open")
        finally:
            await late.stop()
