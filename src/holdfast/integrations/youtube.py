"""YouTube channels: Google's token endpoint and token check, and whose channel it is.

https://developers.google.com/identity/protocols/oauth2/web-server and
https://developers.google.com/youtube/v3/docs. The channel costs one of the day's 10 000 units; the
rest is free. Refresh tokens do not rotate; those of an app "in testing" die after a week.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from holdfast.errors import (
    AuthenticationError,
    InvalidRequest,
    PermissionDenied,
    ProviderError,
    QuotaExhausted,
    RateLimited,
)
from holdfast.events import Usage, Verdict
from holdfast.integrations.answer_errors import ErrorClass, class_of, provider_error
from holdfast.integrations.exchange import Exchange, member
from holdfast.integrations.integration import Integration, Operation, ServiceKind
from holdfast.integrations.oauth_answers import judge_grant, oauth_error
from holdfast.integrations.private_query import private
from holdfast.integrations.social_credentials import SocialCredentials, bearer, text_or_none
from holdfast.integrations.social_report import Inspection
from holdfast.integrations.tokens import Tokens, granted, scopes_of
from holdfast.validation.verdict import failed, passed

OAUTH = "https://oauth2.googleapis.com"
TOKEN, TOKENINFO, CHANNELS = "/token", "/tokeninfo", "/youtube/v3/channels"
_SCOPE = "https://www.googleapis.com/auth/"
_ANY_WRITES = ("youtube", "youtube.force-ssl", "youtubepartner")

_BY_REASON: Mapping[str, ErrorClass] = {
    "authError": AuthenticationError,
    "insufficientPermissions": PermissionDenied,
    "invalidTitle": InvalidRequest,
    "quotaExceeded": QuotaExhausted,
    "rateLimitExceeded": RateLimited,
    "uploadLimitExceeded": QuotaExhausted,
    "userRateLimitExceeded": RateLimited,
    "youtubeSignupRequired": PermissionDenied,
}


def read_error(exchange: Exchange) -> ProviderError | None:
    """``{"error": {"code", "message", "errors": [{"reason"}]}}``, or OAuth's own."""
    by_status = class_of(exchange.status)
    if by_status is None:
        return None
    if told := oauth_error("youtube", exchange):
        return told
    error = member(exchange.json, "error")
    listed = member(error, "errors")
    reason = member(listed[0], "reason") if isinstance(listed, list) and listed else None
    words = member(error, "message")
    return provider_error(
        "youtube",
        exchange,
        _BY_REASON.get(str(reason), by_status),
        code=str(reason) if reason else None,
        detail=words if isinstance(words, str) else "",
    )


def read_usage(_exchange: Exchange) -> Usage | None:
    """Google does not tell how many units a call cost."""
    return None


def judge_info(exchange: Exchange) -> Verdict:
    """Whose client the token was given to, and what it allows."""
    audience = member(exchange.json, "aud") or member(exchange.json, "audience")
    if audience and isinstance(member(exchange.json, "scope"), str):
        return passed("tokeninfo")
    return failed("tokeninfo", "the answer has no audience or no scope")


def judge_channels(exchange: Exchange) -> Verdict:
    """A list, possibly empty: then the account has no channel."""
    if isinstance(member(exchange.json, "items"), list) or member(exchange.json, "pageInfo"):
        return passed("channels")
    return failed("channels", "the answer has no list of channels")


YOUTUBE = Integration(
    name="youtube",
    label="YouTube",
    kind="social",
    base_url="https://youtube.googleapis.com",
    further_urls=(OAUTH,),
    key_names=("YOUTUBE_CLIENT_ID", "YOUTUBE_CLIENT_SECRET", "YOUTUBE_REFRESH_TOKEN"),
    optional_key_names=("YOUTUBE_ACCESS_TOKEN", "YOUTUBE_CHANNEL_ID"),
    operations=(
        Operation(name="token", method="POST", path=TOKEN, validators=(judge_grant,)),
        Operation(name="tokeninfo", method="GET", path=TOKENINFO, validators=(judge_info,)),
        Operation(name="channels", method="GET", path=CHANNELS, validators=(judge_channels,)),
    ),
    read_error=read_error,
    read_usage=read_usage,
    services=(ServiceKind(name="social", client="holdfast.integrations.youtube:YouTube"),),
)


class YouTube(SocialCredentials):
    """The tokens of a Google account, and its channel."""

    integration = YOUTUBE
    account_key, app_key = "YOUTUBE_CHANNEL_ID", "YOUTUBE_CLIENT_ID"
    scopes: ClassVar = frozenset({f"{_SCOPE}youtube.upload"})
    renew_ahead_seconds = 300.0
    account_costs_quota = True

    async def _inspect(self, tokens: Tokens, *, free: bool) -> Inspection:
        answer = await self._http.get(
            f"{OAUTH}{TOKENINFO}", extensions=private({"access_token": tokens.access_token})
        )
        info = answer.json()
        return Inspection(
            app=info.get("aud") or info.get("audience"),
            accounts=None if free else await self._channels(tokens),
            scopes=_with_implied(scopes_of(info["scope"])),
            expires_at=self._clock.wall() + float(info.get("expires_in") or 0),
        )

    async def _exchange(self, tokens: Tokens) -> Tokens:
        form = {
            "grant_type": "refresh_token",
            "client_id": self._key("CLIENT_ID"),
            "client_secret": self._key("CLIENT_SECRET"),
            "refresh_token": tokens.refresh_token,
        }
        answer = await self._http.post(f"{OAUTH}{TOKEN}", data=form)
        return granted(answer.json(), tokens, self._clock.wall())

    async def _channels(self, tokens: Tokens) -> frozenset[str] | None:
        if not self._key("CHANNEL_ID"):
            return None
        answer = await self._http.get(
            CHANNELS, params={"part": "id", "mine": "true"}, headers=bearer(tokens.access_token)
        )
        items: list[dict[str, Any]] = answer.json().get("items") or []
        return frozenset(filter(None, (text_or_none(item.get("id")) for item in items)))


def _with_implied(scopes: frozenset[str]) -> frozenset[str]:
    """The wider scopes allow an upload too."""
    wider = any(f"{_SCOPE}{name}" in scopes for name in _ANY_WRITES)
    return scopes | {f"{_SCOPE}youtube.upload"} if wider else scopes
