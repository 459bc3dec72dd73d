"""``config`` of the voice system: ``from holdfast.compat.production_config import config``."""

from typing import Any

from holdfast.app.current import current
from holdfast.settings.service import ServiceSettings

_SECTIONS = (
    "ENVIRONMENT",
    "IS_PRODUCTION",
    "SERVICES",
    "MONITORING",
    "DATABASE",
    "CACHE",
    "SECURITY",
)


class ProductionConfig:
    """Every value comes from the settings of the application that is mounted.

    ``config.SERVICES``, ``MONITORING``, ``DATABASE``, ``CACHE`` and ``SECURITY`` are the sections
    of ``get_all_config()``, by their old names in capitals.
    """

    def get_service_config(self, name: str) -> ServiceSettings:
        """The limits of one integration; an unknown one is an error, where it was a default."""
        return current().config.get_service_config(name)

    def get_all_config(self) -> dict[str, Any]:
        """All sections."""
        return current().config.get_all_config()

    def is_development(self) -> bool:
        """Whether this is development."""
        return current().config.is_development()

    def is_production(self) -> bool:
        """Whether this is production."""
        return current().config.is_production()

    def __getattr__(self, name: str) -> Any:
        if name not in _SECTIONS:
            raise AttributeError(f"config has no {name!r}; it has: {', '.join(_SECTIONS)}")
        return self.get_all_config()[name.lower()]


config = ProductionConfig()
"""Holds nothing: it may be imported before anything is mounted."""
