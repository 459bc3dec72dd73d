"""``holdfast db …``: an operator can see, move and forget what is kept."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import URL

from holdfast.storage.address import address
from holdfast.storage.retention import DAY_SECONDS
from holdfast.storage.writer import SqlEventLog
from tests.cli.commands import Ended, inside
from tests.conformance.record import NOW, batch, opened, request
from tests.postgres_server import fresh_database

pytestmark = pytest.mark.real_time

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def _at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOLDFAST_DATA_DIR", str(tmp_path))


class Operator:
    """Types ``holdfast db …``."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def types(self, *arguments: str) -> Ended:
        """The command, in this process."""
        return inside(self._monkeypatch, self._capsys, "db", *arguments)


@pytest.fixture
def operator(_at_home: None, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> Operator:
    """Somebody at home in a folder of his own."""
    return Operator(monkeypatch, capsys)


async def _write(url: URL) -> None:
    async with opened(url) as engine:
        old = NOW - 2_000 * DAY_SECONDS
        events = [request(old), request(old + DAY_SECONDS), request(NOW + 9_000 * DAY_SECONDS)]
        await SqlEventLog(engine, "host-1").append(batch(*events))


def test_a_missing_schema_is_one_line_with_the_command(operator: Operator) -> None:
    """`check` fails until `upgrade` was typed; `status` says the same."""
    missing = operator.types("check")
    assert (missing.code, missing.out) == (1, "")
    assert "the schema is empty" in missing.err
    assert "holdfast db upgrade" in missing.err
    assert "see 'holdfast db check'" in operator.types("status").err
    assert operator.types("upgrade").code == 0
    current = operator.types("check")
    assert (current.code, current.err) == (0, "")
    assert "current, version 0005" in current.out


def test_days_are_archived_and_forgotten_by_hand(tmp_path: Path, operator: Operator) -> None:
    """`archive` writes and keeps, `prune` forgets what retention would, `status` shows it."""
    asyncio.run(_write(address(None, tmp_path)))
    archived = operator.types("archive")
    assert "2 files, 2 rows" in archived.out
    assert "2/2" in archived.err, "a progress bar, where people look"
    elsewhere = operator.types("archive", "--before", "2100-01-01", "--out", str(tmp_path / "all"))
    assert "3 files, 3 rows" in elsewhere.out
    assert len(list((tmp_path / "all").rglob("*.jsonl.gz"))) == 3
    before = operator.types("status").out
    pruned = operator.types("prune")
    after = operator.types("status").out
    assert "monitoring_api_calls: 2 rows deleted" in pruned.out
    shown = [next(line.split() for line in out.splitlines() if "monitoring_api_calls" in line)
             for out in (before, after)]  # fmt: skip
    assert [line[line.index("monitoring_api_calls") + 2] for line in shown] == ["3", "1"]
    assert "upkeep: not run yet" in after
    assert "spool: 0.0 MB" in after


def test_an_older_systems_tables_are_adopted_by_hand(
    operator: Operator, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL: refused with their names and the way out, then renamed."""
    with fresh_database(postgres) as url:
        asyncio.run(_make_old(url))
        monkeypatch.setenv("DATABASE_URL", url)
        refused = operator.types("upgrade")
        adopted = operator.types("upgrade", "--adopt")
        status = operator.types("status")
    assert refused.code == 1
    assert "not ours: monitoring_api_calls" in refused.err
    assert "renamed to …_legacy: monitoring_api_calls" in adopted.out
    assert "postgresql+asyncpg://app:***@" in status.out


async def _make_old(url: str) -> None:
    import asyncpg

    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE monitoring_api_calls (id integer)")
    await connection.close()


def test_a_database_that_is_away_is_one_line(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address without its password, and what the driver said."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:geheim@127.0.0.1:1/none")
    ended = operator.types("status")
    assert ended.code == 1
    assert "cannot be used: ConnectionRefusedError" in ended.err
    assert "geheim" not in ended.err
