"""The demonstration spends no money and writes nowhere else, unless it is asked to."""

from pathlib import Path

import pytest

from holdfast.demo.environment import Plan, key_of, settings_for
from holdfast.errors import SettingsError

SIMULATOR = "http://127.0.0.1:9100"


def test_keys_and_databases_of_the_environment_are_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A DATABASE_URL, a base URL and a key lying around change nothing."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/else")
    monkeypatch.setenv("OPENAI_BASE_URL", "https://api.openai.com/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-mine")
    plan = Plan(data_dir=tmp_path)
    settings = settings_for(plan, SIMULATOR)
    assert settings.database_url is None
    assert settings.services["openai"].base_url == f"{SIMULATOR}/openai/v1"
    assert key_of(plan, "openai") == "simulated"


def test_everything_points_at_the_simulator(tmp_path: Path) -> None:
    """No integration keeps its provider's real address; the knowledge base has none."""
    settings = settings_for(Plan(data_dir=tmp_path), SIMULATOR)
    away = [n for n, one in settings.services.items() if not one.base_url.startswith(SIMULATOR)]
    assert away == ["rag"]


def test_real_calls_need_to_be_asked_for(tmp_path: Path) -> None:
    """With --real, the key is yours and the address the provider's own."""
    plan = Plan(data_dir=tmp_path, real="openai")
    assert key_of(plan, "openai", {"OPENAI_API_KEY": "sk-mine"}) == "sk-mine"
    settings = settings_for(plan, SIMULATOR)
    assert settings.services["openai"].base_url == "https://api.openai.com/v1"
    assert settings.services["prokerala"].base_url.startswith(SIMULATOR)


def test_a_real_call_that_cannot_be_made_is_one_clear_error() -> None:
    """What is missing is named, and so is what is possible, before anything starts."""
    with pytest.raises(SettingsError, match="needs your key in OPENAI_API_KEY"):
        key_of(Plan(real="openai"), "openai", {})
    with pytest.raises(SettingsError, match="--real prokerala: only openai can be called"):
        settings_for(Plan(real="prokerala"), SIMULATOR)


def test_the_database_that_was_asked_for_is_used(tmp_path: Path) -> None:
    """--database-url is obeyed."""
    plan = Plan(data_dir=tmp_path, database_url="sqlite:///kept.db")
    url = settings_for(plan, SIMULATOR).database_url
    assert url is not None
    assert url.get_secret_value() == "sqlite:///kept.db"
