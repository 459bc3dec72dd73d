"""Outages are rehearsed in one's own application: where that was allowed, never by chance."""

from pathlib import Path
from typing import Any

import pytest

from holdfast.app.monitoring import Monitoring
from holdfast.app.setup import load_settings
from holdfast.errors import RateLimited, SemanticError, SettingsError, TimedOut, Unavailable
from holdfast.events import ControlUsed, Event
from holdfast.guard.options import GuardOptions
from holdfast.resilience.fault import Faults
from tests.api.host import asking, mounted
from tests.integrations.loopback import Received, Reply, loopback

pytestmark = pytest.mark.real_time

PATH = "/monitoring/api/faults"
ONCE = GuardOptions(retry=None)


async def _light() -> str:
    return "light"


async def _never(received: Received, reply: Reply) -> None:
    raise AssertionError(f"{received.target} was asked")


def _rehearsing(folder: Path, **environ: str) -> Any:
    return mounted(folder, HOLDFAST_FAULTS="on", **environ)


def test_it_is_off_unless_it_was_switched_on(tmp_path: Path) -> None:
    """Then no guard has anything to inject with."""
    _, monitoring = mounted(tmp_path)
    guard = monitoring.guard("openai", "chat")
    assert monitoring.controls.faults is None
    assert not any(isinstance(policy, Faults) for policy in guard.policies)


@pytest.mark.parametrize("environment", ["production", "prod", None])
def test_production_takes_more_than_a_switch(tmp_path: Path, environment: str | None) -> None:
    """Refused with both ways out, also where nobody said what this is."""
    environ = {"HOLDFAST_FAULTS": "on", "HOLDFAST_DATA_DIR": str(tmp_path)}
    if environment:
        environ["ENVIRONMENT"] = environment
    settings = load_settings(environ, dotenv=None)
    with pytest.raises(SettingsError, match=r"HOLDFAST_FAULTS=on with .*=in-production"):
        Monitoring(settings)
    said = load_settings({**environ, "HOLDFAST_FAULTS": "in-production"}, dotenv=None)
    assert Monitoring(said).controls.faults is not None


def test_a_word_that_means_nothing_is_named() -> None:
    """With what is allowed."""
    with pytest.raises(SettingsError, match=r"HOLDFAST_FAULTS='maybe'.*off, on, in-production"):
        load_settings({"HOLDFAST_FAULTS": "maybe"}, dotenv=None)


async def test_an_outage_is_ordered_shown_and_ended(tmp_path: Path) -> None:
    """For whom it was ordered, and nobody else; each switch is a fact."""
    app, monitoring = _rehearsing(tmp_path)
    told: list[Event] = []
    monitoring.listen(told.append)
    sun, moon = monitoring.guard("sun", "shine", ONCE), monitoring.guard("moon", "rise", ONCE)
    order = {"kind": "error", "error": "RateLimited", "integration": "sun", "operation": "shine"}
    async with asking(app) as client:
        shown = (await client.put(f"{PATH}/drill", json=order)).json()
        with pytest.raises(RateLimited, match="injected by fault 'drill'"):
            await sun.call(_light)
        assert await moon.call(_light) == "light"
        listed = (await client.get(PATH)).json()
        assert (await client.delete(f"{PATH}/drill")).status_code == 204
        assert await sun.call(_light) == "light"
        again = await client.delete(f"{PATH}/drill")
        await client.put(f"{PATH}/other", json={"kind": "delay", "delay_seconds": 1})
        assert (await client.delete(PATH)).status_code == 204
        assert (await client.get(PATH)).json() == {"enabled": True, "faults": []}
    assert shown == {
        "name": "drill", "kind": "error", "integration": "sun", "operation": "shine", "rate": 1.0,
        "delay_seconds": 0.0, "error": "RateLimited",
    }  # fmt: skip
    assert listed == {"enabled": True, "faults": [shown]}
    assert (again.status_code, again.json()["detail"]) == (404, "no fault named 'drill' is running")
    used = [
        (one.integration, one.operation, one.action) for one in told if isinstance(one, ControlUsed)
    ]
    assert used == [
        ("sun", "shine", "start_fault:drill"), ("*", None, "stop_fault:drill"),
        ("*", None, "start_fault:other"), ("*", None, "stop_fault:other"),
    ]  # fmt: skip


async def test_a_delay_is_the_providers_slowness(tmp_path: Path) -> None:
    """The attempt's own timeout ends it."""
    app, monitoring = _rehearsing(tmp_path)
    guard = monitoring.guard("sun", "shine", GuardOptions(retry=None, timeout_seconds=0.05))
    async with asking(app) as client:
        await client.put(f"{PATH}/slow", json={"kind": "delay", "delay_seconds": 5})
        with pytest.raises(TimedOut):
            await guard.call(_light)


@pytest.mark.parametrize("library", ["httpx", "httpx2"])
async def test_a_wrong_answer_over_http_is_judged_like_the_providers(
    tmp_path: Path, library: str
) -> None:
    """A 200 with nothing in it; the provider is not asked."""
    async with loopback(_never) as (url, received):
        app, monitoring = _rehearsing(tmp_path, OPENAI_BASE_URL=url, OPENAI_MAX_RETRIES="0")
        async with asking(app) as client, monitoring.http_client("openai", library=library) as http:
            order = {"kind": "wrong_answer", "integration": "openai", "answer": {"choices": []}}
            await client.put(f"{PATH}/empty", json=order)
            with pytest.raises(SemanticError):
                await http.post("/chat/completions", json={"messages": []})
            order["answer"] = {"data": []}
            await client.put(f"{PATH}/empty", json=order)
            answer = await http.get("/unknown")
        assert (answer.status_code, answer.json()) == (200, {"data": []})
        assert received == []


async def test_a_wrong_answer_of_a_function_is_what_was_ordered(tmp_path: Path) -> None:
    """By rate and for any integration; a stream is left alone."""
    app, monitoring = _rehearsing(tmp_path)
    guard = monitoring.guard("sun", "shine", ONCE)

    async def items() -> Any:
        yield "light"

    async with asking(app) as client:
        await client.put(f"{PATH}/wrong", json={"kind": "wrong_answer", "answer": "dark"})
        assert await guard.call(_light) == "dark"
        assert [item async for item in await guard.stream(items)] == ["light"]
        await client.put(f"{PATH}/wrong", json={"kind": "error", "rate": 1e-9})
        assert await guard.call(_light) == "light"
        await client.put(f"{PATH}/wrong", json={"kind": "error"})
        with pytest.raises(Unavailable):
            await guard.call(_light)


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ({"kind": "nonsense"}, "kind"),
        ({"kind": "error", "error": "BreakerOpen"}, "error must be one of TimedOut, "),
        ({"kind": "delay"}, "fault needs a delay"),
        ({"kind": "error", "rate": 0}, "rate"),
        ({"kind": "error", "what": 1}, "what"),
    ],
)
async def test_an_order_that_cannot_be_is_refused(
    tmp_path: Path, order: dict[str, Any], words: str
) -> None:
    """422, with the reason; nothing runs."""
    app, monitoring = _rehearsing(tmp_path)
    async with asking(app) as client:
        answer = await client.put(f"{PATH}/drill", json=order)
    assert answer.status_code == 422
    assert words in answer.json()["detail"]
    assert monitoring.controls.faults is not None
    assert dict(monitoring.controls.faults.running) == {}


async def test_where_it_is_off_the_line_to_add_is_named(tmp_path: Path) -> None:
    """409; reading says that it is off."""
    app, _ = mounted(tmp_path)
    async with asking(app) as client:
        refused = await client.put(f"{PATH}/drill", json={"kind": "error"})
        shown = (await client.get(PATH)).json()
        ended = await client.delete(PATH)
    assert refused.status_code == 409
    assert "HOLDFAST_FAULTS=on" in refused.json()["detail"]
    assert (shown, ended.status_code) == ({"enabled": False, "faults": []}, 204)
