"""Every setting beside the per-integration ones: its variable, default, type and range."""

from pydantic import ConfigDict, Field, SecretStr

from holdfast.health import Thresholds
from holdfast.settings.contract import ContractSettings
from holdfast.settings.field import FaultSwitch, Networks, SecretUrl, Switch, setting
from holdfast.settings.service import ServiceSettings


class Settings(ContractSettings):
    """What a process runs with; *services*, *keys* and *sources* are filled in by `load`.

    *keys* are the credentials that were found, by variable. *sources* tells for each variable
    that was set where it came from.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    enabled: Switch = setting(
        True,
        "HOLDFAST_ENABLED",
        what="Off: everything of ours is a no-op, and one line in the log says so.",
    )
    environment: str = setting(
        "production",
        "ENVIRONMENT",
        "APP_ENV",
        pattern=r"^[\w.-]{1,40}$",
        what="`development` opens us to this machine's loopback, and only when it is set.",
    )
    jwt_secret: SecretStr | None = setting(
        None,
        "JWT_SECRET",
        min_length=32,
        what="Signs the tokens that let others in (HS256).",
    )
    metrics_allow: Networks = setting(
        (),
        "HOLDFAST_METRICS_ALLOW",
        what="Networks that may read `/metrics` without a token (CIDR, comma-separated).",
    )
    simulator_url: str | None = setting(
        None,
        "HOLDFAST_SIMULATOR_URL",
        pattern=r"^https?://[^\s@]+$",
        what="A running simulator: plays every integration without keys; switched from the page.",
    )
    prices: str | None = setting(
        None,
        "HOLDFAST_PRICES",
        what="A file of your own prices (TOML or JSON), which win over the built-in table.",
    )

    database_url: SecretStr | None = setting(
        None,
        "DATABASE_URL",
        what="Where the record is kept; without it, SQLite in the data directory.",
    )
    data_dir: str = setting(
        ".holdfast",
        "HOLDFAST_DATA_DIR",
        what="Where the SQLite file of the record is kept, and where workers of this host meet.",
    )
    redis_url: SecretStr | None = setting(
        None,
        "HOLDFAST_REDIS_URL",
        "REDIS_URL",
        what="A Redis or Valkey: breakers, rates and counts are shared by all who name it.",
    )
    redis_prefix: str = setting(
        "holdfast",
        "HOLDFAST_REDIS_PREFIX",
        pattern=r"^[\w.-]{1,40}$",
        what="What the keys there begin with: one for each deployment that shares.",
    )
    processes: int = setting(
        1,
        "HOLDFAST_PROCESSES",
        "WEB_CONCURRENCY",
        ge=1,
        le=10_000,
        what="How many share a rate while the Redis is out of reach from the start.",
    )
    retention_days: int = setting(
        30,
        "HOLDFAST_RETENTION_DAYS",
        ge=1,
        le=3_650,
        what="The record forgets what is older.",
    )
    max_database_mb: int = setting(
        1_024,
        "HOLDFAST_MAX_DATABASE_MB",
        ge=1,
        what="SQLite only: the oldest days go when the rows take more.",
    )
    session_idle_seconds: float = setting(
        1_800.0,
        "HOLDFAST_SESSION_IDLE_SECONDS",
        gt=0,
        what="A session unseen for so long has timed out.",
    )
    session_cookie: str | None = setting(
        None,
        "HOLDFAST_SESSION_COOKIE",
        pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$",
        what="The cookie that tells sessions apart where no header does; its hash is the id.",
    )
    database_schema: str | None = setting(
        None,
        "HOLDFAST_DATABASE_SCHEMA",
        pattern=r"^[a-z_][a-z0-9_]{0,62}$",
        what="PostgreSQL only: the schema that holds our tables; without it, where one looks.",
    )
    database_upgrade: Switch = setting(
        False,
        "HOLDFAST_DATABASE_UPGRADE",
        what="On: PostgreSQL is upgraded at start too, as SQLite always is.",
    )
    archive: Switch = setting(
        False,
        "HOLDFAST_ARCHIVE",
        what="On: each day is written to the data directory before it is forgotten.",
    )
    upkeep_hour: int = setting(
        3,
        "HOLDFAST_UPKEEP_HOUR",
        ge=0,
        le=23,
        what="When what is old is forgotten, once a day, by one process (hour, UTC).",
    )
    spool_mb: int = setting(
        256,
        "HOLDFAST_SPOOL_MB",
        ge=1,
        what="What may wait on disk in each process while the database is away.",
    )
    buffer_events: int = setting(
        10_000,
        "HOLDFAST_BUFFER_EVENTS",
        ge=100,
        le=10_000_000,
        what="Events that may wait for the record; above it the oldest go, counted.",
    )

    faults: FaultSwitch = setting(
        "off",
        "HOLDFAST_FAULTS",
        what="On: outages may be rehearsed. In production only by the word `in-production`.",
    )

    otel: Switch = setting(
        False,
        "HOLDFAST_OTEL",
        what="On: calls are traced with OpenTelemetry, to the host's tracer provider, or as the "
        "standard `OTEL_*` variables say.",
    )
    enable_metrics: Switch = setting(
        True,
        "ENABLE_METRICS",
        what="Off: no `/metrics`; nothing else changes.",
    )
    metrics_prefix: str = setting(
        "crowdfunding_api",
        "HOLDFAST_METRICS_PREFIX",
        pattern=r"^[a-zA-Z_][a-zA-Z0-9_]*$",
        what="What the HTTP metrics of the Crowd contract begin with; `none` leaves them out.",
    )
    metrics_aliases: Switch = setting(
        True,
        "HOLDFAST_METRICS_ALIASES",
        what="Off: these only under their documented names, not as `…_http_requests_total` too.",
    )
    metrics_created: Switch = setting(
        False,
        "HOLDFAST_METRICS_CREATED",
        what="On: a `…_created` gauge beside each counter, histogram and summary of that contract.",
    )
    metrics_interval: int = setting(
        60,
        "METRICS_INTERVAL",
        ge=1,
        what="Seconds between two writings of the roll-ups; 10 where several workers meet.",
    )
    health_check_interval: int = setting(
        30,
        "HEALTH_CHECK_INTERVAL",
        ge=1,
        le=86_400,
        what="Seconds between two rounds of the component checks, and for which "
        "`health_check_all` answers without asking the providers again.",
    )
    alert_webhook: SecretUrl | None = setting(
        None,
        "HOLDFAST_ALERT_WEBHOOK",
        what="Where each change of an alert is POSTed as JSON.",
    )
    success_rate_warning: float = setting(
        95.0,
        "SUCCESS_RATE_WARNING",
        ge=0,
        le=100,
        what="Below it (percent) an integration is degraded.",
    )
    success_rate_critical: float = setting(
        80.0,
        "SUCCESS_RATE_CRITICAL",
        ge=0,
        le=100,
        what="Below it (percent) an integration is unhealthy.",
    )
    latency_warning_ms: float = setting(
        5_000.0,
        "LATENCY_WARNING_MS",
        gt=0,
        what="Above it the mean latency is degraded.",
    )
    latency_critical_ms: float = setting(
        10_000.0,
        "LATENCY_CRITICAL_MS",
        gt=0,
        what="Above it the mean latency is unhealthy.",
    )

    enable_rate_limiting: Switch = setting(
        True,
        "ENABLE_RATE_LIMITING",
        what="Off: no guard limits its rate.",
    )
    enable_circuit_breaker: Switch = setting(
        True,
        "ENABLE_CIRCUIT_BREAKER",
        what="Off: no guard has a breaker.",
    )

    services: dict[str, ServiceSettings] = Field(default_factory=dict)
    keys: dict[str, SecretStr] = Field(default_factory=dict)
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
