"""Tokens as networks keep them: good for a while, renewed, some of them good once."""

from collections import OrderedDict
from dataclasses import dataclass

from holdfast.clock import Clock
from holdfast.simulator.wire import Call

BAD = "bad-key"
"""The one token, and the one client secret, that is never accepted."""

MOST_GRANTS = 1000


@dataclass(frozen=True, slots=True)
class Grant:
    """What one sign-in or renewal gave. Times are Unix seconds."""

    access: str
    refresh: str
    issued_at: float
    expires_at: float
    refresh_expires_at: float


class Grants:
    """The grants of one account.

    A token that was never seen is taken for one of a sign-in that happens now: a test brings its
    own. With *rotates* a refresh token that was used is dead.
    """

    def __init__(
        self, access_seconds: float, refresh_seconds: float, clock: Clock, *, rotates: bool = False
    ) -> None:
        self.access_seconds, self.refresh_seconds = access_seconds, refresh_seconds
        self._clock, self._rotates = clock, rotates
        self._by_access: OrderedDict[str, Grant] = OrderedDict()
        self._by_refresh: OrderedDict[str, Grant | None] = OrderedDict()

    def of_access(self, token: str) -> Grant | None:
        """The grant of an access token, expired or not; None for a bad one."""
        if not token or token == BAD:
            return None
        if token not in self._by_access:
            self._keep(self._granted(token, ""))
        return self._by_access[token]

    def good(self, token: str) -> Grant | None:
        """The same, unless it has expired."""
        grant = self.of_access(token)
        return grant if grant and grant.expires_at > self._clock.wall() else None

    def renew(self, call: Call, refresh: str) -> Grant | None:
        """A new grant for a refresh token; None when it is bad, used up or expired."""
        if not refresh or refresh == BAD:
            return None
        if refresh not in self._by_refresh:
            self._remember(refresh, self._granted("", refresh))
        before = self._by_refresh[refresh]
        if before is None or before.refresh_expires_at <= self._clock.wall():
            return None
        following = refresh
        if self._rotates:
            self._by_refresh[refresh] = None
            following = f"sim-refresh-{call.token(24, 'refresh')}"
        return self._keep(self._granted(f"sim-access-{call.token(24, 'access')}", following))

    def extend(self, call: Call, access: str) -> Grant | None:
        """A new access token for one that is still good."""
        if self.good(access) is None:
            return None
        return self._keep(self._granted(f"sim-access-{call.token(24, 'access')}", ""))

    def _granted(self, access: str, refresh: str) -> Grant:
        now = self._clock.wall()
        return Grant(access, refresh, now, now + self.access_seconds, now + self.refresh_seconds)

    def _keep(self, grant: Grant) -> Grant:
        self._by_access[grant.access] = grant
        if len(self._by_access) > MOST_GRANTS:
            self._by_access.popitem(last=False)
        if grant.refresh:
            self._remember(grant.refresh, grant)
        return grant

    def _remember(self, refresh: str, grant: Grant) -> None:
        self._by_refresh[refresh] = grant
        if len(self._by_refresh) > MOST_GRANTS:
            self._by_refresh.popitem(last=False)
