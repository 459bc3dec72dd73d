"""Facebook pages: what a token may do, and the exchange for one that lasts 60 days.

https://developers.facebook.com/docs/facebook-login/guides/access-tokens. The version of the Graph
API is part of ``FACEBOOK_BASE_URL``. A token is inspected with the app's own one, and HTTP 200
says nothing about whether it is valid.
"""

import math
from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

from holdfast.events import Usage, Verdict
from holdfast.integrations.exchange import Exchange, member
from holdfast.integrations.integration import Integration, Operation, ServiceKind
from holdfast.integrations.meta_answers import read_meta_error, shown_code, why_dead
from holdfast.integrations.oauth_answers import judge_grant
from holdfast.integrations.private_query import private
from holdfast.integrations.social_credentials import SocialCredentials, bearer, text_or_none
from holdfast.integrations.social_report import SOON_SECONDS, Inspection
from holdfast.integrations.tokens import Tokens, granted
from holdfast.validation.verdict import failed, passed

DEBUG, EXCHANGE = "/debug_token", "/oauth/access_token"


def judge_debug(exchange: Exchange) -> Verdict:
    """A statement on a token, whatever it says."""
    data = member(exchange.json, "data")
    if isinstance(member(data, "is_valid"), bool):
        return passed("debug_token")
    return failed("debug_token", "the answer does not say whether the token is valid")


def read_usage(_exchange: Exchange) -> Usage | None:
    """Calls are free; their share of the limit is in headers (`usage_shares`)."""
    return None


FACEBOOK = Integration(
    name="facebook",
    label="Facebook",
    kind="social",
    base_url="https://graph.facebook.com/v25.0",
    key_names=("FACEBOOK_APP_ID", "FACEBOOK_APP_SECRET", "FACEBOOK_ACCESS_TOKEN"),
    optional_key_names=("FACEBOOK_PAGE_ID",),
    operations=(
        Operation(name="debug-token", method="GET", path=DEBUG, validators=(judge_debug,)),
        Operation(name="exchange", method="GET", path=EXCHANGE, validators=(judge_grant,)),
    ),
    read_error=partial(read_meta_error, "facebook"),
    read_usage=read_usage,
    services=(ServiceKind(name="social", client="holdfast.integrations.facebook:Facebook"),),
)


class Facebook(SocialCredentials):
    """The token of a person or a page. One that has expired needs a person to sign in again."""

    integration = FACEBOOK
    account_key, app_key = "FACEBOOK_PAGE_ID", "FACEBOOK_APP_ID"
    scopes: ClassVar = frozenset({"pages_show_list", "pages_read_engagement", "pages_manage_posts"})
    renew_ahead_seconds = SOON_SECONDS

    async def _inspect(self, tokens: Tokens, *, free: bool) -> Inspection:  # noqa: ARG002 - all is free
        app_token = f"{self._key('APP_ID')}|{self._key('APP_SECRET')}"
        answer = await self._http.get(
            DEBUG,
            headers=bearer(app_token),
            extensions=private({"input_token": tokens.access_token}),
        )
        return inspection(answer.json()["data"], self.scopes, self._keys.get(self.account_key, ""))

    async def _exchange(self, tokens: Tokens) -> Tokens:
        form = {
            "client_id": self._key("APP_ID"),
            "client_secret": self._key("APP_SECRET"),
            "fb_exchange_token": tokens.access_token,
        }
        answer = await self._http.get(
            EXCHANGE, params={"grant_type": "fb_exchange_token"}, extensions=private(form)
        )
        return granted(answer.json(), tokens, self._clock.wall())


def inspection(data: Mapping[str, Any], needed: frozenset[str], page: str) -> Inspection:
    """What ``debug_token`` said. A scope without targets is good for every page, so for *page*."""
    if not data["is_valid"]:
        told = data.get("error") or {}
        code = shown_code(told.get("code"), told.get("subcode"))
        return Inspection(problem=f"the token is dead: {why_dead(told.get('subcode'))} ({code})")
    granular = [one for one in data.get("granular_scopes") or () if one.get("scope") in needed]
    own = {text_or_none(data.get(name)) for name in ("profile_id", "user_id")} - {None}
    targets = [one.get("target_ids") for one in granular]
    everywhere = {page} if granular and None in targets and data.get("type") == "USER" else set()
    named = {str(ident) for target in targets for ident in target or ()}
    return Inspection(
        app=text_or_none(data.get("app_id")),
        accounts=frozenset({one for one in own if one} | everywhere | named),
        name=text_or_none(data.get("application")),
        scopes=frozenset(data.get("scopes") or ()),
        expires_at=_moment(data.get("expires_at")),
        data_access_expires_at=_moment(data.get("data_access_expires_at")),
    )


def _moment(told: Any) -> float | None:
    """Facebook writes 0 for never."""
    if not isinstance(told, int | float):
        return None
    return float(told) or math.inf
