"""``service_manager`` of the voice system: ``from holdfast.compat.service_manager import …``."""

from typing import Any

from holdfast.app.current import current


class ServiceManager:
    """Every call goes to ``monitoring.services`` of the application that is mounted."""

    def get_service(self, provider: str, kind: str | None = None) -> Any:
        """The client of *kind* at *provider*; `ConfigurationError` names what exists."""
        return current().services.get_service(provider, kind)

    async def health_check_all(self) -> dict[str, Any]:
        """How every service is."""
        return await current().services.health_check_all()

    def get_metrics_summary(self) -> dict[str, Any]:
        """What was called, how well it went and what it cost."""
        return current().services.get_metrics_summary()


service_manager = ServiceManager()
"""Holds nothing: it may be imported before anything is mounted."""
