"""One integration's settings, under the names of the voice contract: ``{SERVICE}_RATE_LIMIT``."""

from pydantic import BaseModel, ConfigDict, Field

from holdfast.guard.options import GuardOptions
from holdfast.integrations.access import Limits
from holdfast.resilience.circuit import BreakerOptions
from holdfast.resilience.limiter import LimiterOptions
from holdfast.resilience.retry import RetryOptions

SUFFIXES = {
    "rate_limit": "RATE_LIMIT",
    "max_failures": "MAX_FAILURES",
    "circuit_breaker_reset_time": "CIRCUIT_RESET_TIME",
    "timeout": "TIMEOUT",
    "max_retries": "MAX_RETRIES",
    "retry_delay": "RETRY_DELAY",
    "max_text_length": "MAX_TEXT_LENGTH",
    "max_audio_size_mb": "MAX_AUDIO_SIZE_MB",
    "max_audio_duration_sec": "MAX_AUDIO_DURATION_SEC",
    "deadline": "DEADLINE",
    "base_url": "BASE_URL",
}
"""Field → what follows ``{SERVICE}_`` in its variable."""

CONTRACT_FIELDS = tuple(SUFFIXES)[:9]
"""The nine fields of the contract's ServiceConfig."""


def variable_of(integration: str, field: str) -> str:
    """The environment variable of one integration's *field*."""
    return f"{integration.upper().replace('-', '_')}_{SUFFIXES[field]}"


class ServiceSettings(BaseModel):
    """How one integration is protected. Times in seconds, sizes in MiB, lengths in characters.

    *rate_limit* calls per 60 s, of which a sixth may go at once; *max_retries* attempts beyond
    the first; *circuit_breaker_reset_time* the first open time; *timeout* of one attempt;
    *deadline* of the whole call (default: twice the timeout).
    """

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    rate_limit: int = Field(default=60, ge=1, le=1_000_000)
    max_failures: int = Field(default=5, ge=1, le=10_000)
    circuit_breaker_reset_time: float = Field(default=60, gt=0, le=86_400)
    timeout: float = Field(default=30.0, gt=0, le=3_600)
    max_retries: int = Field(default=2, ge=0, le=20)
    retry_delay: float = Field(default=0.5, ge=0, le=600)
    max_text_length: int = Field(default=10_000, ge=1)
    max_audio_size_mb: float = Field(default=50, gt=0)
    max_audio_duration_sec: float = Field(default=300, gt=0)
    deadline: float | None = Field(default=None, gt=0, le=86_400)
    base_url: str = Field(default="", pattern=r"^https?://[^\s@]+$")

    @property
    def limits(self) -> Limits:
        """What a client of the integration may be asked at most."""
        return Limits(
            max_text_length=self.max_text_length,
            max_audio_bytes=int(self.max_audio_size_mb * 1024 * 1024),
            max_audio_seconds=self.max_audio_duration_sec,
        )

    def guard_options(self, *, limit: bool = True, breaker: bool = True) -> GuardOptions:
        """The guard these settings ask for; the switches take a policy away altogether."""
        limiter = LimiterOptions(
            calls=self.rate_limit, per_seconds=60.0, burst=max(1, self.rate_limit // 6),
            max_wait_seconds=min(self.timeout, 5.0),
        )  # fmt: skip
        circuit = BreakerOptions(
            consecutive_failures=self.max_failures, open_seconds=self.circuit_breaker_reset_time
        )
        return GuardOptions(
            deadline_seconds=self.deadline or 2 * self.timeout,
            retry=RetryOptions(retries=self.max_retries, first_wait_seconds=self.retry_delay),
            breaker=circuit if breaker else None,
            limiter=limiter if limit else None,
            timeout_seconds=self.timeout,
        )
