"""What one account of a network has granted: tokens, how long they are good, what they allow."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """The tokens of one account. Times are Unix seconds; ``inf`` is never, None is not known.

    *scopes* are None where nobody told. *origin* tells from which sign-in they descend.
    *refreshing_since*: a refresh went out then, and nobody knows (yet) what came of it.
    """

    access_token: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    expires_at: float | None = None
    refresh_expires_at: float | None = None
    scopes: frozenset[str] | None = None
    origin: str = field(default="", repr=False)
    refreshing_since: float | None = None

    def is_good(self, now: float, ahead_seconds: float = 0.0) -> bool:
        """Whether there is an access token that, as far as we know, is good for so long."""
        return bool(self.access_token) and not (
            self.expires_at is not None and self.expires_at <= now + ahead_seconds
        )


def signed_in(access_token: str, refresh_token: str, scopes: str) -> Tokens:
    """The tokens of a sign-in, as somebody configured them."""
    mark = hashlib.sha256(f"{access_token}\n{refresh_token}".encode()).hexdigest()[:16]
    return Tokens(
        access_token=access_token,
        refresh_token=refresh_token,
        scopes=scopes_of(scopes) if scopes.strip() else None,
        origin=mark,
    )


def granted(document: Mapping[str, Any], before: Tokens, now: float) -> Tokens:
    """What a token endpoint's judged answer makes of *before*; what it leaves out stays."""
    refresh_seconds = document.get("refresh_expires_in", document.get("refresh_token_expires_in"))
    scope = document.get("scope") or document.get("permissions")
    return replace(
        before,
        access_token=document["access_token"],
        refresh_token=document.get("refresh_token") or before.refresh_token,
        expires_at=_until(document.get("expires_in"), now),
        refresh_expires_at=_until(refresh_seconds, now) or before.refresh_expires_at,
        scopes=scopes_of(scope) if isinstance(scope, str) else before.scopes,
        refreshing_since=None,
    )


def scopes_of(text: str) -> frozenset[str]:
    """Scopes as networks write them: between spaces or commas."""
    return frozenset(text.replace(",", " ").split())


def _until(seconds: Any, now: float) -> float | None:
    return now + seconds if isinstance(seconds, int | float) else None
