"""`setup_monitoring`: once, in time, with settings that can be used - or it says what is wrong."""

import asyncio
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient
from structlog.testing import capture_logs

from holdfast.app.setup import load_settings, setup_monitoring
from holdfast.errors import ConfigurationError, LifecycleError, SettingsError
from holdfast.integrations import CATALOG
from holdfast.simulator.server import running
from tests.api.host import asking, development, hello, mounted

pytestmark = pytest.mark.real_time


def _off(folder: Path, **environ: str) -> FastAPI:
    app = FastAPI()
    setup_monitoring(app, settings=development(folder, HOLDFAST_ENABLED="false", **environ))
    app.add_api_route("/hello", hello)
    return app


async def test_it_is_too_late_once_the_application_has_started(tmp_path: Path) -> None:
    """Its middleware is made up by then: a clear error, and nothing half mounted."""
    app = FastAPI()
    async with AsyncClient(transport=ASGITransport(app), base_url="http://t") as client:
        await client.get("/")
    with pytest.raises(LifecycleError, match="came too late: call it before"):
        setup_monitoring(app, settings=development(tmp_path))
    assert not hasattr(app.state, "holdfast")


def test_once_is_enough(tmp_path: Path) -> None:
    """A second call would count everything twice."""
    app, monitoring = mounted(tmp_path)
    with pytest.raises(LifecycleError, match="called twice"):
        setup_monitoring(app, settings=development(tmp_path))
    assert app.state.holdfast is monitoring


def test_wrong_settings_leave_the_application_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One error that names each of them; the application may go on without us."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENAI_TIMEOUT", "never")
    monkeypatch.setenv("METRICS_INTERVAL", "often")
    app = FastAPI()
    with pytest.raises(
        SettingsError, match=r"(?s)OPENAI_TIMEOUT='never'.*METRICS_INTERVAL='often'"
    ):
        setup_monitoring(app)
    assert (app.user_middleware, hasattr(app.state, "holdfast")) == ([], False)


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"DATABASE_URL": "mysql://u:s3cret@h/d"}, "'mysql'"),
        ({"DATABASE_URL": "sqlite://"}, "in memory"),
        ({"HOLDFAST_DATA_DIR": "/proc/nope"}, "HOLDFAST_DATA_DIR=/proc/nope"),
    ],
)
def test_a_record_that_cannot_be_is_said_at_once(environ: dict[str, str], named: str) -> None:
    """Not when the first event is lost; and without the password."""
    with pytest.raises(SettingsError) as caught:
        setup_monitoring(FastAPI(), settings=load_settings(environ, None))
    assert named in str(caught.value)
    assert "s3cret" not in str(caught.value)


async def test_switched_off_it_is_not_there(tmp_path: Path) -> None:
    """One line in the log; the host's routes are all there are, and no file is made."""
    with capture_logs() as logs:
        app = _off(tmp_path / "data")
    async with asking(app) as client:
        assert (await client.get("/hello")).json() == {"from": "the host"}
        for path in ("/health/", "/health/live", "/metrics", "/monitoring/api/metrics"):
            assert (await client.get(path)).status_code == 404
    assert [log["event"] for log in logs] == ["holdfast_disabled"]
    assert (app.user_middleware, (tmp_path / "data").exists()) == ([], False)


async def test_switched_off_everything_still_works(tmp_path: Path) -> None:
    """Guards let every call through, clients reach their provider, sessions cost nothing."""
    async with running() as url:
        monitoring = _off(tmp_path, ELEVENLABS_BASE_URL=f"{url}/elevenlabs").state.holdfast
        with monitoring.session("s", user_id="u"), monitoring.step("voices"):
            async with monitoring.http_client("elevenlabs") as client:
                answer = await client.get("/v1/voices", headers={"xi-api-key": "sim"})
            assert await monitoring.guard("mine", "work").call(asyncio.sleep, 0, "done") == "done"
    assert answer.status_code == 200
    assert monitoring.guard("openai", "chat").policies == ()
    assert monitoring.calls.lifetime("elevenlabs").total == 0
    assert monitoring.sessions.latest(10) == []


@pytest.mark.parametrize("enabled", ["true", "false"])
def test_a_client_of_nobody_names_those_we_know(tmp_path: Path, enabled: str) -> None:
    """Whether we are switched on or off."""
    _, monitoring = mounted(tmp_path, HOLDFAST_ENABLED=enabled)
    with pytest.raises(ConfigurationError, match=f"known: {', '.join(sorted(CATALOG))}"):
        monitoring.http_client("opnai")
