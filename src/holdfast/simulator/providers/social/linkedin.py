"""LinkedIn's introspection, token endpoint and member."""

from typing import Any, ClassVar

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.simulator.provider import Operation, Provider
from holdfast.simulator.providers.social.grants import BAD, Grants
from holdfast.simulator.providers.social.oauth import bearer_of, form_of, oauth_refused
from holdfast.simulator.providers.social.spoiled import SOON_SECONDS, changed, replaced
from holdfast.simulator.window import Window
from holdfast.simulator.wire import Answer, Call, Refused

UNAUTHORIZED = 401
MEMBER = "abc123Member"
SCOPE = "openid,profile,w_member_social,w_organization_social"
CODES = {
    400: ("ILLEGAL_ARGUMENT",),
    401: ("REVOKED_ACCESS_TOKEN", "EXPIRED_ACCESS_TOKEN", "EMPTY_ACCESS_TOKEN"),
    403: ("ACCESS_DENIED",),
    404: ("NOT_FOUND",),
    422: ("DUPLICATE_POST",),
    426: ("NONEXISTENT_VERSION",),
    429: ("TOO_MANY_REQUESTS",),
}
SERVICE_ERRORS = {
    "ACCESS_DENIED": 100,
    "EMPTY_ACCESS_TOKEN": 65_600,
    "EXPIRED_ACCESS_TOKEN": 65_601,
    "REVOKED_ACCESS_TOKEN": 65_601,
}
MESSAGES = {
    "DUPLICATE_POST": "Content is a duplicate of a post created before",
    "TOO_MANY_REQUESTS": "Resource level throttle APPLICATION DAY limit for calls is reached.",
}


class LinkedIn(Provider):
    """`/linkedin/oauth/v2/…` and `/linkedin/v2/userinfo`.

    A refresh token is good for *refresh_seconds* in all; a renewal does not extend it.
    """

    name: ClassVar[str] = "linkedin"

    def __init__(
        self,
        *,
        token_seconds: float = 5_184_000.0,
        refresh_seconds: float = 365 * 86_400.0,
        calls_per_day: int = 1_000_000,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._grants = Grants(token_seconds, refresh_seconds, clock)
        self._window, self._clock = Window(calls_per_day, 86_400.0, clock), clock
        introspect = {
            "empty_success": replaced({}),
            "expiring_token": self._expiring,
            "invalid_token": replaced({"active": False, "status": "revoked"}),
            "missing_scope": changed(scope="openid,profile"),
            "wrong_account": changed(client_id="another-app"),
        }
        self.operations = (
            Operation("introspect", "POST", "/oauth/v2/introspectToken", self._introspect,
                      introspect),
            Operation("token", "POST", "/oauth/v2/accessToken", self._token,
                      {"empty_success": changed(access_token=None)}),
            Operation("userinfo", "GET", "/v2/userinfo", self._userinfo,
                      {"empty_success": replaced({}), "wrong_account": changed(sub="another")}),
        )  # fmt: skip

    def error(self, call: Call, status: int, code: str | None = None) -> Answer:
        """``{"status", "serviceErrorCode", "code", "message"}``; OAuth's own from its host."""
        if call.operation in ("introspect", "token"):
            told = "invalid_client" if status == UNAUTHORIZED else "invalid_request"
            return oauth_refused(status, told, f"Error {status}.").answer
        name = code or next(iter(self.codes(status)), "INTERNAL_ERROR")
        body: dict[str, Any] = {"status": status, "code": name}
        if name in SERVICE_ERRORS:
            body["serviceErrorCode"] = SERVICE_ERRORS[name]
        body["message"] = MESSAGES.get(name, f"Error {status}")
        return Answer(status, document=body)

    def codes(self, status: int) -> tuple[str, ...]:
        """LinkedIn's codes for *status*."""
        return CODES.get(status, ())

    def unknown_path(self, call: Call) -> Answer:
        """What the API says on an address it does not have."""
        return self.error(call, 404)

    def _introspect(self, call: Call) -> Answer:
        form = self._form(call)
        grant = self._grants.of_access(form.get("token", ""))
        if grant is None:
            return Answer(document={"active": False})
        is_good = grant.expires_at > self._clock.wall()
        return Answer(
            document={
                "active": is_good,
                "status": "active" if is_good else "expired",
                "client_id": form["client_id"],
                "authorized_at": int(grant.issued_at),
                "created_at": int(grant.issued_at),
                "expires_at": int(grant.expires_at),
                "scope": SCOPE,
                "auth_type": "3L",
            }
        )

    def _token(self, call: Call) -> Answer:
        form = self._form(call)
        if form.get("grant_type") != "refresh_token":
            raise oauth_refused(400, "invalid_request", "A required parameter is missing")
        grant = self._grants.renew(call, form.get("refresh_token", ""))
        if grant is None:
            words = "The provided authorization grant or refresh token is invalid."
            raise oauth_refused(400, "invalid_grant", words)
        left = int(grant.refresh_expires_at - self._clock.wall())
        return Answer(
            document={
                "access_token": grant.access,
                "expires_in": int(self._grants.access_seconds),
                "refresh_token": grant.refresh,
                "refresh_token_expires_in": left,
                "scope": SCOPE,
            }
        )

    def _userinfo(self, call: Call) -> Answer:
        token = bearer_of(call)
        if self._grants.good(token) is None:
            code = "REVOKED_ACCESS_TOKEN" if token else "EMPTY_ACCESS_TOKEN"
            raise Refused(self.error(call, 401, code))
        if not self._window.take():
            raise Refused(self.error(call, 429))
        return Answer(document={"sub": MEMBER, "name": "Guide", "locale": "en_US"})

    def _form(self, call: Call) -> dict[str, str]:
        form = form_of(call)
        if not form.get("client_id") or form.get("client_secret", BAD) == BAD:
            raise oauth_refused(401, "invalid_client", "Client authentication failed")
        return form

    def _expiring(self, call: Call, good: Answer) -> Answer:
        return changed(expires_at=int(self._clock.wall() + SOON_SECONDS))(call, good)
