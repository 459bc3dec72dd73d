"""A card shows what its guards do right now."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from holdfast.api.shapes.card import card
from holdfast.app.monitoring import Monitoring
from holdfast.errors import BreakerOpen
from holdfast.guard.controls import rate_of
from holdfast.guard.options import GuardOptions
from holdfast.resilience.circuit import BreakerOptions
from holdfast.resilience.limiter import LimiterOptions
from tests.api.host import call, development
from tests.jumping_time import jumping_clock

KEY = ("mine", "work")


def _guarded(folder: Path, **options: Any) -> Monitoring:
    monitoring = Monitoring(development(folder), clock=jumping_clock())
    monitoring.guard(*KEY, GuardOptions(**options))
    return monitoring


def _card(monitoring: Monitoring) -> dict[str, Any]:
    return card(monitoring.up_to_date(), "mine")


async def test_an_open_breaker_says_when_it_will_probe(tmp_path: Path) -> None:
    """And the card is unhealthy for it, with its reason."""
    breaker = BreakerOptions(consecutive_failures=2, open_seconds=30.0, jitter=0.0)
    monitoring = _guarded(tmp_path, breaker=breaker, retry=None)
    guard = monitoring.guard(*KEY)
    for _ in range(3):
        with suppress(ValueError, BreakerOpen):
            await guard.call(_failing)
    shown = _card(monitoring)
    [operation] = shown["operations"]
    expected = {
        "state": "open", "reason": "2 failures in a row", "retry_in_seconds": 30.0, "refused": 1,
        "trips": 1, "consecutive_failures": 0, "probes_in_flight": 0, "permitted_probes": 1,
    }  # fmt: skip
    assert {key: operation["breaker"][key] for key in expected} == expected
    assert (shown["state"], shown["reason"]) == ("unhealthy", "breaker of work is open")
    assert shown["window"] == {
        "total": 2, "succeeded": 0, "failed": 2, "rescued": 0, "refused": 1, "cancelled": 0
    }  # fmt: skip
    assert shown["last_problem"]["error"] == "ValueError"


async def _failing() -> None:
    raise ValueError("no")


async def test_a_guard_without_policies_shows_none(tmp_path: Path) -> None:
    """No breaker and no limit is something else than a closed one and an unused one."""
    monitoring = _guarded(tmp_path, breaker=None, limiter=None)
    call(monitoring, integration="mine", operation="work")
    shown = _card(monitoring)
    assert (shown["limit"], shown["operations"][0]["breaker"]) == (None, None)


async def test_an_operation_shows_once_it_was_called_or_is_held(tmp_path: Path) -> None:
    """A catalog has many operations that nobody here uses."""
    monitoring = _guarded(tmp_path)
    monitoring.guard("mine", "bare", GuardOptions(breaker=None))
    assert _card(monitoring)["operations"] == []
    monitoring.controls.force_breaker(KEY, "forced_open", actor="me")
    [operation] = _card(monitoring)["operations"]
    assert operation["operation"] == "work"
    assert operation["breaker"]["reason"] == "force by me"


async def test_an_operation_that_was_only_told_of_has_no_guard(tmp_path: Path) -> None:
    """Facts may come from elsewhere."""
    monitoring = _guarded(tmp_path)
    call(monitoring, integration="mine", operation="told")
    assert [one["breaker"] for one in _card(monitoring)["operations"]] == [None]


async def test_a_limit_shows_its_use(tmp_path: Path) -> None:
    """What is used of it, when it will be free again, and what it refused."""
    monitoring = _guarded(tmp_path, limiter=LimiterOptions(calls=6, per_seconds=60.0, burst=3))
    rate = rate_of(monitoring.guard(*KEY))
    assert rate is not None
    for _ in range(2):
        rate.reserve(monitoring.clock.monotonic())
    assert _card(monitoring)["limit"] == {
        "limit": 6, "per_seconds": 60.0, "used": 2, "resets_in_seconds": 20.0, "refused": 0,
        "rate_limited": 0,
    }  # fmt: skip
