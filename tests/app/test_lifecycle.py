"""What runs beside the host starts by itself, ends in time, and loses nothing in between."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from structlog.testing import capture_logs

from holdfast.api.live import Broadcast
from holdfast.app.lifecycle import Lifecycle
from holdfast.app.monitoring import Monitoring
from holdfast.app.setup import setup_monitoring
from holdfast.events import SessionStarted
from tests.api.host import asking, call, development, mounted, until
from tests.jumping_time import EPOCH, jumping_clock


def _requests(client: TestClient, number: int) -> None:
    for _ in range(number):
        assert client.get("/hello").status_code == 200


@pytest.mark.real_time
def test_a_test_client_with_a_lifespan_keeps_everything(tmp_path: Path) -> None:
    """All its requests are written when it is closed."""
    app, monitoring = mounted(tmp_path)
    with TestClient(app) as client:
        _requests(client, 5)
    status = monitoring.record.status()
    kept = status.written + status.spooled  # a busy machine leaves them on disk for the next run
    assert (status.status, kept, status.waiting, status.dropped) == ("off", 5, 0, {})


@pytest.mark.real_time
def test_a_bare_test_client_keeps_everything(tmp_path: Path) -> None:
    """Each request has an event loop of its own: what one could not write, the next one does."""
    app, monitoring = mounted(tmp_path)
    _requests(TestClient(app), 4)
    with TestClient(app):
        pass
    status = monitoring.record.status()
    assert (status.written, status.waiting, status.dropped) == (4, 0, {})


@pytest.mark.real_time
def test_another_loop_loses_nothing(tmp_path: Path) -> None:
    """What happens between two loops, in any thread, is written by the second."""
    app, monitoring = mounted(tmp_path)

    async def serve(requests: int) -> None:
        async with asking(app) as client:
            for _ in range(requests):
                await client.get("/hello")

    asyncio.run(serve(3))
    thread = threading.Thread(target=call, args=(monitoring,))
    thread.start()
    thread.join()
    call(monitoring)
    between = monitoring.record.status()
    asyncio.run(serve(2))
    after = monitoring.record.status()
    assert (between.status, between.waiting, between.written) == ("off", 2, 3)
    assert (after.waiting, after.written, after.dropped) == (0, 7, {})
    assert after.last_written_at is not None


@pytest.mark.real_time
def test_a_loop_that_ends_without_a_lifespan_flushes(tmp_path: Path) -> None:
    """A mounted application is never told of its end: the loop's own end is enough."""
    inner, monitoring = mounted(tmp_path)
    outer = FastAPI()
    outer.mount("/inner", inner)

    async def serve() -> None:
        async with asking(outer) as client:
            await client.get("/inner/hello")

    asyncio.run(serve())
    status = monitoring.record.status()
    assert (status.written, status.waiting, status.dropped) == (1, 0, {})


@pytest.mark.real_time
async def test_the_hosts_own_lifespan_is_kept(tmp_path: Path) -> None:
    """Inside of ours, with its state; its end comes before ours."""
    seen: list[Any] = []

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, str]]:
        await until(lambda: monitoring.record.status().status == "ok")
        yield {"mine": "state"}
        call(monitoring)
        seen.append(monitoring.record.status().status)

    app = FastAPI(lifespan=lifespan)
    monitoring = setup_monitoring(app, settings=development(tmp_path))
    async with app.router.lifespan_context(app) as state:
        assert state == {"mine": "state"}
    assert (seen, monitoring.record.status().written) == (["ok"], 1)


class Parts:
    """A lifecycle on the jumping clock whose record does what it is told."""

    def __init__(
        self, folder: Path, record: Callable[[], Awaitable[None]], **environ: str
    ) -> None:  # fmt: skip
        self.monitoring = Monitoring(development(folder, **environ), clock=jumping_clock())
        self.monitoring.record.run = record  # type: ignore[method-assign,assignment]
        self.monitoring.cluster.run = _for_ever  # type: ignore[method-assign]  # needs threads
        self.lifecycle = Lifecycle(self.monitoring, Broadcast(self.monitoring.http_services()))


async def _for_ever() -> None:
    await asyncio.Event().wait()


async def _stubborn() -> None:
    loop = asyncio.get_running_loop()
    while loop.time() < 60.0:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(60.0)


async def test_starting_twice_is_starting_once(tmp_path: Path) -> None:
    """Each connection starts us: it must cost nothing."""
    parts = Parts(tmp_path, _for_ever)
    assert not parts.lifecycle.is_running
    for _ in range(3):
        await parts.lifecycle.start()
    tasks = [task for task in asyncio.all_tasks() if task.get_name() == "holdfast"]
    assert (len(tasks), parts.lifecycle.is_running) == (1, True)
    await parts.lifecycle.stop()
    await parts.lifecycle.stop()
    assert not parts.lifecycle.is_running


async def test_stopping_takes_five_seconds_at_most(tmp_path: Path) -> None:
    """Whatever hangs; a connection that comes meanwhile does not start us again."""
    parts = Parts(tmp_path, _stubborn)
    await parts.lifecycle.start()
    await asyncio.sleep(1.0)
    stopping = asyncio.create_task(parts.lifecycle.stop())
    await asyncio.sleep(1.0)
    await parts.lifecycle.start()
    assert not parts.lifecycle.is_running
    await stopping
    assert asyncio.get_running_loop().time() == 6.0


async def test_a_fault_in_one_part_spares_the_others(tmp_path: Path) -> None:
    """It is logged, and the part begins again after a second."""
    began: list[float] = []

    async def failing() -> None:
        began.append(asyncio.get_running_loop().time())
        if len(began) < 3:
            raise OSError("broken")
        await _for_ever()

    parts = Parts(tmp_path, failing)
    with capture_logs() as logs:
        await parts.lifecycle.start()
        await asyncio.sleep(10.0)
        assert parts.lifecycle.is_running
        await parts.lifecycle.stop()
    assert began == [0.0, 1.0, 2.0]
    assert [(log["event"], log["error"]) for log in logs] == [
        ("own_task_failed", "OSError: broken")
    ] * 2


async def test_a_part_that_has_nothing_to_do_may_end(tmp_path: Path) -> None:
    """A record that is switched off does not begin again and again."""
    began: list[None] = []

    async def nothing() -> None:
        began.append(None)

    parts = Parts(tmp_path, nothing)
    await parts.lifecycle.start()
    await asyncio.sleep(10.0)
    await parts.lifecycle.stop()
    assert len(began) == 1


async def test_idle_sessions_time_out(tmp_path: Path) -> None:
    """After HOLDFAST_SESSION_IDLE_SECONDS without a sight, once, as of when it was last seen."""
    parts = Parts(tmp_path, _for_ever, HOLDFAST_SESSION_IDLE_SECONDS="60")
    told: list[Any] = []
    parts.monitoring.listen(told.append)
    parts.monitoring.emit(SessionStarted("s", EPOCH, None, None))
    await parts.lifecycle.start()
    await asyncio.sleep(120.0)
    await parts.lifecycle.stop()
    assert [(event.status, event.at) for event in told[1:]] == [("timed_out", EPOCH)]


@pytest.mark.real_time
async def test_we_are_ready_between_start_and_stop(tmp_path: Path) -> None:
    """Whatever third parties and the record do; while we stop, nobody should come any more."""
    app, monitoring = mounted(tmp_path)
    for _ in range(10):
        call(monitoring, "failed")
    answers = []
    async with asking(app) as client:
        answers.append(await client.get("/health/ready"))
        task = next(one for one in asyncio.all_tasks() if one.get_name() == "holdfast")
        flushed, flush = asyncio.Event(), monitoring.record._buffer.stop

        async def slowly(timeout_seconds: float) -> None:
            await flushed.wait()
            await flush(timeout_seconds)

        monitoring.record._buffer.stop = slowly  # type: ignore[method-assign]
        await until(lambda: monitoring.record.status().status == "ok")
        lifecycle = app.user_middleware[0].kwargs["lifecycle"]
        assert isinstance(lifecycle, Lifecycle)
        stopping = asyncio.create_task(lifecycle.stop())
        await asyncio.sleep(0.05)
        answers.append(await client.get("/health/ready"))
        flushed.set()
        await stopping
        assert task.done()
    assert [(one.status_code, one.json()["status"]) for one in answers] == [
        (200, "ok"), (503, "stopping")
    ]  # fmt: skip
