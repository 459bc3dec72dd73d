"""Google's token endpoint and token check, and the channel of the token."""

from typing import Any, ClassVar

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.simulator.provider import SERVER_ERRORS, Operation, Provider
from holdfast.simulator.providers.social.grants import BAD, Grants
from holdfast.simulator.providers.social.oauth import bearer_of, form_of, oauth_refused
from holdfast.simulator.providers.social.spoiled import changed, replaced
from holdfast.simulator.window import Window
from holdfast.simulator.wire import Answer, Call, Refused

CHANNEL = "UC_simulated_channel_001"
CLIENT = "simulated"
SCOPE = (
    "https://www.googleapis.com/auth/youtube.upload "
    "https://www.googleapis.com/auth/youtube.readonly"
)
REASONS = {
    400: ("badRequest", "invalidTitle", "uploadLimitExceeded"),
    401: ("authError",),
    403: ("quotaExceeded", "rateLimitExceeded", "userRateLimitExceeded",
          "insufficientPermissions", "youtubeSignupRequired"),
    404: ("notFound",),
    429: ("rateLimitExceeded",),
}  # fmt: skip


class YouTube(Provider):
    """`/youtube/token`, `/youtube/tokeninfo` and `/youtube/youtube/v3/channels`.

    *client* is the audience of every token.
    """

    name: ClassVar[str] = "youtube"

    def __init__(
        self,
        *,
        token_seconds: float = 3599.0,
        refresh_seconds: float = 180 * 86_400.0,
        units_per_day: int = 10_000_000,
        client: str = CLIENT,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._grants = Grants(token_seconds, refresh_seconds, clock)
        self._units, self._client, self._clock = Window(units_per_day, 86_400, clock), client, clock
        info = {
            "empty_success": replaced({}),
            "missing_scope": changed(scope="https://www.googleapis.com/auth/youtube.readonly"),
            "wrong_account": changed(aud="another.apps.googleusercontent.com"),
        }
        channels = {
            "empty_success": replaced({"kind": "youtube#channelListResponse", "pageInfo": {
                "totalResults": 0}}),
            "wrong_account": changed(items=[{"kind": "youtube#channel", "id": "UC_another"}]),
        }  # fmt: skip
        self.operations = (
            Operation("token", "POST", "/token", self._token,
                      {"empty_success": changed(access_token=None)}),
            Operation("tokeninfo", "GET", "/tokeninfo", self._info, info),
            Operation("channels", "GET", "/youtube/v3/channels", self._channels, channels),
        )  # fmt: skip

    def error(self, call: Call, status: int, code: str | None = None) -> Answer:
        """``{"error": {"code", "message", "errors": […]}}``; of the token host OAuth's own."""
        if call.operation in ("token", "tokeninfo"):
            server = "internal_failure" if status in SERVER_ERRORS else "invalid_grant"
            told = {"error": server, "error_description": "Bad Request"}
            return Answer(status, document=told)
        reason = code or next(iter(self.codes(status)), "backendError")
        entry = {"message": f"Error {status}.", "domain": "youtube", "reason": reason}
        body: dict[str, Any] = {"code": status, "message": entry["message"], "errors": [entry]}
        return Answer(status, document={"error": body})

    def codes(self, status: int) -> tuple[str, ...]:
        """Google's reasons for *status*."""
        return REASONS.get(status, ())

    def unknown_path(self, _call: Call) -> Answer:
        """Google's page for an address it does not have."""
        page = b"<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>"
        return Answer(404, media_type="text/html; charset=UTF-8", parts=(page,))

    def _token(self, call: Call) -> Answer:
        form = form_of(call)
        if form.get("grant_type") != "refresh_token":
            raise oauth_refused(400, "unsupported_grant_type", "Invalid grant_type")
        if not form.get("client_id") or form.get("client_secret", BAD) == BAD:
            raise oauth_refused(401, "invalid_client", "The OAuth client was not found.")
        grant = self._grants.renew(call, form.get("refresh_token", ""))
        if grant is None:
            raise oauth_refused(400, "invalid_grant", "Token has been expired or revoked.")
        return Answer(
            document={
                "access_token": grant.access,
                "expires_in": int(self._grants.access_seconds),
                "scope": SCOPE,
                "token_type": "Bearer",
            }
        )

    def _info(self, call: Call) -> Answer:
        grant = self._grants.good(call.query.get("access_token", ""))
        if grant is None:
            raise oauth_refused(400, "invalid_token", "Invalid Value")
        left = int(grant.expires_at - self._clock.wall())
        return Answer(
            document={
                "azp": self._client,
                "aud": self._client,
                "scope": SCOPE,
                "exp": str(int(grant.expires_at)),
                "expires_in": str(left),
                "access_type": "offline",
            }
        )

    def _channels(self, call: Call) -> Answer:
        if self._grants.good(bearer_of(call)) is None:
            raise Refused(self.error(call, 401))
        if "part" not in call.query:
            raise Refused(self.error(call, 400))
        if not self._units.take():
            raise Refused(self.error(call, 403, "quotaExceeded"))
        item = {"kind": "youtube#channel", "id": CHANNEL}
        page = {"totalResults": 1, "resultsPerPage": 5}
        kind = "youtube#channelListResponse"
        return Answer(document={"kind": kind, "pageInfo": page, "items": [item]})
