"""A database in trouble costs nothing but time: everything is kept, in order, once."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, text

from holdfast.clock import stamp
from holdfast.events import Usage
from holdfast.storage.row_store import RowStore
from holdfast.storage.rows import Rows
from holdfast.storage.set_aside import FILE_NAME
from holdfast.storage.spool_folders import OwnedSpool
from holdfast.storage.spooled_log import SpooledLog, SpoolOptions
from holdfast.storage.tables import api_calls, integration_calls, sessions
from holdfast.telemetry.event_log import EventsRefused
from tests.conformance.record import NOW, batch, call, completed, count, opened, request, rows

pytestmark = pytest.mark.real_time

OPTIONS = SpoolOptions(
    patience_seconds=0.5, longest_pause_seconds=0.05, replay_lines=50, adopt_seconds=0.1
)


class Fickle:
    """A store that can be away, or hang until it is told to go on."""

    def __init__(self, store: RowStore) -> None:
        self._store = store
        self.away = False
        self.tries = 0
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def write(self, rows: Rows, *, again: bool) -> None:
        """As the store, when it is well."""
        self.tries += 1
        if self.away:
            raise ConnectionError("the database is away")
        await self.go_on.wait()
        await self._store.write(rows, again=again)


@asynccontextmanager
async def replaying(
    store: Any, root: Path, instance: str = "host-1", options: SpoolOptions = OPTIONS
) -> AsyncIterator[SpooledLog]:
    """A log that spools below *root*."""
    log = SpooledLog(store, root, options)
    log.open(instance)
    task = asyncio.create_task(log.replay())
    try:
        yield log
    finally:
        task.cancel()
        await asyncio.wait({task})
        log.close()


async def until(condition: Callable[[], bool]) -> None:
    """Polled: nobody tells."""
    async with asyncio.timeout(20.0):
        while not condition():
            await asyncio.sleep(0.01)


async def test_what_came_while_the_database_was_away_is_all_there(
    database: URL, tmp_path: Path
) -> None:
    """Calls with all their fields, requests and sessions; nothing is asked to wait."""
    usage = Usage("tokens", 5.0, model="gpt", parts={"input": 2.0}, cost_usd=0.25)
    async with opened(database) as engine:
        store = Fickle(RowStore(engine))
        async with replaying(store, tmp_path) as log:
            await log.append(batch(call(NOW, "s")))
            store.away = True
            for n in range(1, 200):
                await log.append(batch(call(NOW + n, "s", usage=usage), first=2 * n))
                await log.append(batch(request(NOW + n, "s"), first=2 * n + 1))
            status = log.status()
            assert (status.failing, status.waiting, status.written) == (True, 398, 1)
            assert status.last_error == "ConnectionError: the database is away"
            store.away = False
            await until(lambda: log.status().waiting == 0)
            await log.append(batch(completed("s", NOW + 500), first=900))
            assert (log.status().written, log.status().failing) == (400, False)
        [session] = await rows(engine, sessions)
        kept = await rows(engine, integration_calls)
        assert (len(kept), await count(engine, api_calls)) == (200, 199)
    assert (session["step_count"], session["status"]) == (200, "completed")
    assert kept[7]["usage"]["parts"] == {"input": 2.0}
    assert (kept[7]["cost"], kept[7]["at"]) == (0.25, stamp(NOW + 7))
    assert list(tmp_path.glob("host-1")) == [], "nothing is left behind"


async def test_a_write_that_hangs_is_spooled_and_not_kept_twice(
    database: URL, tmp_path: Path
) -> None:
    """It may succeed after all: the replay recognises what is there."""
    async with opened(database) as engine:
        store = Fickle(RowStore(engine))
        async with replaying(store, tmp_path) as log:
            store.go_on.clear()
            await log.append(batch(call(NOW, "s"), call(NOW + 1, "s")))
            assert (log.status().waiting, log.status().failing) == (2, True)
            store.go_on.set()
            await until(lambda: log.status().waiting == 0)
        assert (await rows(engine, sessions))[0]["step_count"] == 2
        assert await count(engine, integration_calls) == 2


async def test_a_database_that_is_too_slow_does_not_hold_up_memory(
    database: URL, tmp_path: Path
) -> None:
    """Who is behind puts its events on disk at once; nothing is written before them."""
    async with opened(database) as engine:
        store = Fickle(RowStore(engine))
        log = SpooledLog(store, tmp_path, OPTIONS, is_behind=lambda: True)
        log.open("host-1")
        await log.append(batch(*(request(NOW + n) for n in range(10))))
        assert (store.tries, log.status().waiting, log.status().failing) == (0, 10, False)
        replaying_it = asyncio.create_task(log.replay())
        await until(lambda: log.status().waiting == 0)
        replaying_it.cancel()
        await asyncio.wait({replaying_it})
        log.close()
        assert await count(engine, api_calls) == 10


async def test_a_poisonous_row_is_set_aside_with_its_reason(database: URL, tmp_path: Path) -> None:
    """On disk too it costs only itself; an operator finds it, without what is secret."""
    poison = request(NOW, request_bytes=2**70, error="password=hunter2")
    async with opened(database) as engine:
        store = Fickle(RowStore(engine))
        async with replaying(store, tmp_path) as log:
            with pytest.raises(EventsRefused):
                await log.append(batch(poison))
            store.away = True
            events = [poison if n == 33 else request(NOW + n) for n in range(100)]
            await log.append(batch(*events, first=1))
            store.away = False
            await until(lambda: log.status().waiting == 0)
            assert (log.status().written, log.status().dropped) == (99, {"rejected": 1})
        assert await count(engine, api_calls) == 99
    said = [json.loads(line) for line in (tmp_path / FILE_NAME).read_text().splitlines()]
    assert [one["reason"].partition(":")[0] for one in said] == ["EventsRefused"] * 2
    assert "hunter2" not in str(said)


async def test_a_process_that_died_is_taken_over(database: URL, tmp_path: Path) -> None:
    """What it had on disk is written by the next one, lines of a later release set aside."""
    async with opened(database) as engine:
        dead = Fickle(RowStore(engine))
        dead.away = True
        log = SpooledLog(dead, tmp_path)
        log.open("host-0")
        await log.append(batch(*(call(NOW + n) for n in range(120))))
        log.close()
        left = OwnedSpool(tmp_path / "host-0", 10**6)
        left.spool.append([b'{"rows":{"of_tomorrow":[{"at":1}]},"seen":[],"ended":[]}', b"no"])
        left.close()
        async with replaying(RowStore(engine), tmp_path) as successor:
            await until(lambda: not (tmp_path / "host-0").exists())
            assert successor.status().dropped == {"rejected": 2}
        assert await count(engine, integration_calls) == 120


async def test_above_its_bound_the_oldest_go(database: URL, tmp_path: Path) -> None:
    """What comes back is what the bound holds, and the loss is known to the event."""
    options = OPTIONS._replace(max_bytes=100_000)
    async with opened(database) as engine:
        store = Fickle(RowStore(engine))
        store.away = True
        async with replaying(store, tmp_path, options=options) as log:
            for n in range(1_000):
                await log.append(batch(request(NOW + n), first=n))
            status = log.status()
            lost = (status.dropped or {})["spool_full"]
            assert status.size_bytes <= 100_000
            assert (lost > 0, lost + status.waiting) == (True, 1_000)
            store.away = False
            await until(lambda: log.status().waiting == 0)
        kept = await rows(engine, api_calls)
    assert [row["at"] for row in kept] == [stamp(NOW + n) for n in range(lost, 1_000)]


async def test_a_database_without_our_tables_keeps_everything_waiting(
    database: URL, tmp_path: Path
) -> None:
    """Somebody dropped a table: nothing is refused, and all of it is written when it is back."""
    async with opened(database) as engine:
        async with engine.begin() as connection:
            await connection.execute(text("ALTER TABLE monitoring_api_calls RENAME TO elsewhere"))
        async with replaying(RowStore(engine), tmp_path) as log:
            await log.append(batch(request()))
            assert (log.status().failing, log.status().dropped) == (True, {})
            async with engine.begin() as connection:
                back = "ALTER TABLE elsewhere RENAME TO monitoring_api_calls"
                await connection.execute(text(back))
            await until(lambda: log.status().waiting == 0)
        assert await count(engine, api_calls) == 1
