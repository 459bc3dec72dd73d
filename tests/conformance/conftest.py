"""The databases that every store must work on."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL
from sqlalchemy.engine import make_url

from holdfast.storage.address import FILE_NAME, address
from holdfast.storage.schema import upgrade
from tests.postgres_server import fresh_database

KINDS = ["sqlite", "postgresql"]


@pytest.fixture(params=KINDS)
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL]:
    """A database of each kind that we keep the record in, without our tables."""
    if request.param == "sqlite":
        yield address(None, tmp_path)
        return
    with fresh_database(request.getfixturevalue("postgres")) as url:
        yield address(url, tmp_path)


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL]:
    """As `empty_database`, with our tables: a copy, as making them takes longer than most tests."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("made_file"), tmp_path / FILE_NAME)
        yield address(None, tmp_path)
        return
    postgres, made = (request.getfixturevalue(name) for name in ("postgres", "made_template"))
    with fresh_database(postgres, made) as url:
        yield address(url, tmp_path)


@pytest.fixture(scope="session")
def made_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of SQLite with our tables."""
    made = address(None, tmp_path_factory.mktemp("made"))
    asyncio.run(upgrade(made))
    return Path(made.database or "")


@pytest.fixture(scope="session")
def made_template(postgres: str) -> Iterator[str]:
    """The name of a database of `postgres` with our tables."""
    with fresh_database(postgres) as url:
        asyncio.run(upgrade(address(url, Path())))
        yield make_url(url).database or ""
