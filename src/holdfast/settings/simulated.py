"""Who is played by the simulator: an integration without its keys, when we are told where it is."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from holdfast.settings.service import ServiceSettings, variable_of
from holdfast.settings.settings import Settings

MADE_UP_KEY = "simulated"
"""What the simulator is given in place of a key. It opens nothing elsewhere."""


def point_at_simulator(settings: Settings, keys: Mapping[str, Sequence[str]]) -> Settings:
    """*settings* with every integration that lacks a key, and has no address set, simulated.

    The simulator has each provider below its name, with the paths of its real address:
    ``https://api.openai.com/v1`` is ``{simulator}/openai/v1``.
    """
    if settings.simulator_url is None:
        return settings
    services = {
        name: _moved(settings, name, service)
        if _lacks(settings, keys.get(name, ()))
        and variable_of(name, "base_url") not in settings.sources
        else service
        for name, service in settings.services.items()
    }
    moved: Settings = settings.model_copy(update={"services": services})
    return moved


def is_simulated(settings: Settings, integration: str) -> bool:
    """Whether the calls of *integration* go to the simulator."""
    told = settings.simulator_url
    base_url = settings.services[integration].base_url
    return told is not None and f"{base_url}/".startswith(f"{told.rstrip('/')}/")


def _lacks(settings: Settings, names: Sequence[str]) -> bool:
    return any(name not in settings.keys for name in names)


def _moved(settings: Settings, name: str, service: ServiceSettings) -> ServiceSettings:
    path = urlsplit(service.base_url).path.rstrip("/")
    told = (settings.simulator_url or "").rstrip("/")
    moved: ServiceSettings = service.model_copy(update={"base_url": f"{told}/{name}{path}"})
    return moved
