"""The voice system's own names, over whatever application is mounted."""

import gc
from pathlib import Path

import pytest

from holdfast.app import current
from holdfast.compat.production_config import config
from holdfast.compat.service_manager import service_manager
from holdfast.errors import ConfigurationError, LifecycleError
from tests.api.host import asking, mounted


async def test_every_name_goes_to_the_mounted_instance(tmp_path: Path) -> None:
    """get_service, health_check_all, get_metrics_summary."""
    app, monitoring = mounted(tmp_path, HOLDFAST_SIMULATOR_URL="http://127.0.0.1:9")
    with pytest.raises(ConfigurationError, match="no provider named 'nope'; there are: "):
        service_manager.get_service("nope", "tts")
    summary = service_manager.get_metrics_summary()
    assert summary.keys() == monitoring.services.get_metrics_summary().keys()
    assert app.state.holdfast is monitoring


async def test_health_is_the_services_own(tmp_path: Path) -> None:
    """With nothing configured nothing is asked."""
    _, monitoring = mounted(tmp_path)
    health = await service_manager.health_check_all()
    assert health == await monitoring.services.health_check_all()
    states = {one["status"] for kinds in health["services"].values() for one in kinds.values()}
    assert states <= {"not_configured", "unknown"}


@pytest.mark.real_time
async def test_the_configuration_has_its_old_names(tmp_path: Path) -> None:
    """Sections in capitals, and the four questions."""
    app, monitoring = mounted(tmp_path, OPENAI_RATE_LIMIT="7")
    assert config.get_service_config("openai").rate_limit == 7
    assert config.ENVIRONMENT == "development"
    assert (config.is_development(), config.is_production(), config.IS_PRODUCTION) == (
        True, False, False
    )  # fmt: skip
    assert config.SERVICES["openai"]["rate_limit"] == 7
    assert config.get_all_config() == monitoring.config.get_all_config()
    with pytest.raises(ConfigurationError, match="no service named 'nope'; there are: "):
        config.get_service_config("nope")
    with pytest.raises(AttributeError, match="config has no 'NOPE'; it has: ENVIRONMENT"):
        _ = config.NOPE
    async with asking(app) as client:
        told = (await client.get("/health/configuration")).json()["configuration"]
    assert told == config.get_all_config()


def test_with_nothing_mounted_the_way_out_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Importing is always possible, using needs an application."""
    monkeypatch.setattr(current, "_mounted", [])
    with pytest.raises(LifecycleError, match=r"call setup_monitoring\(app\) first"):
        service_manager.get_metrics_summary()


def test_an_application_that_is_gone_is_not_kept_alive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The current one is only looked at."""
    monkeypatch.setattr(current, "_mounted", [])
    mounted(tmp_path)
    gc.collect()
    with pytest.raises(LifecycleError):
        service_manager.get_metrics_summary()
