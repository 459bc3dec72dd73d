"""One integration's settings become the options of its guards."""

import pytest

from holdfast.app.setup import load_settings
from holdfast.guard.options import GuardOptions
from holdfast.resilience.circuit import BreakerOptions
from holdfast.resilience.limiter import LimiterOptions
from holdfast.resilience.retry import RetryOptions
from holdfast.settings.load import load
from holdfast.settings.service import ServiceSettings


def test_the_contracts_words_become_a_guard() -> None:
    """N calls per 60 s of which a sixth at once; retries beyond the first; first open time."""
    service = ServiceSettings(
        rate_limit=100, max_failures=4, circuit_breaker_reset_time=20, timeout=8.0,
        max_retries=3, retry_delay=0.25,
    )  # fmt: skip
    assert service.guard_options() == GuardOptions(
        deadline_seconds=16.0,
        retry=RetryOptions(retries=3, first_wait_seconds=0.25),
        breaker=BreakerOptions(consecutive_failures=4, open_seconds=20.0),
        limiter=LimiterOptions(calls=100, per_seconds=60.0, burst=16, max_wait_seconds=5.0),
        timeout_seconds=8.0,
    )


@pytest.mark.parametrize(("rate_limit", "burst"), [(1, 1), (5, 1), (6, 1), (12, 2), (60, 10)])
def test_a_sixth_may_go_at_once_and_never_nobody(rate_limit: int, burst: int) -> None:
    """Ten seconds' worth, at least one call."""
    limiter = ServiceSettings(rate_limit=rate_limit).guard_options().limiter
    assert limiter is not None
    assert limiter.burst == burst


def test_a_deadline_of_ones_own_counts() -> None:
    """Where none is set it is twice the time of one attempt."""
    assert ServiceSettings(deadline=7.0, timeout=5.0).guard_options().deadline_seconds == 7.0


def test_nobody_queues_longer_than_an_attempt_may_take() -> None:
    """A quick provider's callers wait briefly."""
    limiter = ServiceSettings(timeout=2.0).guard_options().limiter
    assert limiter is not None
    assert limiter.max_wait_seconds == 2.0


def test_a_policy_can_be_taken_away() -> None:
    """ENABLE_RATE_LIMITING and ENABLE_CIRCUIT_BREAKER."""
    options = ServiceSettings().guard_options(limit=False, breaker=False)
    assert (options.limiter, options.breaker) == (None, None)


def test_a_services_variables_touch_only_that_service() -> None:
    """SERVICE_FIELD, over the integration's own defaults."""
    settings = load_settings({"OPENAI_TIMEOUT": "5", "OPENAI_BASE_URL": "http://sim/v1"}, None)
    openai, prokerala = settings.services["openai"], settings.services["prokerala"]
    assert (openai.timeout, openai.base_url, openai.rate_limit) == (5.0, "http://sim/v1", 1000)
    assert prokerala.timeout != 5.0
    assert prokerala.base_url == "https://api.prokerala.com"


def test_a_hyphen_becomes_an_underscore() -> None:
    """No shell has a variable with a hyphen."""
    settings = load({"d-id": {}}, environ={"D_ID_TIMEOUT": "4"}, dotenv=None)
    assert settings.services["d-id"].timeout == 4.0
