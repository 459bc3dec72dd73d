"""What every request to Sarvam needs: the key, and only the fields that were given."""

from typing import Any

from holdfast.errors import ConfigurationError
from holdfast.integrations.access import Access


def signed(access: Access) -> dict[str, str]:
    """The header that every request carries; `ConfigurationError` without a key."""
    key = access.keys.get("SARVAM_API_KEY", "").strip()
    if not key:
        raise ConfigurationError("set SARVAM_API_KEY")
    return {"api-subscription-key": key}


def given(**fields: Any) -> dict[str, Any]:
    """The *fields* that are not None."""
    return {name: value for name, value in fields.items() if value is not None}
