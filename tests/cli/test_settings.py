"""``holdfast config show`` and ``holdfast db upgrade``: what would be run with, and where."""

import sqlite3
from pathlib import Path

import pytest

from holdfast.storage.address import FILE_NAME
from tests.cli.commands import inside

pytestmark = pytest.mark.real_time

Capture = pytest.CaptureFixture[str]
SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def _at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command runs in a folder of its own."""
    monkeypatch.chdir(tmp_path)


def test_each_setting_is_shown_with_its_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """Environment, file or default; a secret only says that it is set."""
    (tmp_path / ".env").write_text(f"JWT_SECRET={SECRET}\n", encoding="utf-8")
    monkeypatch.setenv("OPENAI_TIMEOUT", "7")
    monkeypatch.setenv("HOLDFAST_METRICS_ALLOW", "10.0.0.0/8,::1")
    ended = inside(monkeypatch, capsys, "config", "show")
    rows = {line.split()[0]: line.split()[1:] for line in ended.out.splitlines()}
    assert (ended.code, ended.err) == (0, "")
    assert rows["OPENAI_TIMEOUT"] == ["7.0", "environment"]
    assert rows["HOLDFAST_METRICS_ALLOW"] == ["10.0.0.0/8,::1/128", "environment"]
    assert rows["JWT_SECRET"] == ["set", ".env"]
    assert rows["REDIS_TTL"] == ["3600", "default"]
    assert SECRET not in ended.out


def test_brackets_in_a_value_are_no_markup(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """What is shown is what was set."""
    monkeypatch.setenv("HOLDFAST_DATA_DIR", "data/[red]x")
    assert "data/[red]x" in inside(monkeypatch, capsys, "config", "show").out


def test_wrong_settings_are_named_on_stderr(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """Each in its line, and exit code 1."""
    monkeypatch.setenv("OPENAI_TIMEOUT", "never")
    monkeypatch.setenv("METRICS_INTERVAL", "often")
    ended = inside(monkeypatch, capsys, "config", "show")
    head, *lines = ended.err.splitlines()
    assert (ended.code, ended.out, head) == (1, "", "error: settings that cannot be used:")
    assert [line.split("=")[0].strip() for line in lines] == ["OPENAI_TIMEOUT", "METRICS_INTERVAL"]


def test_the_tables_are_made_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """A second time there is nothing to do, and it says so."""
    monkeypatch.setenv("HOLDFAST_DATA_DIR", str(tmp_path / "data"))
    first = inside(monkeypatch, capsys, "db", "upgrade")
    second = inside(monkeypatch, capsys, "db", "upgrade")
    assert (first.code, second.code) == (0, 0)
    assert "upgraded from nothing, version 0005" in first.out
    assert "is current, version 0005" in second.out
    with sqlite3.connect(tmp_path / "data" / FILE_NAME) as database:
        tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master")}
    database.close()
    assert {"monitoring_sessions", "holdfast_version"} <= tables


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://u:s3cret@h/d", "unknown kind 'mysql'"),
        ("postgresql://u:s3cret@127.0.0.1:9/d", "cannot be used: ConnectionRefusedError"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, url: str, said: str
) -> None:
    """Without its password, and without a traceback."""
    monkeypatch.setenv("DATABASE_URL", url)
    ended = inside(monkeypatch, capsys, "db", "upgrade")
    assert (ended.code, ended.out, ended.err.count("\n")) == (1, "", 1)
    assert said in ended.err
    assert "s3cret" not in ended.err


def test_tables_of_others_are_not_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """They are named, and the way out with them."""
    path = tmp_path / "theirs.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE monitoring_sessions (id INTEGER)")
    database.close()
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{path}")
    ended = inside(monkeypatch, capsys, "db", "upgrade")
    assert ended.code == 1
    assert "tables that are not ours: monitoring_sessions" in ended.err
