"""The databases that every store must work on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from holdfast.storage.address import address
from tests.postgres_server import fresh_database, running_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A server, once for all tests."""
    with running_postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL]:
    """An empty database of each kind that we keep the record in."""
    if request.param == "sqlite":
        yield address(None, tmp_path)
        return
    with fresh_database(request.getfixturevalue("postgres")) as url:
        yield address(url, tmp_path)
