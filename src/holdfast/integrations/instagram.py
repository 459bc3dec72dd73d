"""Instagram business accounts: whose token it is, and its refresh for another 60 days.

https://developers.facebook.com/docs/instagram-platform. A token is renewed by itself while it is
good and at least a day old; the network does not tell its scopes (``INSTAGRAM_SCOPES`` does).
"""

from functools import partial
from typing import ClassVar

from holdfast.events import Usage, Verdict
from holdfast.integrations.exchange import Exchange, member
from holdfast.integrations.integration import Integration, Operation, ServiceKind
from holdfast.integrations.meta_answers import read_meta_error
from holdfast.integrations.oauth_answers import judge_grant
from holdfast.integrations.private_query import private
from holdfast.integrations.social_credentials import SocialCredentials, bearer, text_or_none
from holdfast.integrations.social_report import SOON_SECONDS, Inspection
from holdfast.integrations.tokens import Tokens, granted
from holdfast.validation.verdict import failed, passed

ME, REFRESH = "/me", "/refresh_access_token"
FIELDS = "user_id,username,account_type"


def judge_me(exchange: Exchange) -> Verdict:
    """An account has an id."""
    if member(exchange.json, "user_id") or member(exchange.json, "id"):
        return passed("account")
    return failed("account", "the answer has no user_id")


def read_usage(_exchange: Exchange) -> Usage | None:
    """Calls are free; their share of the limit is in headers (`usage_shares`)."""
    return None


INSTAGRAM = Integration(
    name="instagram",
    label="Instagram",
    kind="social",
    base_url="https://graph.instagram.com",
    key_names=("INSTAGRAM_ACCESS_TOKEN",),
    optional_key_names=("INSTAGRAM_BUSINESS_ACCOUNT_ID", "INSTAGRAM_SCOPES"),
    operations=(
        Operation(name="me", method="GET", path=ME, validators=(judge_me,)),
        Operation(name="refresh", method="GET", path=REFRESH, validators=(judge_grant,)),
    ),
    read_error=partial(read_meta_error, "instagram"),
    read_usage=read_usage,
    services=(ServiceKind(name="social", client="holdfast.integrations.instagram:Instagram"),),
)


class Instagram(SocialCredentials):
    """The token of an account. One that has expired needs a person to sign in again."""

    integration = INSTAGRAM
    account_key = "INSTAGRAM_BUSINESS_ACCOUNT_ID"
    scopes: ClassVar = frozenset({"instagram_business_basic", "instagram_business_content_publish"})
    renew_ahead_seconds = SOON_SECONDS
    evidence = "account"

    async def _inspect(self, tokens: Tokens, *, free: bool) -> Inspection:  # noqa: ARG002 - all is free
        answer = await self._http.get(
            ME, params={"fields": FIELDS}, headers=bearer(tokens.access_token)
        )
        document = answer.json()
        ids = {text_or_none(document.get(name)) for name in ("user_id", "id")}
        return Inspection(
            accounts=frozenset(one for one in ids if one),
            name=text_or_none(document.get("username")),
            scopes=tokens.scopes,
            expires_at=tokens.expires_at,
        )

    async def _exchange(self, tokens: Tokens) -> Tokens:
        answer = await self._http.get(
            REFRESH,
            params={"grant_type": "ig_refresh_token"},
            extensions=private({"access_token": tokens.access_token}),
        )
        return granted(answer.json(), tokens, self._clock.wall())
