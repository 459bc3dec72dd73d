"""What every client of Sarvam is: a key, and what its calls tell of the provider's health."""

from typing import Self

from holdfast.integrations.access import Access, ServiceHealth
from holdfast.integrations.sarvam_key import signed
from holdfast.integrations.traffic import Traffic


class SarvamClient:
    """Works through *access*; `ConfigurationError` without a key."""

    def __init__(self, access: Access) -> None:
        self._access, self._headers = access, signed(access)
        self._traffic = Traffic("sarvam")

    @classmethod
    def over(cls, access: Access) -> Self:
        """The client that works through *access*."""
        return cls(access)

    async def health(self) -> ServiceHealth:
        """How the newest call ended: Sarvam tells nothing for free."""
        return self._traffic.health
