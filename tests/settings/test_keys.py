"""Keys are read once, shown never, and whoever has none can be played by the simulator."""

import json

import pytest

from holdfast.api.shapes.configuration import configuration, variables
from holdfast.app.setup import load_settings
from holdfast.settings.settings import Settings
from holdfast.settings.simulated import is_simulated

KEY = "sk-fake-secret-of-the-settings"
SIMULATOR = "http://127.0.0.1:9100"


def _loaded(**environ: str) -> Settings:
    return load_settings(environ, dotenv=None)


def test_a_key_is_found_and_never_shown() -> None:
    """Whatever is printed of settings says that it is set, and no more."""
    settings = _loaded(OPENAI_API_KEY=f"  {KEY}  ", PROKERALA_CLIENT_ID="   ")
    assert {name: one.get_secret_value() for name, one in settings.keys.items()} == {
        "OPENAI_API_KEY": KEY
    }
    shown = (settings, settings.model_dump_json(), configuration(settings), variables(settings))
    assert KEY not in "".join(map(repr, shown)) + json.dumps(configuration(settings))
    assert settings.sources["OPENAI_API_KEY"] == "environment"


@pytest.mark.parametrize("simulator", [SIMULATOR, f"{SIMULATOR}/"])
def test_who_has_no_key_is_simulated_when_we_are_told_where(simulator: str) -> None:
    """Each provider stands below its name, with the path of its real address."""
    settings = _loaded(HOLDFAST_SIMULATOR_URL=simulator)
    assert settings.services["openai"].base_url == f"{SIMULATOR}/openai/v1"
    assert settings.services["prokerala"].base_url == f"{SIMULATOR}/prokerala"
    assert is_simulated(settings, "openai")


def test_who_has_a_key_or_an_address_is_left_where_it_is() -> None:
    """A simulator that plays outages for one provider does not take another's real calls."""
    settings = _loaded(
        HOLDFAST_SIMULATOR_URL=SIMULATOR, OPENAI_API_KEY=KEY,
        ELEVENLABS_BASE_URL="https://speech.example",
    )  # fmt: skip
    addresses = [settings.services[one].base_url for one in ("openai", "elevenlabs")]
    assert addresses == ["https://api.openai.com/v1", "https://speech.example"]
    assert not is_simulated(settings, "openai")


def test_a_former_name_counts_where_it_alone_is_set() -> None:
    """X was Twitter: its applications' variables still are."""
    old = _loaded(TWITTER_CLIENT_ID="former", TWITTER_CLIENT_SECRET=KEY, X_REFRESH_TOKEN=KEY)
    both = _loaded(TWITTER_CLIENT_ID="former", X_CLIENT_ID="new")
    found = {name: one.get_secret_value() for name, one in old.keys.items()}
    assert found == {"X_CLIENT_ID": "former", "X_CLIENT_SECRET": KEY, "X_REFRESH_TOKEN": KEY}
    assert old.sources["TWITTER_CLIENT_ID"] == "environment"
    assert both.keys["X_CLIENT_ID"].get_secret_value() == "new"


def test_half_a_credential_is_none() -> None:
    """Two variables make one credential."""
    environ = {"HOLDFAST_SIMULATOR_URL": SIMULATOR, "PROKERALA_CLIENT_ID": "me"}
    assert is_simulated(load_settings(environ, None), "prokerala")
    assert not is_simulated(
        load_settings({**environ, "PROKERALA_CLIENT_SECRET": KEY}, None), "prokerala"
    )


def test_nobody_is_simulated_unasked() -> None:
    """Also when the address only begins like the simulator's."""
    assert not is_simulated(_loaded(), "openai")
    settings = _loaded(HOLDFAST_SIMULATOR_URL=SIMULATOR, OPENAI_BASE_URL=f"{SIMULATOR}0/openai/v1")
    assert not is_simulated(settings, "openai")
