"""The effective configuration as the voice contract shows it, with the source of each value."""

from typing import Any

from pydantic import SecretStr

from holdfast.settings.service import CONTRACT_FIELDS, SUFFIXES, variable_of
from holdfast.settings.settings import Settings, variables_of

_SECTIONS = {
    "database": (
        "connection_pool_size", "connection_timeout", "query_timeout", "enable_query_logging",
    ),
    "cache": ("redis_ttl", "translation_cache_size", "rag_cache_size", "enable_cache"),
    "security": (
        "api_key_rotation_hours", "max_request_size_mb", "enable_rate_limiting",
        "enable_circuit_breaker",
    ),
}  # fmt: skip

_THRESHOLDS = (
    "success_rate_warning", "success_rate_critical", "latency_warning_ms", "latency_critical_ms",
)  # fmt: skip

_HIDDEN = {"jwt_secret", "database_url", "redis_url", "alert_webhook", "services", "keys"}

_NOT_WIRED = (
    *_SECTIONS["database"], *_SECTIONS["cache"],
    "api_key_rotation_hours", "max_request_size_mb",
)  # fmt: skip


def configuration(settings: Settings) -> dict[str, Any]:
    """Every documented value; *sources* names the variables that were set and where.

    *not_wired* lists what the contract shows and nothing in this version acts on.
    """
    shown = settings.model_dump(mode="json", exclude=_HIDDEN)
    return {
        "environment": settings.environment,
        "is_production": settings.is_production,
        "services": {name: service(settings, name) for name in settings.services},
        "monitoring": {
            "enable_metrics": settings.enable_metrics,
            "metrics_interval": settings.metrics_interval,
            "health_check_interval": settings.health_check_interval,
            "alert_thresholds": {name: shown[name] for name in _THRESHOLDS},
        },
        **{part: {name: shown[name] for name in names} for part, names in _SECTIONS.items()},
        "holdfast": _own(settings, shown),
        "sources": dict(sorted(settings.sources.items())),
        "not_wired": list(_NOT_WIRED),
    }


def service(settings: Settings, name: str) -> dict[str, Any]:
    """The nine fields of the contract's ServiceConfig."""
    return settings.services[name].model_dump(mode="json", include=set(CONTRACT_FIELDS))


def variables(settings: Settings) -> list[dict[str, str]]:
    """Every variable with its value and source; a secret says only whether it is set."""
    general = (
        _row(settings, variables_of(field), getattr(settings, field))
        for field in type(settings).model_fields
        if variables_of(field)
    )
    own = (
        _row(settings, [variable_of(name, field)], getattr(service, field))
        for name, service in settings.services.items()
        for field in SUFFIXES
    )
    keys = (_row(settings, [name], secret) for name, secret in settings.keys.items())
    return [*general, *own, *keys]


def _row(settings: Settings, names: list[str], value: Any) -> dict[str, str]:
    variable = next((name for name in names if name in settings.sources), names[0])
    return {
        "variable": variable,
        "value": _text(value),
        "source": settings.sources.get(variable, "default"),
    }


def _text(value: Any) -> str:
    """*value* as one would write it into the environment."""
    if isinstance(value, SecretStr):
        return "set"
    if isinstance(value, tuple):
        return ",".join(str(one) for one in value)
    return "" if value is None else str(value)


def _own(settings: Settings, shown: dict[str, Any]) -> dict[str, Any]:
    grouped = {name for names in _SECTIONS.values() for name in names} | set(_THRESHOLDS)
    elsewhere = {"environment", "enable_metrics", "metrics_interval", "health_check_interval"}
    own = {
        name: value
        for name, value in shown.items()
        if name not in grouped | elsewhere | {"sources", "services"}
    }
    own["jwt_secret"] = "set" if settings.jwt_secret else "not set"
    own["alert_webhook"] = "set" if settings.alert_webhook else "not set"
    own["database_url"] = "set" if settings.database_url else "not set (SQLite in data_dir)"
    own["redis_url"] = "set" if settings.redis_url else "not set (nothing is shared)"
    return own
