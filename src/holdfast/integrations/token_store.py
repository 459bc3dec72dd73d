"""Where tokens are kept: a port, and the store that forgets with the process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

from holdfast.integrations.tokens import Tokens


class TokenStore(Protocol):
    """Keeps the tokens of accounts by name. Every implementation passes one conformance suite."""

    @property
    def is_durable(self) -> bool:
        """Whether what was saved survives the process."""

    async def load(self, account: str) -> Tokens | None:
        """What was saved last; None when nothing was. `ConfigurationError`: it cannot be read."""

    async def save(self, account: str, tokens: Tokens) -> None:
        """Keep *tokens*, all or nothing; once this returns they are kept."""

    def held(self, account: str) -> AbstractAsyncContextManager[None]:
        """Within it nobody else holds *account*: no task, and no process with the same store."""


class MemoryTokens:
    """Keeps tokens as long as the process lives.

    *is_durable*: that is long enough, as for the simulator's, which cost no sign-in to get again.
    """

    def __init__(self, *, is_durable: bool = False) -> None:
        self.is_durable = is_durable
        self._tokens: dict[str, Tokens] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def load(self, account: str) -> Tokens | None:
        """What was saved last."""
        return self._tokens.get(account)

    async def save(self, account: str, tokens: Tokens) -> None:
        """Keep *tokens*."""
        self._tokens[account] = tokens

    @asynccontextmanager
    async def held(self, account: str) -> AsyncIterator[None]:
        """One task at a time."""
        async with self._locks.setdefault(account, asyncio.Lock()):
            yield
