"""TikTok: whose token it is, and its refresh, whose refresh token is good once.

https://developers.tiktok.com/doc/oauth-user-access-token-management. How long tokens are good
changed more than once: what an answer says counts. Success is ``error.code == "ok"``, not 200.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from holdfast.errors import (
    AuthenticationError,
    ContentRejected,
    InvalidRequest,
    PermissionDenied,
    ProtocolError,
    ProviderError,
    QuotaExhausted,
    RateLimited,
    Unavailable,
)
from holdfast.events import Usage, Verdict
from holdfast.integrations.answer_errors import ErrorClass, class_of, provider_error
from holdfast.integrations.exchange import Exchange, member
from holdfast.integrations.integration import Integration, Operation, ServiceKind
from holdfast.integrations.oauth_answers import judge_rotation, oauth_error
from holdfast.integrations.social_credentials import SocialCredentials, bearer, text_or_none
from holdfast.integrations.social_report import Inspection
from holdfast.integrations.tokens import Tokens, granted
from holdfast.validation.verdict import failed, passed

TOKEN, USER = "/v2/oauth/token/", "/v2/user/info/"
FIELDS = "open_id,display_name"
_OK = "ok"
_BY_CODE: Mapping[str, ErrorClass] = {
    "access_token_invalid": AuthenticationError,
    "internal_error": Unavailable,
    "invalid_params": InvalidRequest,
    "rate_limit_exceeded": RateLimited,
    "scope_not_authorized": PermissionDenied,
    "scope_permission_missed": PermissionDenied,
    "spam_risk_too_many_posts": QuotaExhausted,
    "spam_risk_user_banned_from_posting": ContentRejected,
}


def read_error(exchange: Exchange) -> ProviderError | None:
    """``{"error": {"code", "message", "log_id"}}`` whatever the status; OAuth's is flat."""
    if told := oauth_error("tiktok", exchange):
        return told
    by_status, error = class_of(exchange.status), member(exchange.json, "error")
    code, words, log = (member(error, name) for name in ("code", "message", "log_id"))
    if code == _OK and by_status is None:
        return None
    if not isinstance(code, str):
        return provider_error("tiktok", exchange, by_status) if by_status else None
    return provider_error(
        "tiktok",
        exchange,
        _BY_CODE.get(code, by_status or ProtocolError),
        code=code[:60],
        detail=words if isinstance(words, str) else "",
        request_id=log if isinstance(log, str) else None,
    )


def read_usage(_exchange: Exchange) -> Usage | None:
    """Calls are free; limits are not told in headers."""
    return None


def judge_user(exchange: Exchange) -> Verdict:
    """The envelope says ok, and the user has an id."""
    code = member(member(exchange.json, "error"), "code")
    if code != _OK:
        return failed("account", f"error.code is {repr(code)[:40]}, 'ok' expected")
    if not member(member(member(exchange.json, "data"), "user"), "open_id"):
        return failed("account", "the answer has no open_id")
    return passed("account")


TIKTOK = Integration(
    name="tiktok",
    label="TikTok",
    kind="social",
    base_url="https://open.tiktokapis.com",
    key_names=("TIKTOK_CLIENT_KEY", "TIKTOK_CLIENT_SECRET", "TIKTOK_REFRESH_TOKEN"),
    optional_key_names=("TIKTOK_ACCESS_TOKEN", "TIKTOK_SCOPES", "TIKTOK_OPEN_ID"),
    operations=(
        Operation(
            name="token", method="POST", path=TOKEN, validators=(judge_rotation,), safe=False
        ),
        Operation(name="user", method="GET", path=USER, validators=(judge_user,)),
    ),
    read_error=read_error,
    read_usage=read_usage,
    services=(ServiceKind(name="social", client="holdfast.integrations.tiktok:TikTok"),),
)


class TikTok(SocialCredentials):
    """The tokens of one user."""

    integration = TIKTOK
    account_key = "TIKTOK_OPEN_ID"
    scopes: ClassVar = frozenset({"user.info.basic", "video.publish"})
    rotates = True
    renew_ahead_seconds = 300.0
    evidence = "account"

    async def _inspect(self, tokens: Tokens, *, free: bool) -> Inspection:  # noqa: ARG002 - all is free
        answer = await self._http.get(
            USER, params={"fields": FIELDS}, headers=bearer(tokens.access_token)
        )
        user: Mapping[str, Any] = answer.json()["data"]["user"]
        return Inspection(
            accounts=frozenset({str(user["open_id"])}),
            name=text_or_none(user.get("display_name")),
            scopes=tokens.scopes,
            expires_at=tokens.expires_at,
        )

    async def _exchange(self, tokens: Tokens) -> Tokens:
        form = {
            "client_key": self._key("CLIENT_KEY"),
            "client_secret": self._key("CLIENT_SECRET"),
            "grant_type": "refresh_token",
            "refresh_token": tokens.refresh_token,
        }
        answer = await self._http.post(TOKEN, data=form)
        return granted(answer.json(), tokens, self._clock.wall())
