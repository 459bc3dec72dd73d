"""A token that is fetched when it is needed, by one caller for all, and forgotten when refused."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from holdfast.clock import Clock

SKEW_SECONDS = 60.0
"""A token is renewed this long before it expires, or at half its life if that is shorter."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A token, and for how many seconds it is good."""

    token: str = field(repr=False)
    seconds: float


class AccessToken:
    """Keeps what *fetch* grants until shortly before it expires."""

    def __init__(self, fetch: Callable[[], Awaitable[Grant]], clock: Clock) -> None:
        self._fetch, self._clock = fetch, clock
        self._token, self._until = "", 0.0
        self._fetching = asyncio.Lock()

    async def get(self) -> str:
        """A token that is still good."""
        if not self._is_good():
            async with self._fetching:
                if not self._is_good():
                    await self._renew()
        return self._token

    async def renew(self) -> str:
        """A new token, whatever is left of the old one."""
        async with self._fetching:
            await self._renew()
        return self._token

    def refuse(self, token: str) -> None:
        """The provider did not take *token*: do not offer it again. A newer one stays."""
        if token == self._token:
            self._token = ""

    def _is_good(self) -> bool:
        return bool(self._token) and self._clock.monotonic() < self._until

    async def _renew(self) -> None:
        asked_at = self._clock.monotonic()
        grant = await self._fetch()
        self._token = grant.token
        self._until = asked_at + grant.seconds - min(SKEW_SECONDS, grant.seconds / 2)
