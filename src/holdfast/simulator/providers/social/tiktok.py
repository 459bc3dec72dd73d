"""TikTok's token endpoint, whose refresh tokens are good once, and the user of the token."""

from typing import Any, ClassVar

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.simulator.provider import SERVER_ERRORS, Operation, Provider
from holdfast.simulator.providers.social.grants import BAD, Grants
from holdfast.simulator.providers.social.oauth import bearer_of, form_of
from holdfast.simulator.providers.social.spoiled import (
    SOON_SECONDS,
    changed,
    same_refresh_token,
)
from holdfast.simulator.window import Window
from holdfast.simulator.wire import Answer, Call, Refused

OPEN_ID = "723f24d7-e717-40f8-a2b6-cb8464cd23b4"
SCOPE = "user.info.basic,video.publish"
CODES = {
    400: ("invalid_params",),
    401: ("access_token_invalid", "scope_not_authorized"),
    403: ("spam_risk_too_many_posts", "spam_risk_user_banned_from_posting"),
    429: ("rate_limit_exceeded",),
    500: ("internal_error",),
}


class TikTok(Provider):
    """`/tiktok/v2/oauth/token/` and `/tiktok/v2/user/info/`."""

    name: ClassVar[str] = "tiktok"

    def __init__(
        self,
        *,
        token_seconds: float = 7200.0,
        refresh_seconds: float = 180 * 86_400.0,
        calls_per_minute: int = 1_000_000,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._grants = Grants(token_seconds, refresh_seconds, clock, rotates=True)
        self._window = Window(calls_per_minute, 60.0, clock)
        user = {
            "empty_success": changed(data={"user": {}}),
            "error_in_success": self._said("access_token_invalid"),
            "wrong_account": changed(data={"user": {"open_id": "another"}}),
        }
        token = {
            "empty_success": changed(access_token=None),
            "error_in_success": self._flat,
            "expiring_token": changed(refresh_expires_in=SOON_SECONDS),
            "missing_scope": changed(scope="user.info.basic"),
            "stale_refresh": same_refresh_token,
        }
        self.operations = (
            Operation("token", "POST", "/v2/oauth/token/", self._token, token),
            Operation("user", "GET", "/v2/user/info/", self._user, user),
        )

    def error(self, call: Call, status: int, code: str | None = None) -> Answer:
        """``{"data", "error": {"code", "message", "log_id"}}``; flat from the token endpoint."""
        server = status in SERVER_ERRORS
        if call.operation == "token":
            return self._flat_error(call, status, "server_error" if server else "invalid_request")
        usual = "internal_error" if server else "invalid_params"
        name = code or next(iter(self.codes(status)), usual)
        return self._enveloped(call, status, name)

    def codes(self, status: int) -> tuple[str, ...]:
        """TikTok's codes for *status*."""
        return CODES.get(status, ())

    def unknown_path(self, call: Call) -> Answer:
        """What the API says on an address it does not have."""
        return self._enveloped(call, 404, "invalid_params")

    def _token(self, call: Call) -> Answer:
        form = form_of(call)
        if not form.get("client_key") or form.get("client_secret", BAD) == BAD:
            raise Refused(self._flat_error(call, 401, "invalid_client"))
        if form.get("grant_type") != "refresh_token":
            raise Refused(self._flat_error(call, 400, "invalid_request"))
        grant = self._grants.renew(call, form.get("refresh_token", ""))
        if grant is None:
            raise Refused(self._flat_error(call, 400, "invalid_grant"))
        return Answer(
            document={
                "open_id": OPEN_ID,
                "scope": SCOPE,
                "access_token": grant.access,
                "expires_in": int(self._grants.access_seconds),
                "refresh_token": grant.refresh,
                "refresh_expires_in": int(self._grants.refresh_seconds),
                "token_type": "Bearer",
            }
        )

    def _user(self, call: Call) -> Answer:
        if self._grants.good(bearer_of(call)) is None:
            raise Refused(self.error(call, 401))
        if not self._window.take():
            raise Refused(self.error(call, 429))
        known = {"open_id": OPEN_ID, "display_name": "Guide"}
        asked = call.query.get("fields", "").split(",")
        user = {name: known[name] for name in asked if name in known}
        document = {"data": {"user": user}, "error": self._told(call, "ok")}
        return Answer(document=document)

    def _said(self, code: str) -> Any:
        return lambda call, _good: self._enveloped(call, 200, code)

    def _flat(self, call: Call, _good: Answer) -> Answer:
        return self._flat_error(call, 200, "invalid_grant")

    def _enveloped(self, call: Call, status: int, code: str) -> Answer:
        return Answer(status, document={"data": {}, "error": self._told(call, code)})

    def _flat_error(self, call: Call, status: int, code: str) -> Answer:
        told = {"error": code, "error_description": "The request is refused."}
        return Answer(status, document={**told, "log_id": self._log_id(call)})

    def _told(self, call: Call, code: str) -> dict[str, str]:
        message = "" if code == "ok" else "The request is refused."
        return {"code": code, "message": message, "log_id": self._log_id(call)}

    def _log_id(self, call: Call) -> str:
        return call.token(32, "log", "0123456789ABCDEF")
