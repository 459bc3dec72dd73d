"""X: whose token it is, and its refresh, whose refresh token is good once.

https://docs.x.com/resources/fundamentals/authentication/oauth-2-0. An access token is good for two
hours. Errors may come with HTTP 200, beside or in place of the data.
"""

import base64
from collections.abc import Mapping
from typing import Any, ClassVar

from holdfast.errors import (
    AuthenticationError,
    Conflict,
    InvalidRequest,
    ProviderError,
    QuotaExhausted,
)
from holdfast.events import Usage, Verdict
from holdfast.integrations.answer_errors import class_of, provider_error
from holdfast.integrations.exchange import Exchange, member
from holdfast.integrations.integration import Integration, Operation, ServiceKind
from holdfast.integrations.oauth_answers import judge_rotation, oauth_error
from holdfast.integrations.social_credentials import SocialCredentials, bearer, text_or_none
from holdfast.integrations.social_report import Inspection
from holdfast.integrations.tokens import Tokens, granted
from holdfast.validation.verdict import failed, passed, warned

TOKEN, ME = "/2/oauth2/token", "/2/users/me"
_DEAD_TOKEN = "token was invalid"  # noqa: S105 - words of an error


def read_error(exchange: Exchange) -> ProviderError | None:
    """A problem ``{"title", "detail", "type", "status"}``, or OAuth's from the token endpoint."""
    by_status = class_of(exchange.status)
    if by_status is None:
        return None
    document = exchange.json
    if told := oauth_error("x", exchange):
        is_dead = _DEAD_TOKEN in str(member(document, "error_description"))
        if is_dead and isinstance(told, InvalidRequest):
            return provider_error("x", exchange, AuthenticationError, code=told.code)
        return told
    kind = str(member(document, "type") or "").rpartition("/")[2]
    said = member(document, "detail") or member(document, "title")
    words = said if isinstance(said, str) else ""
    error = by_status
    if kind == "usage-capped":
        error = QuotaExhausted
    elif "duplicate content" in words:
        error = Conflict
    return provider_error("x", exchange, error, code=kind or None, detail=words)


def read_usage(_exchange: Exchange) -> Usage | None:
    """Calls are free of charge; the windows are in ``x-rate-limit-*``."""
    return None


def judge_me(exchange: Exchange) -> Verdict:
    """A numeric id. Errors beside it make it suspect, errors in place of it make it none."""
    document = exchange.json
    ident, errors = member(member(document, "data"), "id"), member(document, "errors")
    first = errors[0] if isinstance(errors, list) and errors else None
    title = str(member(first, "title") or "no reason")[:100]
    if not isinstance(ident, str) or not ident.isdecimal():
        return failed("account", f"the answer has no account: {title}")
    return (
        warned("account", f"beside the account comes an error: {title}")
        if first
        else passed("account")
    )


X = Integration(
    name="x",
    label="X",
    kind="social",
    base_url="https://api.x.com",
    key_names=("X_CLIENT_ID", "X_REFRESH_TOKEN"),
    optional_key_names=("X_CLIENT_SECRET", "X_ACCESS_TOKEN", "X_SCOPES", "X_USER_ID"),
    older_key_names={
        "TWITTER_CLIENT_ID": "X_CLIENT_ID",
        "TWITTER_CLIENT_SECRET": "X_CLIENT_SECRET",
    },
    operations=(
        Operation(
            name="token", method="POST", path=TOKEN, validators=(judge_rotation,), safe=False
        ),
        Operation(name="me", method="GET", path=ME, validators=(judge_me,)),
    ),
    read_error=read_error,
    read_usage=read_usage,
    services=(ServiceKind(name="social", client="holdfast.integrations.x:XCredentials"),),
)


class XCredentials(SocialCredentials):
    """The tokens of one user. Without ``X_CLIENT_SECRET`` the app is a public client."""

    integration = X
    account_key = "X_USER_ID"
    scopes: ClassVar = frozenset(
        {"tweet.read", "tweet.write", "users.read", "media.write", "offline.access"}
    )
    rotates = True
    renew_ahead_seconds = 300.0
    evidence = "account"

    async def _inspect(self, tokens: Tokens, *, free: bool) -> Inspection:  # noqa: ARG002 - all is free
        answer = await self._http.get(ME, headers=bearer(tokens.access_token))
        data: Mapping[str, Any] = answer.json()["data"]
        return Inspection(
            accounts=frozenset({data["id"]}),
            name=text_or_none(data.get("username")),
            scopes=tokens.scopes,
            expires_at=tokens.expires_at,
        )

    async def _exchange(self, tokens: Tokens) -> Tokens:
        ident, secret = self._key("CLIENT_ID"), self._key("CLIENT_SECRET")
        form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token}
        headers = {}
        if secret:
            pair = base64.b64encode(f"{ident}:{secret}".encode()).decode()
            headers["authorization"] = f"Basic {pair}"
        else:
            form["client_id"] = ident
        answer = await self._http.post(TOKEN, data=form, headers=headers)
        return granted(answer.json(), tokens, self._clock.wall())
