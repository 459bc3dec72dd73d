"""Renewing tokens: once for all who ask, kept before they are used, never twice in doubt."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context
from dataclasses import replace

from holdfast.clock import Clock, iso
from holdfast.errors import CallFailed, CallRefused, ConfigurationError
from holdfast.integrations.token_store import TokenStore
from holdfast.integrations.tokens import Tokens


class RefreshInDoubt(ConfigurationError):
    """A refresh went out and its answer was lost: the refresh token may be used up by now."""


class Refresher:
    """Keeps the tokens of *account* in *store*, beginning with *configured*.

    *exchange* asks the network for new ones. With *rotates* a refresh token is good once: that it
    is being used is noted before it is sent, so that neither a lost answer nor a crash is
    followed by a second use. Newly configured tokens win over stored ones of an older sign-in.
    """

    def __init__(
        self,
        account: str,
        configured: Tokens,
        store: TokenStore,
        exchange: Callable[[Tokens], Awaitable[Tokens]],
        *,
        rotates: bool,
        clock: Clock,
    ) -> None:
        self._account, self._configured, self._store = account, configured, store
        self._exchange, self._rotates, self._clock = exchange, rotates, clock
        self._running: asyncio.Task[Tokens] | None = None
        self._unsaved: Tokens | None = None

    async def tokens(self) -> Tokens:
        """The tokens as they are now."""
        known = self._unsaved or await self._store.load(self._account)
        return known if known and known.origin == self._configured.origin else self._configured

    async def refresh(self, stale: Tokens, *, in_doubt: bool = False) -> Tokens:
        """Tokens newer than *stale*; whoever asks meanwhile gets the same ones.

        A caller that leaves does not stop it. `RefreshInDoubt` when the last one was not
        answered, unless *in_doubt* says to try its refresh token all the same. Raises the
        network's error, and `OSError` when the new tokens could not be kept (then they are kept
        the next time).
        """
        if self._running is None or self._running.done():
            renewing = self._renew(stale, in_doubt=in_doubt)
            self._running = asyncio.create_task(renewing, context=Context())
            self._running.add_done_callback(_seen)
        return await asyncio.shield(self._running)

    async def _renew(self, stale: Tokens, *, in_doubt: bool) -> Tokens:
        async with self._store.held(self._account):
            known = await self.tokens()
            if self._unsaved is not None or known.access_token != stale.access_token:
                return await self._kept(known)
            if known.refreshing_since is not None and not in_doubt:
                raise RefreshInDoubt(
                    f"the refresh of {self._account} that began at {iso(known.refreshing_since)} "
                    "was not answered, so its refresh token may be used up: sign in again, or "
                    "refresh(in_doubt=True) to try it"
                )
            return await self._kept(await self._asked(known))

    async def _asked(self, known: Tokens) -> Tokens:
        if self._rotates:
            await self._store.save(
                self._account, replace(known, refreshing_since=self._clock.wall())
            )
        try:
            return await self._exchange(known)
        except (CallFailed, CallRefused) as error:
            refused = isinstance(error, CallRefused) or error.effect == "none"
            if self._rotates and refused:
                await self._store.save(self._account, replace(known, refreshing_since=None))
            raise

    async def _kept(self, fresh: Tokens) -> Tokens:
        self._unsaved = fresh
        await self._store.save(self._account, fresh)
        self._unsaved = None
        return fresh


def _seen(done: asyncio.Task[Tokens]) -> None:
    """Nobody may be left who waits for it: its error is not lost on the loop's log."""
    if not done.cancelled():
        done.exception()
