"""What the voice backend got wrong, faults 17 to 31: time, attempts, access, names, paths."""

import asyncio
import re
from pathlib import Path

import pytest

from holdfast.app.monitoring import Monitoring
from holdfast.app.setup import load_settings
from holdfast.clock import Clock
from holdfast.errors import (
    BreakerOpen,
    CallRefused,
    InputRefused,
    SettingsError,
    TimedOut,
    Unavailable,
)
from holdfast.guard.controls import circuit_of, limiter_of
from holdfast.guard.options import GuardOptions
from holdfast.resilience.circuit import BreakerOptions
from holdfast.resilience.retry import RetryOptions
from tests.api.host import asking, call, development, mounted, past, until

pytestmark = pytest.mark.real_time

SOURCE = Path(__file__).parents[2] / "src" / "holdfast"


async def _down() -> None:
    raise Unavailable("down")


async def test_17_a_timeout_is_a_failure(tmp_path: Path) -> None:
    """Counted as one, under its name."""
    _, monitoring = mounted(tmp_path)
    options = GuardOptions(timeout_seconds=0.02, retry=None, limiter=None)

    async def late() -> None:
        await asyncio.sleep(5.0)

    with pytest.raises(TimedOut):
        await monitoring.guard("mine", "work", options).call(late)
    found = monitoring.get_metrics("mine")
    assert (found["failed_requests"], list(found["error_distribution"])) == (1, ["TimedOut"])


def test_20_a_clock_that_jumps_changes_no_duration(tmp_path: Path) -> None:
    """Windows and alerts go by a monotonic clock; stamps by the wall."""
    wall = [1_800_000_000.0]
    monitoring = Monitoring(development(tmp_path), clock=Clock(lambda: 5.0, lambda: wall[0]))
    call(monitoring)
    wall[0] -= 86_400.0
    call(monitoring)
    assert monitoring.get_metrics("openai")["recent_requests_count"] == 2


async def test_23_one_call_is_one_call_however_often_it_was_tried(tmp_path: Path) -> None:
    """Attempts do not multiply failures, and one user alone opens no breaker."""
    _, monitoring = mounted(tmp_path)
    retry = RetryOptions(retries=5, first_wait_seconds=0.001, max_wait_seconds=0.002, safe=True)
    options = GuardOptions(
        breaker=BreakerOptions(consecutive_failures=3), retry=retry, limiter=None
    )
    with pytest.raises(Unavailable):
        await monitoring.guard("mine", "work", options).call(_down)
    found = monitoring.get_metrics("mine")
    assert (found["total_requests"], found["failed_requests"]) == (1, 1)
    assert found["circuit_breaker_trips"] == 0


async def test_24_nobody_resets_or_reads_without_leave(tmp_path: Path) -> None:
    """And an error's text is for the log."""
    app, monitoring = mounted(tmp_path, ENVIRONMENT="production")
    call(monitoring)
    async with asking(app) as client:
        answers = [
            await client.post("/health/reset"), await client.get("/health/configuration"),
        ]  # fmt: skip
    assert [one.status_code for one in answers] == [401, 401]
    assert monitoring.get_metrics("openai")["total_requests"] == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/health/services/nope"), ("GET", "/health/metrics?service=nope"),
        ("GET", "/health/trends/nope"), ("POST", "/health/reset?service=nope"),
        ("GET", "/api/v1/health/trends/nope"),
    ],
)  # fmt: skip
async def test_25_an_unknown_service_is_404_everywhere(
    tmp_path: Path, method: str, path: str
) -> None:
    """With the same words."""
    app, _ = mounted(tmp_path)
    async with asking(app) as client:
        answer = await client.request(method, path)
    assert (answer.status_code, answer.json()) == (404, {"detail": "Service nope not found"})


def test_26_names_from_outside_are_bounded(tmp_path: Path) -> None:
    """What is beyond the bound is counted together; additional data is not kept at all."""
    _, monitoring = mounted(tmp_path)
    for number in range(3_000):
        monitoring.record_request(f"made-up-{number}", True, 1.0, additional_data={"key": "s3cret"})
    assert len(monitoring.get_metrics()) < 1_500
    assert monitoring.metrics()["dropped"]["calls_overflow"] > 0
    assert "s3cret" not in repr(vars(monitoring.calls))


def test_27_a_bad_number_is_one_clear_error() -> None:
    """At setup, naming the variable; importing never fails."""
    with pytest.raises(SettingsError, match="SARVAM_TIMEOUT='soon'"):
        load_settings({"SARVAM_TIMEOUT": "soon"}, dotenv=None)


def test_28_calls_do_not_wait_for_alerts(tmp_path: Path) -> None:
    """Rules are looked at in the background: a call that is told of changes no alert by itself."""
    _, monitoring = mounted(tmp_path)
    for _ in range(50):
        call(monitoring, "failed")
    assert monitoring.get_alerts() == []
    assert len(monitoring.vitals.alerting.look()) == 1


async def test_29_shares_of_errors_are_of_all_errors(tmp_path: Path) -> None:
    """Those without a type too, and rounded like every other percentage."""
    _, monitoring = mounted(tmp_path)
    for error in ("boom", None, None):
        monitoring.record_request("mine", False, 1.0, error)
    found = monitoring.get_metrics("mine")["error_distribution"]
    assert {name: one["percentage"] for name, one in found.items()} == {
        "boom": 33.33, "unknown": 66.67,
    }  # fmt: skip


async def test_30_from_no_latency_not_everything_is_an_increase(tmp_path: Path) -> None:
    """A half whose calls took no time is compared by milliseconds, not by their share."""
    app, monitoring = mounted(tmp_path)
    async with asking(app):
        await past(monitoring, (0.1, 20, 0, 0.0), (0, 20, 0, 0.4))
        found = await monitoring.get_performance_trends("openai", hours=1)
    assert (found["trend"], found["latency_trend"], found["data_points"]) == (
        "analyzed", "stable", 40,
    )  # fmt: skip


async def test_31_the_documented_paths_are_there(tmp_path: Path) -> None:
    """Those of the documentation and those of the running system, with one answer."""
    app, monitoring = mounted(tmp_path)
    paths = ("", "services", "metrics", "alerts", "trends/openai", "configuration", "status")
    async with asking(app) as client:
        await until(lambda: monitoring.record.alerts is not None)
        answers = [
            (await client.get(f"{base}/{path}")).status_code
            for base in ("/health", "/api/v1/health")
            for path in paths
        ]
    assert answers == [200] * 14


def test_18_protections_are_on_unless_somebody_says_otherwise(tmp_path: Path) -> None:
    """There is no second configuration to fall back to, and nothing is switched off in silence."""
    _, plain = mounted(tmp_path / "plain")
    _, bare = mounted(
        tmp_path / "bare", ENABLE_RATE_LIMITING="false", ENABLE_CIRCUIT_BREAKER="false"
    )
    found = [
        (circuit_of(guard) is not None, limiter_of(guard) is not None)
        for guard in (one.guard("sarvam", "translation") for one in (plain, bare))
    ]
    assert found == [(True, True), (False, False)]


async def test_19_nothing_is_spent_on_what_cannot_succeed(tmp_path: Path) -> None:
    """An empty text is refused like a blank one, and a refusal is an error that says so."""
    _, monitoring = mounted(tmp_path, HOLDFAST_SIMULATOR_URL="http://127.0.0.1:9")
    translation = monitoring.services.get_service("sarvam", "translation")
    for text in ("", "   "):
        with pytest.raises(InputRefused):
            await translation.translate(text, "hi-IN")
    assert monitoring.get_metrics("sarvam")["total_requests"] == 0


async def test_21_a_failure_is_never_an_answer(tmp_path: Path) -> None:
    """Not None and not the text that came in: the caller is told what happened, and which."""
    _, monitoring = mounted(tmp_path)
    guard = monitoring.guard("mine", "work", GuardOptions(retry=None, limiter=None))
    with pytest.raises(Unavailable, match="down"):
        await guard.call(_down)
    for _ in range(10):
        with pytest.raises((Unavailable, BreakerOpen)) as told:
            await guard.call(_down)
    assert isinstance(told.value, CallRefused)


@pytest.mark.parametrize("room", ["guard", "resilience", "integrations", "middleware", "telemetry"])
def test_22_nothing_that_a_call_passes_blocks_the_loop(room: str) -> None:
    """No synchronous HTTP library, no sleep of a thread, no loop of its own for a call."""
    blocking = (
        r"^\s*(?:import|from) (?:requests|urllib3|urllib\.request)\b|\btime\.sleep\(|asyncio\.run\("
    )
    sources = list((SOURCE / room).rglob("*.py"))
    found = [
        f"{path.name}: {line.strip()}"
        for path in sources
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(blocking, line)
    ]
    assert sources
    assert found == []
