"""An application that names a Redis shares through it, says how that goes, and never needs it."""

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from holdfast.app.monitoring import Monitoring
from holdfast.app.setup import load_settings
from holdfast.errors import BreakerOpen, LimitReached, SettingsError
from holdfast.guard.controls import circuit_of, limiter_of
from holdfast.guard.guard import Guard
from holdfast.guard.options import GuardOptions
from holdfast.resilience.keyed import KeyedOptions
from holdfast.resilience.limiter import LimiterOptions
from holdfast.resilience.shared_circuit import SharedCircuit
from holdfast.resilience.shared_rate import SharedLane, SharedRate
from tests.api.host import asking, mounted, until
from tests.fault_proxy import FaultProxy

if TYPE_CHECKING:
    from tests.valkey_server import Server

pytestmark = pytest.mark.real_time
pytest_plugins = ("tests.conformance.sharing_servers",)

NOBODY = "redis://:hunter2@127.0.0.1:1/0"


def _each(tenant: str) -> str:
    return tenant


KEYED = LimiterOptions(
    calls=1000, per_seconds=1.0, burst=1000, max_wait_seconds=0.0,
    keyed=KeyedOptions(key=_each, calls=1, per_seconds=600.0, burst=4),
)  # fmt: skip


async def _answer(*_arguments: object) -> str:
    return "light"


async def _goes(guard: Guard, tenant: str) -> bool:
    try:
        await guard.call(_answer, tenant)
    except LimitReached:
        return False
    await asyncio.sleep(0.02)
    return True


def _status(monitoring: Monitoring) -> str | None:
    status = monitoring.shared.status()
    return None if status is None else status.status


def _sharing(folder: Path, url: str, prefix: str) -> Any:
    return mounted(folder, HOLDFAST_REDIS_URL=url, HOLDFAST_REDIS_PREFIX=prefix)


def test_without_a_url_nothing_is_shared(tmp_path: Path) -> None:
    """No connection, no status: guards decide by what this process knows."""
    _, monitoring = mounted(tmp_path)
    circuit = circuit_of(monitoring.guard("openai", "chat"))
    assert monitoring.shared.status() is None
    assert not isinstance(circuit, SharedCircuit)


def test_every_guard_shares(tmp_path: Path) -> None:
    """The catalog's, with one rate for an integration, and the application's own."""
    _, monitoring = _sharing(tmp_path, NOBODY, "any")
    own = monitoring.guard("sun", "shine", GuardOptions(limiter=LimiterOptions()))
    for guard in (own, monitoring.guard("openai", "chat"), monitoring.guard("prokerala", "kundli")):
        limiter = limiter_of(guard)
        assert isinstance(circuit_of(guard), SharedCircuit)
        assert limiter is not None
        assert isinstance(limiter.rate, SharedRate)
    chat, models = (limiter_of(monitoring.guard("openai", name)) for name in ("chat", "models"))
    assert chat is models


async def test_two_applications_share_breakers_rates_and_keys(
    valkey: "Server", tmp_path: Path
) -> None:
    """What an operator opens in one refuses in the other; a tenant has one rate in both."""
    apps = [_sharing(tmp_path / name, valkey.url, "app-two") for name in ("one", "other")]
    (one_app, one), (other_app, other) = apps
    guards = [
        monitoring.guard("sun", "shine", GuardOptions(limiter=KEYED)) for _, monitoring in apps
    ]
    async with asking(one_app) as client, asking(other_app):
        await until(lambda: _status(one) == _status(other) == "ok")
        for guard in guards:
            await guard.call(_answer, "anna")
            await asyncio.sleep(0.05)
        limiter = limiter_of(guards[0])
        assert limiter is not None
        assert limiter.lanes is not None
        assert isinstance(limiter.lanes.find(("anna",), {}, 0.0), SharedLane)
        went = 2
        while await _goes(guards[went % 2], "anna"):
            went += 1
        assert 4 <= went <= 6, "four for a tenant, and one unasked of each process; alone: eight"
        one.controls.force_breaker(("sun", "shine"), "forced_open", actor="a test")
        circuit = circuit_of(guards[1])
        await until(lambda: circuit is not None and circuit.name == "forced_open", 1.0)
        with pytest.raises(BreakerOpen):
            await guards[1].call(_answer, "bob")
        health = (await client.get("/monitoring/api/health")).json()
        shown = [(one["component"], one["state"]) for one in health["components"]]
        assert ("shared_state", "healthy") in shown
        text = (await client.get("/metrics")).text
        assert "holdfast_shared_state_up 1.0" in text
        assert "holdfast_shared_state_joins_total 1.0" in text
        assert re.search(
            r"^holdfast_shared_state_round_trip_seconds [0-9.e-]+$", text, re.MULTILINE
        )
        overview = (await client.get("/monitoring/api/metrics")).json()
        assert overview["shared_state"]["status"] == "ok"


async def test_away_and_back_are_told_once_each(own_valkey: "Server", tmp_path: Path) -> None:
    """In the log, in health and for Prometheus; no call is lost meanwhile."""
    async with FaultProxy(own_valkey.port) as proxy:
        url = f"redis://default:hunter2@127.0.0.1:{proxy.port}/0"
        app, monitoring = _sharing(tmp_path, url, "app-away")
        guard = monitoring.guard("sun", "shine")
        with capture_logs() as logs:
            async with asking(app) as client:
                await until(lambda: _status(monitoring) == "ok")
                await proxy.refuse()
                await until(lambda: _status(monitoring) == "degraded")
                for _ in range(3):
                    assert await guard.call(_answer) == "light"
                await asyncio.sleep(0.4)
                health = (await client.get("/monitoring/api/health")).json()
                text = (await client.get("/metrics")).text
                ready = await client.get("/health/ready")
                await proxy.listen()
                await until(lambda: _status(monitoring) == "ok")
    told = [log["event"] for log in logs if log["event"].startswith("shared_state")]
    assert told == ["shared_state_joined", "shared_state_away", "shared_state_joined"]
    (component,) = (one for one in health["components"] if one["component"] == "shared_state")
    assert (component["state"], health["status"]) == ("degraded", "degraded")
    assert component["reason"].startswith("every process decides by itself: ")
    assert "holdfast_shared_state_up 0.0" in text
    assert ready.status_code == 200, "an instance works on without the others"
    assert "hunter2" not in f"{logs}{health}{text}"


async def test_a_server_that_was_never_there_costs_nothing(tmp_path: Path) -> None:
    """The application starts, calls and stops as it would without."""
    app, monitoring = mounted(tmp_path, REDIS_URL=NOBODY, WEB_CONCURRENCY="4")
    guard = monitoring.guard(
        "sun", "shine", GuardOptions(limiter=LimiterOptions(burst=8, max_wait_seconds=0.0))
    )
    async with asking(app) as client:
        await until(lambda: _status(monitoring) == "degraded")
        assert [await guard.call(_answer) for _ in range(2)] == ["light"] * 2
        with pytest.raises(LimitReached):
            await guard.call(_answer)  # two of eight: the part of one of four processes
        shown = await client.get("/health/configuration")
    assert "hunter2" not in shown.text
    assert shown.json()["configuration"]["holdfast"]["redis_url"] == "set"


def test_it_shares_again_on_another_loop(valkey: "Server", tmp_path: Path) -> None:
    """A test client, or a reload in place, ends one loop and begins another."""
    app, monitoring = _sharing(tmp_path, valkey.url, "app-loops")

    async def serve() -> int:
        joins = (monitoring.shared.sharing or _none()).status().joins
        async with asking(app):
            await until(lambda: _joins(monitoring) > joins)
            await monitoring.guard("sun", "shine").call(_answer)
        return _joins(monitoring)

    assert [asyncio.run(serve()) for _ in range(3)] == [1, 2, 3]


def _joins(monitoring: Monitoring) -> int:
    return (monitoring.shared.sharing or _none()).status().joins


def _none() -> Any:
    raise AssertionError("nothing is shared")


@pytest.mark.parametrize("variable", ["HOLDFAST_REDIS_URL", "REDIS_URL"])
@pytest.mark.parametrize("url", ["localhost:6379", "http://user:hunter2@host"])
def test_a_wrong_url_is_one_clear_error(tmp_path: Path, variable: str, url: str) -> None:
    """At setup, by the name it was set under, with the way out and without the secret."""
    with pytest.raises(SettingsError, match=f"^{variable} is not .* use redis://") as caught:
        mounted(tmp_path, **{variable: url})
    assert "hunter2" not in str(caught.value)


def test_a_missing_driver_is_named_with_its_install_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At setup, not at the first call; switched off altogether, nobody asks for it."""
    monkeypatch.setattr("holdfast.storage.redis.find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r'REDIS_URL needs .* pip install "holdfast\[redis\]"'):
        mounted(tmp_path, REDIS_URL="redis://host")
    mounted(tmp_path, REDIS_URL="redis://host", HOLDFAST_ENABLED="false")


def test_a_wrong_number_of_processes_is_named() -> None:
    """As any other setting; the URL beside it is not shown."""
    environ = {"WEB_CONCURRENCY": "many", "REDIS_URL": NOBODY}
    with pytest.raises(SettingsError, match="WEB_CONCURRENCY='many'") as caught:
        load_settings(environ, dotenv=None)
    assert "hunter2" not in str(caught.value)
