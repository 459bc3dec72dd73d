"""``monitoring.config``: the effective configuration, under the voice contract's names."""

from typing import Any

from holdfast.api.shapes.configuration import configuration
from holdfast.errors import ConfigurationError
from holdfast.settings.service import ServiceSettings
from holdfast.settings.settings import Settings


class Config:
    """Reads *settings*; nothing can be changed through it, and no secret is in it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def get_service_config(self, name: str) -> ServiceSettings:
        """The limits of one integration; `ConfigurationError` names those that exist.

        Its nine documented fields are attributes: ``get_service_config("openai").rate_limit``.
        """
        services = self._settings.services
        if name not in services:
            there = ", ".join(sorted(services))
            raise ConfigurationError(f"no service named {name!r}; there are: {there}")
        return services[name]

    def get_all_config(self) -> dict[str, Any]:
        """The *configuration* of GET /health/configuration."""
        return configuration(self._settings)

    def is_development(self) -> bool:
        """Whether ``ENVIRONMENT`` says development."""
        return self._settings.environment.lower() == "development"

    def is_production(self) -> bool:
        """Whether ``ENVIRONMENT`` says production or prod."""
        return self._settings.is_production
