"""A file that is being opened when its opener goes is closed all the same."""

import asyncio
import gc
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from holdfast.storage.address import address
from holdfast.storage.engine import close_engine, open_engine
from holdfast.storage.opening import connector

pytestmark = pytest.mark.real_time


class Files:
    """What `sqlite3.connect` opened; the first one waits until it may."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.opened: list[sqlite3.Connection] = []
        self.asked, self.may = threading.Event(), threading.Event()
        self._connect: Callable[..., sqlite3.Connection] = sqlite3.connect
        monkeypatch.setattr(sqlite3, "connect", self)

    def __call__(self, *arguments: Any, **options: Any) -> sqlite3.Connection:
        """Open a file, when it may be."""
        self.asked.set()
        assert self.may.wait(10.0)
        self.opened.append(self._connect(*arguments, **options))
        return self.opened[-1]

    def are_closed(self) -> bool:
        """Whether none of them can be used any more."""
        for one in self.opened:
            try:
                one.execute("SELECT 1")
            except sqlite3.ProgrammingError:
                continue
            return False
        return True


async def _ask(folder: Path) -> None:
    async with open_engine(address(None, folder)).connect() as connection:
        await connection.execute(text("SELECT 1"))


def test_a_loop_that_ends_while_a_file_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is opened after its opener was cancelled: closed at once, by the thread that has it."""
    files = Files(monkeypatch)

    async def main() -> asyncio.Task[None]:
        asking = asyncio.create_task(_ask(tmp_path))
        await asyncio.to_thread(files.asked.wait)
        asyncio.get_running_loop().call_later(0.05, files.may.set)
        return asking

    asking = asyncio.run(main())
    gc.collect()  # what is left to the collector is told as a warning, which is an error here
    assert (asking.cancelled(), len(files.opened), files.are_closed()) == (True, 1, True)
    assert not [one for one in threading.enumerate() if "_connection_worker" in one.name]


def test_a_loop_that_ends_after_a_file_was_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is opened, and nobody has taken it yet."""
    files = Files(monkeypatch)
    files.may.set()

    async def main() -> asyncio.Task[None]:
        asking = asyncio.create_task(_ask(tmp_path))
        while not files.opened:
            await asyncio.sleep(0)
        return asking

    asking = asyncio.run(main())
    gc.collect()
    assert (asking.cancelled(), files.are_closed()) == (True, True)


def test_a_loop_that_ends_before_its_file_is_closed(tmp_path: Path) -> None:
    """Its thread finds nobody to tell: the file is closed, and nothing is printed."""
    may = threading.Event()

    async def main() -> tuple[Any, sqlite3.Connection]:
        driver: Any = await connector(address(None, tmp_path), ())()
        driver._tx.put_nowait((None, lambda: may.wait(10.0)))
        file = driver._conn
        driver.stop()
        return driver, file

    driver, file = asyncio.run(main())
    may.set()
    driver._thread.join(10.0)
    assert not driver._thread.is_alive()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        file.execute("SELECT 1")


async def test_a_file_that_is_none_of_ours_is_closed(tmp_path: Path) -> None:
    """What the pragmas find wrong is raised with the way out, and nothing is left open."""
    url = address(None, tmp_path)
    Path(url.database or "").write_bytes(b"a letter, not a database" * 100)
    with pytest.raises(Exception, match=r"file is not a database: move .*holdfast\.db away"):
        await _ask(tmp_path)
    gc.collect()


async def test_what_is_given_back_after_the_end_is_closed(tmp_path: Path) -> None:
    """A write that hangs may outlive its engine; its connection must not outlive it, too."""
    engine = open_engine(address(None, tmp_path))
    connection = await engine.connect()
    driver: Any = (await connection.get_raw_connection()).driver_connection
    await close_engine(engine)
    await connection.execute(text("SELECT 1"))
    await connection.close()
    with pytest.raises(ValueError, match=r"Connection closed|no active connection"):
        await driver.execute("SELECT 1")
    await asyncio.to_thread(driver._thread.join, 10.0)
    assert not driver._thread.is_alive()
