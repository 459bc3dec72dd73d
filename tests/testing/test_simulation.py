"""What our users' tests stand on: a simulator in a thread, and a fixture that cleans up."""

import threading
from pathlib import Path

import httpx2
import pytest

from holdfast.simulator import SimulatorError
from holdfast.testing import Simulation, simulation

pytestmark = pytest.mark.real_time
pytest_plugins = ["pytester"]


def test_it_needs_no_event_loop_and_leaves_no_thread() -> None:
    """A plain test plays an outage, sees it end, and sees what was asked."""
    with simulation() as simulator:
        with simulator.playing("openai", "error", status=503):
            assert _models(simulator) == 503
        assert _models(simulator) != 503
        [good, bad] = simulator.requests("openai")
        assert (bad["fault"], good["fault"]) == ("error", None)
        assert simulator.requests("did") == []
    assert "holdfast-simulation" not in [one.name for one in threading.enumerate()]


async def test_it_serves_tests_with_a_loop_too() -> None:
    """The simulator has a loop of its own."""
    with simulation() as simulator:
        async with httpx2.AsyncClient(trust_env=False) as http:
            assert (await http.get(f"{simulator.url}/_health")).status_code == 200


def test_settings_point_every_provider_at_it_and_read_no_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A key of this machine is neither read nor sent."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-this-machine")
    with simulation() as simulator:
        settings = simulator.settings(OPENAI_MAX_RETRIES="0")
    assert settings.keys == {}
    assert settings.services["openai"].max_retries == 0
    assert settings.services["openai"].base_url == f"{simulator.url}/openai/v1"


def test_a_file_is_played_at_the_start_or_later(tmp_path: Path) -> None:
    """And replaces what was played before."""
    first, second = tmp_path / "first.toml", tmp_path / "second.json"
    first.write_text('[openai]\nkind = "error"\nstatus = 502\n', encoding="utf-8")
    second.write_text('{"elevenlabs": {"kind": "error"}}', encoding="utf-8")
    with simulation(scenarios=first) as simulator:
        assert _models(simulator) == 502
        simulator.play_file(second)
        assert _models(simulator) != 502
        simulator.play_file(first)
        assert _models(simulator) == 502
        simulator.behave()
        assert _models(simulator) != 502


def test_what_cannot_be_played_is_one_clear_error(tmp_path: Path) -> None:
    """With what is possible."""
    with simulation() as simulator:
        with pytest.raises(SimulatorError, match="kind: 'nope' is not allowed; use one of"):
            simulator.play("openai", "nope")
        with (
            pytest.raises(SimulatorError, match=f"port {simulator.url[17:]} is in use"),
            simulation(port=int(simulator.url[17:])),
        ):
            pass


def test_the_fixture_cleans_up_after_each_test(pytester: pytest.Pytester) -> None:
    """One simulator for the run; an outage of one test is not the next one's."""
    pytester.makeconftest('pytest_plugins = ["holdfast.testing.plugin"]')
    pytester.makepyfile(
        """
        import httpx2

        def status(simulator):
            return httpx2.get(f"{simulator.url}/openai/v1/models", trust_env=False).status_code

        def test_plays(simulator):
            simulator.play("openai", "error", status=503)
            assert status(simulator) == 503

        def test_is_clean(simulator):
            assert status(simulator) != 503
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-W", "ignore")
    result.assert_outcomes(passed=2)


def _models(simulator: Simulation) -> int:
    return httpx2.get(f"{simulator.url}/openai/v1/models", trust_env=False).status_code
