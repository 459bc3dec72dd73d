"""A setting comes from the environment, over ``.env``, over its default - and says from where."""

import warnings
from pathlib import Path

import pytest

from holdfast.app.setup import load_settings
from holdfast.errors import SettingsError

pytestmark = pytest.mark.real_time


def _dotenv(folder: Path, text: str) -> Path:
    path = folder / ".env"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    """And the file over the default; each says where it stood."""
    dotenv = _dotenv(tmp_path, "METRICS_INTERVAL=5\nHEALTH_CHECK_INTERVAL=6\n")
    settings = load_settings({"METRICS_INTERVAL": "7"}, dotenv)
    found = (settings.metrics_interval, settings.health_check_interval, settings.redis_ttl)
    assert found == (7, 6, 3600)
    assert settings.sources == {"METRICS_INTERVAL": "environment", "HEALTH_CHECK_INTERVAL": ".env"}


def test_a_missing_file_is_no_file(tmp_path: Path) -> None:
    """Nobody needs a ``.env``."""
    assert load_settings({}, tmp_path / ".env").sources == {}


@pytest.mark.parametrize("text", [b"A=\xff\xfe", b"\xc3"])
def test_a_file_in_another_encoding_is_one_clear_error(tmp_path: Path, text: bytes) -> None:
    """It names the file and what it must be."""
    path = tmp_path / ".env"
    path.write_bytes(text)
    with pytest.raises(SettingsError, match=r"\.env cannot be read .* UTF-8"):
        load_settings({}, path)


def test_empty_is_not_set(tmp_path: Path) -> None:
    """Docker Compose passes on what is not there as an empty text."""
    settings = load_settings({"METRICS_INTERVAL": ""}, _dotenv(tmp_path, "METRICS_INTERVAL=5"))
    assert settings.metrics_interval == 5


def test_what_a_file_of_secrets_brings_with_it_is_no_part_of_a_value() -> None:
    """A line break at the end, as mounted secrets have it; blank is not set."""
    environ = {
        "DATABASE_URL": "postgresql://u:p@host/record\n",
        "HOLDFAST_DATA_DIR": " data\n",
        "OPENAI_BASE_URL": "http://host/v1 \n",
        "HOLDFAST_ENABLED": "  ",
    }
    settings = load_settings(environ, None)
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value() == "postgresql://u:p@host/record"
    assert (settings.data_dir, settings.enabled) == ("data", True)
    assert settings.services["openai"].base_url == "http://host/v1"


def test_what_the_application_signs_with_stays_as_it_is() -> None:
    """It reads the same variable, and does not know that we would cut it."""
    settings = load_settings({"JWT_SECRET": "x" * 40 + "\n"}, None)
    assert settings.jwt_secret is not None
    assert settings.jwt_secret.get_secret_value() == "x" * 40 + "\n"


def test_this_process_is_read_when_nothing_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real environment, and ``.env`` in the working directory."""
    _dotenv(tmp_path, "METRICS_INTERVAL=5\nREDIS_TTL=8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REDIS_TTL", "9")
    settings = load_settings()
    assert (settings.metrics_interval, settings.redis_ttl) == (5, 9)


@pytest.mark.parametrize(
    ("environ", "environment"),
    [
        ({"ENVIRONMENT": "staging", "APP_ENV": "development"}, "staging"),
        ({"APP_ENV": "development"}, "development"),
        ({}, "production"),
    ],
)
def test_an_alias_counts_where_the_name_is_not_set(
    environ: dict[str, str], environment: str
) -> None:
    """ENVIRONMENT before APP_ENV, and production when neither is set."""
    assert load_settings(environ, None).environment == environment


def test_the_environments_alias_wins_over_the_files_name(tmp_path: Path) -> None:
    """Where it stands decides before how it is called."""
    dotenv = _dotenv(tmp_path, "ENVIRONMENT=development")
    settings = load_settings({"APP_ENV": "production"}, dotenv)
    assert (settings.environment, settings.is_declared_development) == ("production", False)


@pytest.mark.parametrize(
    ("environ", "declared", "production"),
    [
        ({"ENVIRONMENT": "development"}, True, False),
        ({"ENVIRONMENT": "Development"}, True, False),
        ({"APP_ENV": "development"}, True, False),
        ({"ENVIRONMENT": "dev"}, False, False),
        ({"ENVIRONMENT": "PROD"}, False, True),
        ({}, False, True),
    ],
)
def test_development_must_be_written_down(
    environ: dict[str, str], declared: bool, production: bool
) -> None:
    """Nothing opens because a variable is missing."""
    settings = load_settings(environ, None)
    assert (settings.is_declared_development, settings.is_production) == (declared, production)


def test_an_unknown_name_of_ours_warns(tmp_path: Path) -> None:
    """A misspelt HOLDFAST_ variable is named, wherever it stands; nothing else stops."""
    dotenv = _dotenv(tmp_path, "HOLDFAST_DATADIR=x")
    with pytest.warns(UserWarning, match="HOLDFAST_DATADIR is set"):
        load_settings({}, dotenv)


def test_what_others_of_us_read_does_not_warn() -> None:
    """HOLDFAST_TOKEN is for ``holdfast status``, HOLDFAST_SKIP_UI for the build."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_settings({"HOLDFAST_TOKEN": "x", "HOLDFAST_SKIP_UI": "1", "OTHER": "x"}, None)
