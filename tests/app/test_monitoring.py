"""What an application holds in its hand: guards, clients, sessions, figures."""

from pathlib import Path

import pytest

from holdfast.app.monitoring import Monitoring
from holdfast.events import CallFinished, Event, SessionStarted
from holdfast.guard.controls import circuit_of, rate_of
from holdfast.guard.options import GuardOptions
from holdfast.integrations import CATALOG
from holdfast.simulator.server import running
from tests.api.host import call, development
from tests.jumping_time import jumping_clock


async def _answer() -> str:
    return "answer"


def _monitoring(folder: Path, **environ: str) -> Monitoring:
    return Monitoring(development(folder, **environ), clock=jumping_clock())


async def test_a_guard_is_made_once(tmp_path: Path) -> None:
    """By whatever name: who asks again gets the same one, with its breaker and its rate."""
    monitoring = _monitoring(tmp_path)
    mine = monitoring.guard("mine", "work", GuardOptions(breaker=None))
    assert monitoring.guard("mine", "work", GuardOptions()) is mine
    assert monitoring.guard("openai", "chat") is monitoring.guard("openai", "chat")
    assert monitoring.controls["mine", "work"] is mine


async def test_a_catalogs_guards_follow_the_settings(tmp_path: Path) -> None:
    """All operations share one rate; each has its own breaker."""
    monitoring = _monitoring(tmp_path, OPENAI_RATE_LIMIT="30", OPENAI_MAX_FAILURES="2")
    guards = [monitoring.guard("openai", one.name) for one in CATALOG["openai"].operations]
    rates = {id(rate_of(guard)) for guard in guards}
    circuits = [circuit for guard in guards if (circuit := circuit_of(guard)) is not None]
    rate = rate_of(guards[0])
    assert (len(rates), len({id(one) for one in circuits})) == (1, len(guards))
    assert rate is not None
    assert rate.options.calls == 30
    assert {one.options.consecutive_failures for one in circuits} == {2}


async def test_an_operation_of_ones_own_at_a_known_provider_has_its_settings(
    tmp_path: Path,
) -> None:
    """Only a provider that we do not know has the defaults of `GuardOptions`."""
    monitoring = _monitoring(tmp_path, OPENAI_MAX_FAILURES="2")
    found = [circuit_of(monitoring.guard(one, "my-batch")) for one in ("openai", "mine")]
    assert [one and one.options.consecutive_failures for one in found] == [2, 5]


async def test_policies_can_be_switched_off(tmp_path: Path) -> None:
    """ENABLE_RATE_LIMITING and ENABLE_CIRCUIT_BREAKER, for all integrations."""
    monitoring = _monitoring(tmp_path, ENABLE_RATE_LIMITING="false", ENABLE_CIRCUIT_BREAKER="false")
    guard = monitoring.guard("openai", "chat")
    assert (rate_of(guard), circuit_of(guard)) == (None, None)
    assert monitoring.http_services().integrations() == list(CATALOG)


async def test_a_session_holds_its_calls(tmp_path: Path) -> None:
    """In one block, or from request to request."""
    monitoring = _monitoring(tmp_path)
    guard = monitoring.guard("mine", "work")
    user = monitoring.session("s", user_id="maria", service_type="guidance")
    with user, monitoring.step("first"):
        await guard.call(_answer)
    monitoring.start_session("t")
    monitoring.complete_session("t")
    one, other = monitoring.sessions.find("s"), monitoring.sessions.find("t")
    assert one is not None
    assert other is not None
    assert ([step.step for step in one.steps], one.status) == (["first"], "completed")
    assert (other.status, other.overall_status) == ("completed", "success")


async def test_others_may_listen(tmp_path: Path) -> None:
    """A sink that raises is counted, and hurts nobody."""
    monitoring = _monitoring(tmp_path)
    heard: list[Event] = []

    def broken(event: Event) -> None:
        raise ValueError(event)

    monitoring.listen(broken)
    monitoring.listen(heard.append)
    await monitoring.guard("mine").call(_answer)
    assert [type(event) for event in heard] == [CallFinished]
    assert monitoring.metrics()["dropped"] == {"sink_broken": 1}


async def test_what_is_dropped_is_counted_by_reason(tmp_path: Path) -> None:
    """Each bound that was reached, and only those."""
    monitoring = _monitoring(tmp_path)
    monitoring.watch_slow_clients(lambda: 3)
    for number in range(1001):
        monitoring.emit(SessionStarted(f"s{number}", 0.0, None, None))
        call(monitoring, integration=f"i{number}")
    assert monitoring.up_to_date().dropped() == {
        "live_client_slow": 3, "sessions_evicted": 1, "calls_overflow": 1
    }  # fmt: skip
    assert b'holdfast_events_dropped_total{reason="sessions_evicted"} 1.0' in (
        b"".join(monitoring.up_to_date().prometheus())
    )


@pytest.mark.real_time
async def test_a_client_is_guarded_and_counted_once(tmp_path: Path) -> None:
    """With the provider's address from the settings."""
    async with running() as url:
        settings = development(tmp_path, ELEVENLABS_BASE_URL=f"{url}/elevenlabs")
        monitoring = Monitoring(settings)
        async with monitoring.http_client("elevenlabs") as client:
            answer = await client.get("/v1/voices", headers={"xi-api-key": "sim"})
    assert answer.status_code == 200
    assert monitoring.calls.lifetime("elevenlabs").succeeded == 1
    assert b'holdfast_breaker_state{integration="elevenlabs"' in b"".join(
        monitoring.up_to_date().prometheus()
    )
