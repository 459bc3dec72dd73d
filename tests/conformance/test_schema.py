"""Every database is brought up to date once, and never over somebody else's tables."""

import asyncio
import re
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import URL, Connection, text

from holdfast.storage.all_tables import RECORD
from holdfast.storage.columns import VERSION_TABLE
from holdfast.storage.engine import open_engine
from holdfast.storage.schema import SchemaError, SchemaState, check, upgrade
from tests.worker_process import unmeasured

pytestmark = pytest.mark.real_time


@pytest.fixture
def database(empty_database: URL) -> URL:
    """Here nothing is made before."""
    return empty_database


NEWEST = "0005"


async def _execute(url: URL, *statements: str) -> None:
    engine = open_engine(url)
    async with engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()


async def test_an_empty_database_is_brought_up_to_date(database: URL) -> None:
    """Empty, then current; and doing it again changes nothing."""
    assert (await check(database)).status == "empty"
    assert await upgrade(database) == SchemaState(NEWEST, NEWEST, moved_from="nothing")
    assert (await check(database)).status == "current"
    assert await upgrade(database) == SchemaState(NEWEST, NEWEST)


async def test_the_migrations_make_the_tables_that_the_code_uses(database: URL) -> None:
    """Alembic finds no difference between what it made and `storage.tables`."""

    def differences(connection: Connection) -> list[object]:
        options = {
            "version_table": VERSION_TABLE, "compare_type": True, "include_name": _is_no_part,
        }  # fmt: skip
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, RECORD))

    await upgrade(database)
    engine = open_engine(database)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


def _is_no_part(name: str | None, kind: str, _: object) -> bool:
    """A day's partition is a table of PostgreSQL's, not of ours."""
    return kind != "table" or re.fullmatch(r"\w+_(\d{8}|rest)", name or "") is None


async def test_tables_of_others_are_named_and_left_alone(database: URL) -> None:
    """An older system used the same names: we say which, and touch nothing."""
    await _execute(database, "CREATE TABLE monitoring_api_calls (id integer)")
    assert (await check(database)).foreign == ("monitoring_api_calls",)
    with pytest.raises(SchemaError, match=r"not ours: monitoring_api_calls\. Rename"):
        await upgrade(database)
    assert (await check(database)).status == "foreign"


async def test_a_database_of_a_later_release_is_refused(database: URL) -> None:
    """A version that we do not know is not ours to change."""
    await upgrade(database)
    await _execute(database, "UPDATE holdfast_version SET version_num = '9999'")
    assert (await check(database)).status == "newer"
    with pytest.raises(SchemaError, match="later release"):
        await upgrade(database)


async def test_a_failed_migration_leaves_nothing_behind(
    database: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of a change or none of it: the next start finds an empty database, not half of one."""

    def fail(*_: object) -> None:
        raise RuntimeError("power cut")

    # The step before it has made all tables by then.
    monkeypatch.setattr("alembic.runtime.migration.HeadMaintainer.update_to_step", fail)
    with pytest.raises(RuntimeError, match="power cut"):
        await upgrade(database)
    monkeypatch.undo()
    assert (await check(database)).status == "empty"
    assert (await upgrade(database)).status == "current"


PROGRAM = """
import asyncio, sys
from sqlalchemy.engine import make_url
from holdfast.storage.schema import upgrade
sys.stdin.readline()
state = asyncio.run(upgrade(make_url(sys.argv[1])))
print(state.status, state.moved_from)
"""


async def test_four_processes_that_start_at_once_upgrade_once(database: URL) -> None:
    """Each finds a current database; one of them made it, and it alone says so."""
    address = database.render_as_string(hide_password=False)
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-W", "error", "-c", PROGRAM, address,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE, env=unmeasured(),
        )
        for _ in range(4)
    ]  # fmt: skip
    answers = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    others = [(b"current None\n", b"")] * 3
    assert sorted(answers) == [*others, (b"current nothing\n", b"")]
    assert (await check(database)).version == NEWEST
