"""Whether this process may break its own calls on purpose."""

from holdfast.errors import SettingsError
from holdfast.resilience.fault import Faults
from holdfast.settings.settings import Settings


def faults_for(settings: Settings) -> Faults | None:
    """What guards inject, or None: then no guard has anything to inject with.

    Raises `SettingsError` in production, unless that was said in so many words.
    """
    if settings.faults == "off" or not settings.enabled:
        return None
    if settings.faults == "on" and settings.is_production:
        raise SettingsError(
            f"HOLDFAST_FAULTS=on with ENVIRONMENT={settings.environment}: real calls of real users "
            "would be broken on purpose. Set ENVIRONMENT to what this is (development, staging), "
            "or say HOLDFAST_FAULTS=in-production"
        )
    return Faults()
