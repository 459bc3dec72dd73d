"""Every setting beside the per-integration ones: its variable, default, type and range."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from holdfast.health import Thresholds
from holdfast.settings.field import Networks, Switch
from holdfast.settings.service import ServiceSettings


def _setting(default: Any, *variables: str, what: str, **constraints: Any) -> Any:
    extra: dict[str, Any] = {"variables": list(variables)}
    return Field(default, json_schema_extra=extra, description=what, **constraints)


class Settings(BaseModel):
    """What a process runs with; *services* and *sources* are filled in by `load`.

    *sources* tells for each variable that was set where it came from.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    enabled: Switch = _setting(
        True,
        "HOLDFAST_ENABLED",
        what="Off: everything of ours is a no-op, and one line in the log says so.",
    )
    environment: str = _setting(
        "production",
        "ENVIRONMENT",
        "APP_ENV",
        pattern=r"^[\w.-]{1,40}$",
        what="`development` opens us to this machine's loopback, and only when it is set.",
    )
    jwt_secret: SecretStr | None = _setting(
        None,
        "JWT_SECRET",
        min_length=32,
        what="Signs the tokens that let others in (HS256).",
    )
    metrics_allow: Networks = _setting(
        (),
        "HOLDFAST_METRICS_ALLOW",
        what="Networks that may read `/metrics` without a token (CIDR, comma-separated).",
    )
    simulator_url: str | None = _setting(
        None,
        "HOLDFAST_SIMULATOR_URL",
        pattern=r"^https?://[^\s@]+$",
        what="A running simulator: its scenarios can be switched from the page.",
    )

    database_url: SecretStr | None = _setting(
        None,
        "DATABASE_URL",
        what="Where the record is kept; without it, SQLite in the data directory.",
    )
    data_dir: str = _setting(
        ".holdfast",
        "HOLDFAST_DATA_DIR",
        what="Where the SQLite file of the record is kept, and where workers of this host meet.",
    )
    redis_url: SecretStr | None = _setting(
        None,
        "HOLDFAST_REDIS_URL",
        "REDIS_URL",
        what="A Redis or Valkey: breakers, rates and counts are shared by all who name it.",
    )
    redis_prefix: str = _setting(
        "holdfast",
        "HOLDFAST_REDIS_PREFIX",
        pattern=r"^[\w.-]{1,40}$",
        what="What the keys there begin with: one for each deployment that shares.",
    )
    processes: int = _setting(
        1,
        "HOLDFAST_PROCESSES",
        "WEB_CONCURRENCY",
        ge=1,
        le=10_000,
        what="How many share a rate while the Redis is out of reach from the start.",
    )
    retention_days: int = _setting(
        30,
        "HOLDFAST_RETENTION_DAYS",
        ge=1,
        le=3_650,
        what="The record forgets what is older.",
    )
    max_database_mb: int = _setting(
        1_024,
        "HOLDFAST_MAX_DATABASE_MB",
        ge=1,
        what="SQLite only: the oldest days go when the rows take more.",
    )
    session_idle_seconds: float = _setting(
        1_800.0,
        "HOLDFAST_SESSION_IDLE_SECONDS",
        gt=0,
        what="A session unseen for so long has timed out.",
    )
    buffer_events: int = _setting(
        10_000,
        "HOLDFAST_BUFFER_EVENTS",
        ge=100,
        le=10_000_000,
        what="Events that may wait for the record; above it the oldest go, counted.",
    )

    otel: Switch = _setting(
        False,
        "HOLDFAST_OTEL",
        what="On: calls are traced with OpenTelemetry, to the host's tracer provider, or as the "
        "standard `OTEL_*` variables say.",
    )
    enable_metrics: Switch = _setting(
        True,
        "ENABLE_METRICS",
        what="Off: no `/metrics`; nothing else changes.",
    )
    metrics_interval: int = _setting(
        60,
        "METRICS_INTERVAL",
        ge=1,
        what="Shown for the contract; nothing acts on it yet.",
    )
    health_check_interval: int = _setting(
        30,
        "HEALTH_CHECK_INTERVAL",
        ge=1,
        le=86_400,
        what="Seconds between two rounds of the component checks.",
    )
    alert_webhook: SecretStr | None = _setting(
        None,
        "HOLDFAST_ALERT_WEBHOOK",
        pattern=r"^https?://[^\s@]+$",
        what="Where each change of an alert is POSTed as JSON.",
    )
    success_rate_warning: float = _setting(
        95.0,
        "SUCCESS_RATE_WARNING",
        ge=0,
        le=100,
        what="Below it (percent) an integration is degraded.",
    )
    success_rate_critical: float = _setting(
        80.0,
        "SUCCESS_RATE_CRITICAL",
        ge=0,
        le=100,
        what="Below it (percent) an integration is unhealthy.",
    )
    latency_warning_ms: float = _setting(
        5_000.0,
        "LATENCY_WARNING_MS",
        gt=0,
        what="Above it the mean latency is degraded.",
    )
    latency_critical_ms: float = _setting(
        10_000.0,
        "LATENCY_CRITICAL_MS",
        gt=0,
        what="Above it the mean latency is unhealthy.",
    )

    connection_pool_size: int = _setting(
        20,
        "DB_POOL_SIZE",
        ge=1,
        le=1_000,
        what="Shown for the contract; nothing acts on it yet.",
    )
    connection_timeout: int = _setting(
        30,
        "DB_TIMEOUT",
        ge=1,
        what="Shown for the contract; nothing acts on it yet.",
    )
    query_timeout: int = _setting(
        60,
        "DB_QUERY_TIMEOUT",
        ge=1,
        what="Shown for the contract; nothing acts on it yet.",
    )
    enable_query_logging: Switch = _setting(
        False,
        "DB_QUERY_LOGGING",
        what="Shown for the contract; nothing acts on it yet.",
    )
    redis_ttl: int = _setting(
        3_600,
        "REDIS_TTL",
        ge=1,
        what="Shown for the contract; nothing acts on it yet.",
    )
    translation_cache_size: int = _setting(
        1_000,
        "TRANSLATION_CACHE_SIZE",
        ge=0,
        what="Shown for the contract; nothing acts on it yet.",
    )
    rag_cache_size: int = _setting(
        500,
        "RAG_CACHE_SIZE",
        ge=0,
        what="Shown for the contract; nothing acts on it yet.",
    )
    enable_cache: Switch = _setting(
        True,
        "ENABLE_CACHE",
        what="Shown for the contract; nothing acts on it yet.",
    )
    api_key_rotation_hours: int = _setting(
        24,
        "API_KEY_ROTATION_HOURS",
        ge=1,
        what="Shown for the contract; nothing acts on it yet.",
    )
    max_request_size_mb: int = _setting(
        100,
        "MAX_REQUEST_SIZE_MB",
        ge=1,
        what="Shown for the contract; nothing acts on it yet.",
    )
    enable_rate_limiting: Switch = _setting(
        True,
        "ENABLE_RATE_LIMITING",
        what="Off: no guard limits its rate.",
    )
    enable_circuit_breaker: Switch = _setting(
        True,
        "ENABLE_CIRCUIT_BREAKER",
        what="Off: no guard has a breaker.",
    )

    services: dict[str, ServiceSettings] = Field(default_factory=dict)
    sources: dict[str, str] = Field(default_factory=dict)

    @property
    def is_production(self) -> bool:
        """As the voice contract defines it."""
        return self.environment.lower() in ("production", "prod")

    @property
    def is_declared_development(self) -> bool:
        """Only when someone wrote it down: nothing opens because a variable is missing."""
        declared = "ENVIRONMENT" in self.sources or "APP_ENV" in self.sources
        return declared and self.environment.lower() == "development"

    @property
    def thresholds(self) -> Thresholds:
        """Where health turns."""
        return Thresholds(
            self.success_rate_warning, self.success_rate_critical,
            self.latency_warning_ms, self.latency_critical_ms,
        )  # fmt: skip


def variables_of(field: str) -> list[str]:
    """The environment variables of *field*, the preferred one first."""
    extra = Settings.model_fields[field].json_schema_extra
    found = extra.get("variables", []) if isinstance(extra, dict) else []
    return [str(name) for name in found] if isinstance(found, list) else []
