"""X's token endpoint, whose refresh tokens are good once, and the user of the token."""

from collections.abc import Mapping
from typing import ClassVar

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.simulator.provider import Operation, Provider
from holdfast.simulator.providers.social.grants import BAD, Grants
from holdfast.simulator.providers.social.oauth import basic_of, bearer_of, form_of, oauth_refused
from holdfast.simulator.providers.social.spoiled import (
    SOON_SECONDS,
    changed,
    replaced,
    same_refresh_token,
)
from holdfast.simulator.window import Window
from holdfast.simulator.wire import Answer, Call, Refused

TOO_MANY = 429
USER = "1700000000000000001"
SCOPE = "tweet.read tweet.write users.read media.write offline.access"
TITLES = {400: "Invalid Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found Error",
          429: "Too Many Requests", 503: "Service Unavailable"}  # fmt: skip
KINDS = {
    400: ("invalid-request",),
    402: ("usage-capped",),
    403: ("client-forbidden", "not-authorized-for-resource"),
    404: ("resource-not-found",),
    429: ("usage-capped",),
}


class X(Provider):
    """`/x/2/oauth2/token`, `/x/2/oauth2/revoke` and `/x/2/users/me`."""

    name: ClassVar[str] = "x"

    def __init__(
        self,
        *,
        token_seconds: float = 7200.0,
        refresh_seconds: float = 180 * 86_400.0,
        calls_per_15_minutes: int = 1_000_000,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._grants = Grants(token_seconds, refresh_seconds, clock, rotates=True)
        self._window, self._clock = Window(calls_per_15_minutes, 900.0, clock), clock
        missing = {"title": "Not Found Error", "detail": "Could not find user.",
                   "type": "https://api.x.com/2/problems/resource-not-found"}  # fmt: skip
        me = {
            "empty_success": replaced({}),
            "error_in_success": replaced({"errors": [missing]}),
            "wrong_account": changed(data={"id": "999", "name": "Other", "username": "other"}),
        }
        token = {
            "empty_success": changed(access_token=None),
            "expiring_token": changed(expires_in=SOON_SECONDS),
            "missing_scope": changed(scope="tweet.read users.read offline.access"),
            "stale_refresh": same_refresh_token,
        }
        self.operations = (
            Operation("token", "POST", "/2/oauth2/token", self._token, token),
            Operation("revoke", "POST", "/2/oauth2/revoke", self._revoke),
            Operation("me", "GET", "/2/users/me", self._me, me),
        )

    def error(self, call: Call, status: int, code: str | None = None) -> Answer:
        """A problem document; of the token endpoint OAuth's own."""
        if call.operation == "token":
            told = {"error": "invalid_request", "error_description": f"Error {status}."}
            return Answer(status, document=told)
        title = TITLES.get(status, "Error")
        usual = "" if status == TOO_MANY else next(iter(self.codes(status)), "")
        kind = code or usual
        where = f"https://api.x.com/2/problems/{kind}" if kind else "about:blank"
        body = {"title": title, "detail": title, "type": where, "status": status}
        return Answer(status, document=body)

    def codes(self, status: int) -> tuple[str, ...]:
        """The last part of the problem's type."""
        return KINDS.get(status, ())

    def unknown_path(self, call: Call) -> Answer:
        """What the API says on an address it does not have."""
        return self.error(call, 404)

    def headers(self, _call: Call) -> Mapping[str, str]:
        """The window and what is left of it."""
        resets = int(self._clock.wall() + self._window.resets_in_seconds)
        return {
            "x-rate-limit-limit": str(self._window.limit),
            "x-rate-limit-remaining": str(self._window.remaining),
            "x-rate-limit-reset": str(resets),
        }

    def _token(self, call: Call) -> Answer:
        form = form_of(call)
        pair = basic_of(call)
        if pair is None and not form.get("client_id"):
            raise oauth_refused(400, "unauthorized_client", "Missing valid authorization header")
        if pair is not None and pair[1] == BAD:
            raise oauth_refused(401, "unauthorized_client", "Missing valid authorization header")
        if form.get("grant_type") != "refresh_token":
            raise oauth_refused(400, "unsupported_grant_type", "Use refresh_token")
        grant = self._grants.renew(call, form.get("refresh_token", ""))
        if grant is None:
            words = "Value passed for the token was invalid."
            raise oauth_refused(400, "invalid_request", words)
        return Answer(
            document={
                "token_type": "bearer",
                "expires_in": int(self._grants.access_seconds),
                "access_token": grant.access,
                "scope": SCOPE,
                "refresh_token": grant.refresh,
            }
        )

    def _revoke(self, call: Call) -> Answer:
        if not form_of(call).get("token"):
            raise oauth_refused(400, "invalid_request", "Missing required parameter [token].")
        return Answer(document={"revoked": True})

    def _me(self, call: Call) -> Answer:
        if self._grants.good(bearer_of(call)) is None:
            raise Refused(self.error(call, 401))
        if not self._window.take():
            raise Refused(self.error(call, 429))
        return Answer(document={"data": {"id": USER, "name": "Guide", "username": "guide"}})
