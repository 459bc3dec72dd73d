"""The URLs that people have become those that the drivers take, or one clear error."""

from pathlib import Path

import pytest

from holdfast.errors import SettingsError
from holdfast.storage import address as module
from holdfast.storage.address import address, shown


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("sqlite:///calls.db", "sqlite+aiosqlite:///calls.db"),
        ("sqlite:////var/lib/calls.db", "sqlite+aiosqlite:////var/lib/calls.db"),
        ("sqlite+aiosqlite:///calls.db", "sqlite+aiosqlite:///calls.db"),
        ("postgres://app:pass@db/x", "postgresql+asyncpg://app:pass@db/x"),
        ("postgresql://app:pass@db:5433/x", "postgresql+asyncpg://app:pass@db:5433/x"),
        ("postgresql+asyncpg://app@db/x", "postgresql+asyncpg://app@db/x"),
        ("postgres://app@db/x?sslmode=require", "postgresql+asyncpg://app@db/x?ssl=require"),
        ("postgresql://app@/x?host=/run/pg", "postgresql+asyncpg://app@/x?host=%2Frun%2Fpg"),
    ],
)
def test_every_form_of_url_is_understood(given: str, expected: str, tmp_path: Path) -> None:
    """Whichever scheme a host gives, and `sslmode` as libpq spells it."""
    assert address(given, tmp_path).render_as_string(hide_password=False) == expected


@pytest.mark.parametrize("given", [None, ""])
def test_without_a_url_it_is_a_file_in_the_data_folder(given: str | None, tmp_path: Path) -> None:
    """The folder is made, and only we may look into it."""
    url = address(given, tmp_path / "new" / "data")
    assert url.database == str(tmp_path / "new" / "data" / "holdfast.db")
    assert (tmp_path / "new" / "data").stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """The variable, its value, why, and the way out."""
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match=r"HOLDFAST_DATA_DIR=.*file/data cannot be made"):
        address(None, tmp_path / "file" / "data")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("no url", "not a URL"),
        ("mysql://app:pass@db/x", "unknown kind 'mysql'"),
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
        ("sqlite:///calls.db?cache=shared", "take away what follows"),
        ("postgres://app:pass@db/x?channel_binding=require", "asks for channel_binding"),
        ("postgres://app:pass@db/x?sslmode=yes", "sslmode is one of disable, allow"),
    ],
)
def test_what_cannot_be_used_is_one_clear_error(given: str, said: str, tmp_path: Path) -> None:
    """It says what is wrong, and never the password."""
    with pytest.raises(SettingsError, match=said) as caught:
        address(given, tmp_path)
    assert "pass@" not in str(caught.value)


def test_a_missing_driver_is_named_with_the_line_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL is an extra."""
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r'pip install "holdfast\[postgres\]"'):
        address("postgres://app:pass@db/x", tmp_path)


def test_a_url_is_shown_without_its_password(tmp_path: Path) -> None:
    """For logs and pages."""
    url = address("postgres://app:pass@db/x", tmp_path)
    assert shown(url) == "postgresql+asyncpg://app:***@db/x"
