"""LinkedIn: whether a token is active, what it allows, whose it is; its refresh for partners.

https://learn.microsoft.com/linkedin/shared/authentication. Only approved partners get refresh
tokens; they are good for a year in all. Introspection tells a dead token with HTTP 200.
"""

from typing import ClassVar

from holdfast.errors import AuthenticationError, Conflict, ProviderError, QuotaExhausted
from holdfast.events import Usage, Verdict
from holdfast.integrations.answer_errors import ErrorClass, class_of, provider_error
from holdfast.integrations.exchange import Exchange, member
from holdfast.integrations.integration import Integration, Operation, ServiceKind
from holdfast.integrations.oauth_answers import judge_grant, oauth_error
from holdfast.integrations.social_credentials import SocialCredentials, bearer, text_or_none
from holdfast.integrations.social_report import SOON_SECONDS, Inspection
from holdfast.integrations.tokens import Tokens, granted, scopes_of
from holdfast.validation.verdict import failed, passed

OAUTH = "https://www.linkedin.com"
INTROSPECT, TOKEN = "/oauth/v2/introspectToken", "/oauth/v2/accessToken"
USERINFO = "/v2/userinfo"
_REVOKED = (65_600, 65_601)


def read_error(exchange: Exchange) -> ProviderError | None:
    """``{"status", "serviceErrorCode", "code", "message"}``, or OAuth's from the token host."""
    by_status = class_of(exchange.status)
    if by_status is None:
        return None
    if told := oauth_error("linkedin", exchange):
        return told
    document = exchange.json
    number, code = member(document, "serviceErrorCode"), member(document, "code")
    said = member(document, "message")
    words = said if isinstance(said, str) else ""
    error: ErrorClass = AuthenticationError if number in _REVOKED else by_status
    if "duplicate" in words.lower():
        error = Conflict
    elif "DAY limit" in words:
        error = QuotaExhausted
    shown = code or number
    return provider_error(
        "linkedin",
        exchange,
        error,
        code=str(shown)[:60] if shown else None,
        detail=words,
        request_id=exchange.headers.get("x-li-uuid"),
    )


def read_usage(_exchange: Exchange) -> Usage | None:
    """Calls are free; the daily quota is not told."""
    return None


def judge_introspection(exchange: Exchange) -> Verdict:
    """A statement on a token, whatever it says."""
    if isinstance(member(exchange.json, "active"), bool):
        return passed("introspection")
    return failed("introspection", "the answer does not say whether the token is active")


def judge_userinfo(exchange: Exchange) -> Verdict:
    """A member has an id."""
    found = member(exchange.json, "sub")
    return passed("account") if found else failed("account", "the answer has no sub")


LINKEDIN = Integration(
    name="linkedin",
    label="LinkedIn",
    kind="social",
    base_url="https://api.linkedin.com",
    further_urls=(OAUTH,),
    key_names=("LINKEDIN_CLIENT_ID", "LINKEDIN_CLIENT_SECRET", "LINKEDIN_ACCESS_TOKEN"),
    optional_key_names=(
        "LINKEDIN_REFRESH_TOKEN",
        "LINKEDIN_MEMBER_ID",
        "LINKEDIN_ORGANIZATION_ID",
    ),
    operations=(
        Operation(
            name="introspect", method="POST", path=INTROSPECT, validators=(judge_introspection,)
        ),
        Operation(name="token", method="POST", path=TOKEN, validators=(judge_grant,)),
        Operation(name="userinfo", method="GET", path=USERINFO, validators=(judge_userinfo,)),
    ),
    read_error=read_error,
    read_usage=read_usage,
    services=(ServiceKind(name="social", client="holdfast.integrations.linkedin:LinkedIn"),),
)


class LinkedIn(SocialCredentials):
    """The tokens of one member, who may post for an organization."""

    integration = LINKEDIN
    account_key, app_key = "LINKEDIN_MEMBER_ID", "LINKEDIN_CLIENT_ID"
    scopes: ClassVar = frozenset({"w_member_social"})
    renew_ahead_seconds = SOON_SECONDS
    evidence = "introspection"

    async def _inspect(self, tokens: Tokens, *, free: bool) -> Inspection:  # noqa: ARG002 - all is free
        form = {**self._client(), "token": tokens.access_token}
        told = (await self._http.post(f"{OAUTH}{INTROSPECT}", data=form)).json()
        if not told["active"]:
            status = repr(told.get("status"))[:40]
            return Inspection(problem=f"the token is not active, its status is {status}")
        expires_at = told.get("expires_at")
        return Inspection(
            app=text_or_none(told.get("client_id")),
            accounts=await self._members(tokens),
            scopes=scopes_of(str(told.get("scope") or "")),
            expires_at=float(expires_at) if isinstance(expires_at, int | float) else None,
        )

    async def _exchange(self, tokens: Tokens) -> Tokens:
        if not tokens.refresh_token:
            raise AuthenticationError("linkedin gave no refresh token: sign in again")
        form = {**self._client(), "refresh_token": tokens.refresh_token}
        form["grant_type"] = "refresh_token"
        answer = await self._http.post(f"{OAUTH}{TOKEN}", data=form)
        return granted(answer.json(), tokens, self._clock.wall())

    async def _members(self, tokens: Tokens) -> frozenset[str] | None:
        if not self._key("MEMBER_ID"):
            return None
        answer = await self._http.get(USERINFO, headers=bearer(tokens.access_token))
        return frozenset({str(answer.json()["sub"])})

    def _client(self) -> dict[str, str]:
        return {"client_id": self._key("CLIENT_ID"), "client_secret": self._key("CLIENT_SECRET")}

    def _required_scopes(self) -> frozenset[str]:
        return frozenset({"w_organization_social"}) if self._key("ORGANIZATION_ID") else self.scopes
