"""The credentials of one social account: checked where the network tells, renewed in time."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Self

import httpx2

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.errors import (
    AuthenticationError,
    ConfigurationError,
    HoldfastError,
    PermissionDenied,
)
from holdfast.integrations.access import Access, HealthState, ServiceHealth
from holdfast.integrations.integration import Integration
from holdfast.integrations.social_report import CredentialReport, Expected, Inspection, judge
from holdfast.integrations.token_refresh import Refresher
from holdfast.integrations.token_store import MemoryTokens, TokenStore
from holdfast.integrations.tokens import Tokens, signed_in
from holdfast.validation.verdict import warned

_STATES: Mapping[str, HealthState] = {
    "pass": "healthy",
    "warn": "degraded",
    "fail": "unhealthy",
}


class SocialCredentials(ABC):
    """What all networks share; a network's own class says how it is asked.

    *keys* are the network's credentials by environment name: ``{NETWORK}_ACCESS_TOKEN`` and
    ``{NETWORK}_REFRESH_TOKEN`` of a sign-in, ``{NETWORK}_SCOPES`` where the network does not tell
    them. Renewed tokens are kept in *store*, and win over the configured ones they descend from.
    """

    integration: ClassVar[Integration]
    account_key: ClassVar[str]
    """The environment name of the account that these should be the credentials of."""

    app_key: ClassVar[str] = ""
    scopes: ClassVar[frozenset[str]]
    """What publishing needs."""

    rotates: ClassVar[bool] = False
    renew_ahead_seconds: ClassVar[float]
    evidence: ClassVar[str] = "token"
    account_costs_quota: ClassVar[bool] = False
    """Whether asking whose token it is counts against a quota: then health leaves it out."""

    def __init__(
        self,
        http: httpx2.AsyncClient,
        keys: Mapping[str, str],
        *,
        store: TokenStore | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        missing = [name for name in self.integration.key_names if not keys.get(name, "").strip()]
        if missing:
            raise ConfigurationError(f"set {' and '.join(missing)}")
        self._http, self._keys, self._clock = http, keys, clock
        self._store = store or MemoryTokens()
        configured = signed_in(
            self._key("ACCESS_TOKEN"), self._key("REFRESH_TOKEN"), self._key("SCOPES")
        )
        parts = (self.integration.name, keys.get(self.account_key, "").strip())
        account = ":".join(filter(None, parts))
        self._refresher = Refresher(
            account, configured, self._store, self._exchange, rotates=self.rotates, clock=clock
        )

    @classmethod
    def over(cls, access: Access) -> Self:
        """The credentials in *access*, kept where it says."""
        return cls(access.http, access.keys, store=access.tokens, clock=access.clock)

    async def access_token(self) -> str:
        """A token that is good for a while, renewed first where that is due.

        Raises the network's error, `RefreshInDoubt` when a renewal was not answered, and
        `AuthenticationError` where only people can sign in again.
        """
        return (await self._usable(self.renew_ahead_seconds)).access_token

    async def refresh(self, *, in_doubt: bool = False) -> None:
        """New tokens, whatever is known of the old ones; one refresh for all who ask at once.

        Raises as `access_token` does. *in_doubt* uses a refresh token whose last use was not
        answered.
        """
        await self._refresher.refresh(await self._refresher.tokens(), in_doubt=in_doubt)

    async def check(self, *, free: bool = False) -> CredentialReport:
        """Whether the credentials are valid, ours, sufficient and lasting, as the network says.

        *free*: without what counts against a quota. What the network says no to is a finding;
        that it could not be asked raises `HoldfastError`.
        """
        try:
            return self._report(await self._seen(free=free), free=free)
        except (AuthenticationError, PermissionDenied, ConfigurationError) as no:
            return self._report(Inspection(problem=str(no)), free=free)

    async def health(self) -> ServiceHealth:
        """By a check that costs nothing; unknown while the network cannot be asked."""
        try:
            verdict = (await self.check(free=True)).verdict
        except HoldfastError as no:
            return ServiceHealth("unknown", self.evidence, str(no))
        return ServiceHealth(_STATES[verdict.judgement], self.evidence, verdict.reason)

    @abstractmethod
    async def _inspect(self, tokens: Tokens, *, free: bool) -> Inspection:
        """What the network says of the access token."""

    @abstractmethod
    async def _exchange(self, tokens: Tokens) -> Tokens:
        """New tokens for old ones, from the network."""

    def _renews(self, tokens: Tokens) -> bool:
        """Whether *tokens* can be renewed although the access token is dead."""
        return bool(tokens.refresh_token)

    def _required_scopes(self) -> frozenset[str]:
        return self.scopes

    def _key(self, suffix: str) -> str:
        """The credential ``{NETWORK}_{suffix}``, or ""."""
        return self._keys.get(f"{self.integration.name.upper()}_{suffix}", "").strip()

    async def _usable(self, ahead_seconds: float) -> Tokens:
        tokens = await self._refresher.tokens()
        now = self._clock.wall()
        if tokens.is_good(now, ahead_seconds):
            return tokens
        is_still_good = tokens.is_good(now)
        if not is_still_good and not self._renews(tokens):
            network = self.integration.name
            raise AuthenticationError(f"the token of {network} has expired: sign in again")
        try:
            return await self._refresher.refresh(tokens)
        except HoldfastError:
            if is_still_good:  # what is due is not yet needed
                return tokens
            raise

    async def _seen(self, *, free: bool) -> Inspection:
        """What the network says, after one renewal where it does not take the token."""
        tokens = await self._usable(0.0)
        try:
            seen = await self._inspect(tokens, free=free)
        except AuthenticationError as no:
            if not self._renews(tokens):
                raise
            seen = Inspection(problem=str(no))
        if seen.problem and self._renews(tokens):
            tokens = await self._refresher.refresh(tokens)
            seen = await self._inspect(tokens, free=free)
        ends = seen.refresh_expires_at or tokens.refresh_expires_at
        return replace(seen, renews_itself=self._renews(tokens), refresh_expires_at=ends)

    def _report(self, seen: Inspection, *, free: bool) -> CredentialReport:
        asked_whose = not (free and self.account_costs_quota)
        expected = Expected(
            app=self._keys.get(self.app_key, ""),
            account=self._keys.get(self.account_key, "").strip() if asked_whose else "",
            scopes=self._required_scopes(),
        )
        findings = judge(seen, expected, self._clock.wall())
        if self.rotates and not self._store.is_durable:
            words = "renewed refresh tokens are kept in memory only: a restart loses them"
            findings += (warned("token_store", words),)
        return CredentialReport(network=self.integration.name, findings=findings, seen=seen)


def bearer(token: str) -> dict[str, str]:
    """The header that carries *token*."""
    return {"authorization": f"Bearer {token}"}


def text_or_none(value: Any) -> str | None:
    """An id or a name; networks write ids as numbers, too."""
    return None if value is None or isinstance(value, bool) else str(value)
