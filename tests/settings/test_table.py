"""The table of all settings: nothing without a name, a default and a place."""

import pytest

from holdfast.api.shapes.configuration import variables
from holdfast.app.setup import load_settings
from holdfast.health import Thresholds
from holdfast.integrations import CATALOG
from holdfast.integrations.access import Limits
from holdfast.settings.service import CONTRACT_FIELDS, SUFFIXES, ServiceSettings
from holdfast.settings.settings import Settings, variables_of

FILLED_IN = {"keys", "services", "sources"}
CONTRACT = {
    "ENVIRONMENT": "production", "ENABLE_METRICS": "True", "METRICS_INTERVAL": "60",
    "HEALTH_CHECK_INTERVAL": "30", "SUCCESS_RATE_WARNING": "95.0", "SUCCESS_RATE_CRITICAL": "80.0",
    "LATENCY_WARNING_MS": "5000.0", "LATENCY_CRITICAL_MS": "10000.0", "DB_POOL_SIZE": "20",
    "DB_TIMEOUT": "30", "DB_QUERY_TIMEOUT": "60", "DB_QUERY_LOGGING": "False", "REDIS_TTL": "3600",
    "TRANSLATION_CACHE_SIZE": "1000", "RAG_CACHE_SIZE": "500", "ENABLE_CACHE": "True",
    "API_KEY_ROTATION_HOURS": "24", "MAX_REQUEST_SIZE_MB": "100", "ENABLE_RATE_LIMITING": "True",
    "ENABLE_CIRCUIT_BREAKER": "True", "OPENAI_RATE_LIMIT": "1000", "OPENAI_MAX_FAILURES": "10",
    "OPENAI_CIRCUIT_RESET_TIME": "120", "OPENAI_TIMEOUT": "60.0", "OPENAI_MAX_RETRIES": "3",
    "OPENAI_RETRY_DELAY": "1.0", "OPENAI_MAX_TEXT_LENGTH": "50000",
    "OPENAI_MAX_AUDIO_SIZE_MB": "25", "OPENAI_MAX_AUDIO_DURATION_SEC": "300",
}  # fmt: skip
"""The voice contract's §3; ENVIRONMENT is closed by default where it was open."""


@pytest.mark.parametrize("field", sorted(Settings.model_fields.keys() - FILLED_IN))
def test_every_setting_has_a_name_and_a_default(field: str) -> None:
    """And its names are nobody else's."""
    names = variables_of(field)
    others = {name for one in Settings.model_fields if one != field for name in variables_of(one)}
    assert names
    assert not set(names) & others
    assert not Settings.model_fields[field].is_required()


def test_what_is_filled_in_has_no_variable() -> None:
    """Services, keys and sources are results."""
    assert [variables_of(field) for field in sorted(FILLED_IN)] == [[], [], []]


def test_the_documented_names_have_the_documented_defaults() -> None:
    """Whoever comes from the voice system finds every one of his variables."""
    shown = {row["variable"]: row["value"] for row in variables(load_settings({}, None))}
    found = {name: shown.get(name) for name in CONTRACT}
    assert found == {
        **CONTRACT, "OPENAI_CIRCUIT_RESET_TIME": "120.0", "OPENAI_MAX_AUDIO_SIZE_MB": "25.0",
        "OPENAI_MAX_AUDIO_DURATION_SEC": "300.0",
    }  # fmt: skip


CONTRACT_SERVICES = {
    "sarvam": (60, 5, 60, 30.0, 2, 0.5, 10_000, 50, 300),
    "deepgram": (100, 5, 60, 30.0, 2, 0.5, 10_000, 100, 600),
    "openai": (1000, 10, 120, 60.0, 3, 1.0, 50_000, 25, 300),
    "rag": (200, 5, 60, 10.0, 2, 0.5, 5_000, 25, 300),
}
"""The nine documented defaults of each service, in the order of `CONTRACT_FIELDS`."""


@pytest.mark.parametrize("name", [name for name in CONTRACT_SERVICES if name in CATALOG])
def test_the_contracts_services_have_its_defaults(name: str) -> None:
    """Nine numbers each."""
    service = load_settings({}, None).services[name]
    assert tuple(getattr(service, one) for one in CONTRACT_FIELDS) == CONTRACT_SERVICES[name]


@pytest.mark.parametrize("name", sorted(CATALOG))
def test_every_default_is_allowed_and_arrives(name: str) -> None:
    """What an integration asks for is what its guards and clients get."""
    service, own = load_settings({}, None).services[name], CATALOG[name].defaults
    assert service.limits == Limits(
        max_text_length=own.max_text_length,
        max_audio_bytes=own.max_audio_size_mb * 1024 * 1024,
        max_audio_seconds=own.max_audio_duration_sec,
    )
    assert all(getattr(service, one) == getattr(own, one) for one in CONTRACT_FIELDS)


def test_every_service_has_every_variable() -> None:
    """One set for each provider of the catalog, by the provider's name."""
    shown = {row["variable"] for row in variables(load_settings({}, None))}
    expected = {f"{name.upper()}_{suffix}" for name in CATALOG for suffix in SUFFIXES.values()}
    assert expected <= shown
    assert set(SUFFIXES) == set(ServiceSettings.model_fields)
    assert len(CONTRACT_FIELDS) == 9


def test_the_table_says_where_a_value_comes_from() -> None:
    """By the name under which it was set; a secret only that it is."""
    environ = {
        "APP_ENV": "staging", "JWT_SECRET": "x" * 32, "HOLDFAST_METRICS_ALLOW": "10.0.0.0/8,::1",
        "PROKERALA_TIMEOUT": "9",
    }  # fmt: skip
    rows = variables(load_settings({**environ, "OPENAI_API_KEY": "sk-nobody-sees-me"}, None))
    changed = {row["variable"]: row["value"] for row in rows if row["source"] == "environment"}
    assert changed == {
        "APP_ENV": "staging", "JWT_SECRET": "set", "PROKERALA_TIMEOUT": "9.0",
        "HOLDFAST_METRICS_ALLOW": "10.0.0.0/8,::1/128", "OPENAI_API_KEY": "set",
    }  # fmt: skip


def test_thresholds_are_wired() -> None:
    """What is shown is what health uses (contract fault 12)."""
    environ = {
        "SUCCESS_RATE_WARNING": "90", "SUCCESS_RATE_CRITICAL": "70", "LATENCY_WARNING_MS": "10",
        "LATENCY_CRITICAL_MS": "20",
    }  # fmt: skip
    assert load_settings(environ, None).thresholds == Thresholds(90.0, 70.0, 10.0, 20.0)
