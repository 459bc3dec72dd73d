"""Servers to be troubled."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import URL

from holdfast.storage.address import address
from holdfast.storage.schema import upgrade
from tests.postgres_server import fresh_database, running_postgres


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """A server that nobody kills."""
    with running_postgres() as url:
        yield url


@pytest.fixture
def database(server: str, tmp_path: Path) -> Iterator[URL]:
    """An empty database with our tables."""
    with fresh_database(server) as url:
        found = address(url, tmp_path)
        asyncio.run(upgrade(found))
        yield found


@pytest.fixture
def doomed(tmp_path: Path) -> Iterator[URL]:
    """As `database`, on a server of its own that may be killed, and keeps what it committed."""
    with running_postgres() as url:
        asyncio.run(_keep_what_was_committed(url))
        found = address(url, tmp_path)
        asyncio.run(upgrade(found))
        yield found


async def _keep_what_was_committed(url: str) -> None:
    # Our test servers answer before the log is written: quick, and wrong here.
    connection = await asyncpg.connect(url)
    await connection.execute("ALTER DATABASE postgres SET synchronous_commit = on")
    await connection.close()
