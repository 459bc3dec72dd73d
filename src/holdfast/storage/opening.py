"""Opening SQLite: whoever gives up on the way leaves nothing open, not even when the loop ends."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from threading import Lock

import aiosqlite
from sqlalchemy import URL

_ROWS_AT_ONCE = 64


class Opening:
    """A file that a thread opens and prepares: called there, given up from anywhere."""

    def __init__(
        self, connect: Callable[[], sqlite3.Connection], pragmas: Sequence[str],
        *, own_transactions: bool = False,
    ) -> None:  # fmt: skip
        self._connect, self._pragmas = connect, pragmas
        self._own_transactions = own_transactions
        self._lock = Lock()
        self._given_up = False
        self._opened: sqlite3.Connection | None = None

    def __call__(self) -> sqlite3.Connection:
        """The file, open; raises what the driver raises. Given up meanwhile, it is closed."""
        opened = self._connect()
        try:
            if self._own_transactions:
                # Python's driver begins no transaction before DDL: half a migration could stay.
                opened.isolation_level = None
            for pragma in self._pragmas:
                opened.execute(f"PRAGMA {pragma}").close()
        except BaseException:
            opened.close()
            raise
        with self._lock:
            self._opened = opened
            if self._given_up:
                opened.close()
        return opened

    def give_up(self) -> None:
        """Close what was opened, or will be."""
        with self._lock:
            self._given_up = True
            if self._opened is not None:
                self._opened.close()


def connector(
    url: URL, pragmas: Sequence[str], *, own_transactions: bool = False
) -> Callable[[], Awaitable[aiosqlite.Connection]]:
    """What opens *url* for SQLAlchemy's ``async_creator``.

    It waits for a future, not for a task: a loop that ends cancels its tasks, and a driver that
    is cancelled while it opens a file leaves that to the collector.
    """
    arguments, options = url.get_dialect()().create_connect_args(url)
    connect = partial(sqlite3.connect, *arguments, **options)

    async def opened() -> aiosqlite.Connection:
        opening = Opening(connect, pragmas, own_transactions=own_transactions)
        try:
            file = await asyncio.get_running_loop().run_in_executor(None, opening)
            connection = aiosqlite.Connection(lambda: file, _ROWS_AT_ONCE)
            thread = connection._thread  # noqa: SLF001 - as SQLAlchemy does by itself
            thread.daemon = True
            thread.run = partial(_serve, thread.run, file)  # type: ignore[method-assign]
            return await connection
        except BaseException:
            opening.give_up()
            raise

    return opened


def _serve(run: Callable[[], None], file: sqlite3.Connection) -> None:
    """Do what is asked of *file*; the loop may end meanwhile: then there is nobody left to tell."""
    try:
        run()
    except RuntimeError:
        file.close()
