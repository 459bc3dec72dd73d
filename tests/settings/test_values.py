"""What a setting may be; everything that is wrong is said at once, and no secret is shown."""

from ipaddress import ip_network

import pytest

from holdfast.app.setup import load_settings
from holdfast.errors import SettingsError
from holdfast.settings.load import load
from holdfast.settings.settings import Settings

SECRET = "a-secret-that-is-too-short"
NO_INTEGER = "Input should be a valid integer, unable to parse string as an integer"
WORDS = "1, 0, true, false, yes, no, on, off"


def _problems(**environ: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ, None)
    head, *lines = str(caught.value).splitlines()
    assert head == "settings that cannot be used:"
    return lines


def test_every_wrong_value_is_named_at_once() -> None:
    """With its variable, its value, its source and what is allowed."""
    wrong = {"OPENAI_RATE_LIMIT": "many", "METRICS_INTERVAL": "0", "ENABLE_METRICS": "perhaps"}
    assert _problems(**wrong) == [
        f"  OPENAI_RATE_LIMIT='many' (from environment): {NO_INTEGER}",
        f"  ENABLE_METRICS='perhaps' (from environment): allowed: {WORDS}",
        "  METRICS_INTERVAL='0' (from environment): Input should be greater than or equal to 1",
    ]


@pytest.mark.parametrize("word", ["1", "true", "YES", " on "])
def test_words_for_on(word: str) -> None:
    """Any case, with blanks around."""
    assert load_settings({"DB_QUERY_LOGGING": word}, None).enable_query_logging


@pytest.mark.parametrize("word", ["0", "False", "no", "off"])
def test_words_for_off(word: str) -> None:
    """The same for off."""
    assert not load_settings({"HOLDFAST_ENABLED": word}, None).enabled


@pytest.mark.parametrize("word", ["2", "y", "truee", "-1", "enabled"])
def test_any_other_word_is_an_error(word: str) -> None:
    """Nobody guesses what was meant."""
    assert len(_problems(ENABLE_METRICS=word)) == 1


def test_networks_are_separated_by_commas() -> None:
    """IPv4, IPv6, single addresses, with blanks around."""
    settings = load_settings({"HOLDFAST_METRICS_ALLOW": "10.0.0.0/8, ::1/128,192.0.2.7"}, None)
    expected = [ip_network(one) for one in ("10.0.0.0/8", "::1/128", "192.0.2.7/32")]
    assert list(settings.metrics_allow) == expected


@pytest.mark.parametrize("networks", ["10.0.0.1/8", "everyone", "10.0.0.0/33"])
def test_a_network_that_is_none_says_what_one_looks_like(networks: str) -> None:
    """The way out is in the error."""
    assert "allowed: networks such as 10.0.0.0/8,::1/128" in _problems(
        HOLDFAST_METRICS_ALLOW=networks
    )[0]  # fmt: skip


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SUCCESS_RATE_WARNING", "101"), ("SUCCESS_RATE_CRITICAL", "-1"),
        ("LATENCY_WARNING_MS", "inf"), ("LATENCY_CRITICAL_MS", "nan"), ("OPENAI_DEADLINE", "inf"),
        ("OPENAI_RATE_LIMIT", "0"), ("OPENAI_MAX_RETRIES", "21"), ("OPENAI_TIMEOUT", "0"),
        ("OPENAI_RATE_LIMIT", "1.5"), ("OPENAI_BASE_URL", "api.openai.com"),
        ("HOLDFAST_SIMULATOR_URL", "localhost:9100"), ("ENVIRONMENT", "dev elopment"),
        ("HOLDFAST_BUFFER_EVENTS", "99"), ("HOLDFAST_RETENTION_DAYS", "0"),
    ],
)  # fmt: skip
def test_a_value_out_of_range_is_an_error(variable: str, value: str) -> None:
    """What no part of us could work with, or JSON not show, does not come in."""
    [line] = _problems(**{variable: value})
    assert line.startswith(f"  {variable}='{value}' (from environment): ")


def test_a_secret_is_never_shown() -> None:
    """Neither when it is wrong, nor where settings are printed."""
    assert SECRET not in _problems(JWT_SECRET=SECRET)[0]
    whole = load_settings({"JWT_SECRET": SECRET * 2, "DATABASE_URL": f"postgres://u:{SECRET}@h"})
    assert SECRET not in f"{whole!r} {whole} {whole.model_dump(mode='json')}"


@pytest.mark.parametrize("variable", ["OPENAI_BASE_URL", "HOLDFAST_SIMULATOR_URL"])
def test_credentials_in_an_address_are_refused_unseen(variable: str) -> None:
    """An address with a password would be shown on every page: it is not taken, nor printed."""
    [line] = _problems(**{variable: f"https://me:{SECRET}@api.example.com"})
    assert SECRET not in line
    assert "api.example.com" in line


def test_a_long_value_is_shown_in_part() -> None:
    """An error stays readable."""
    assert len(_problems(METRICS_INTERVAL="9x" * 5000)[0]) < 300


def test_a_default_that_cannot_be_used_is_named_by_its_field() -> None:
    """An integration's own mistake has no variable."""
    with pytest.raises(SettingsError, match=r"\n  timeout: Input should be greater than 0"):
        load({"mine": {"timeout": -1}}, environ={}, dotenv=None)


def test_settings_can_be_made_from_python() -> None:
    """Values that have their type already are taken as they are."""
    allowed = (ip_network("10.0.0.0/8"),)
    settings = Settings(enabled=False, metrics_allow=allowed)
    assert (settings.enabled, settings.metrics_allow) == (False, allowed)


@pytest.mark.parametrize("address", ["not-an-address", "ftp://host", "https://user:hunter2@host/x"])
def test_a_secret_address_is_checked_and_not_shown(address: str) -> None:
    """A webhook's often holds a token."""
    with pytest.raises(SettingsError, match=r"HOLDFAST_ALERT_WEBHOOK=.*allowed: an http") as caught:
        load_settings({"HOLDFAST_ALERT_WEBHOOK": address}, dotenv=None)
    assert address not in str(caught.value)
    settings = load_settings({"HOLDFAST_ALERT_WEBHOOK": "https://hooks.test/t0ken"}, dotenv=None)
    assert "t0ken" not in repr(settings)
