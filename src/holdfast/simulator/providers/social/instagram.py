"""Instagram's account and the refresh of its token."""

from typing import ClassVar

from holdfast.simulator.provider import Operation
from holdfast.simulator.providers.social import meta
from holdfast.simulator.providers.social.meta_provider import MetaProvider
from holdfast.simulator.providers.social.oauth import bearer_of
from holdfast.simulator.providers.social.spoiled import SOON_SECONDS, changed, replaced
from holdfast.simulator.wire import Answer, Call

ACCOUNT, APP_SCOPED = "17841400000000001", "9800000000000001"
PERMISSIONS = "instagram_business_basic,instagram_business_content_publish"


class Instagram(MetaProvider):
    """`/instagram/me` and `/instagram/refresh_access_token`."""

    name: ClassVar[str] = "instagram"

    def _documented(self) -> tuple[Operation, ...]:
        me = {
            "empty_success": replaced({"username": "guide"}),
            "error_in_success": meta.in_success,
            "wrong_account": changed(user_id="999", id="998"),
        }
        refresh = {
            "empty_success": changed(access_token=None),
            "error_in_success": meta.in_success,
            "expiring_token": changed(expires_in=SOON_SECONDS),
            "missing_scope": changed(permissions="instagram_business_basic"),
        }
        paths = {"": "", "-versioned": "/{version}"}
        return tuple(
            operation
            for suffix, prefix in paths.items()
            for operation in (
                Operation(f"me{suffix}", "GET", f"{prefix}/me", self._me, me),
                Operation(
                    f"refresh{suffix}", "GET", f"{prefix}/refresh_access_token", self._refresh,
                    refresh,
                ),
            )
        )  # fmt: skip

    def _me(self, call: Call) -> Answer:
        self._admit(call)
        if self._grants.good(bearer_of(call) or call.query.get("access_token", "")) is None:
            raise meta.refused(call, 400, "190/463")
        known = {
            "user_id": ACCOUNT,
            "username": "guide",
            "account_type": "BUSINESS",
        }
        asked = call.query.get("fields", "id").split(",")
        chosen = {name: known[name] for name in asked if name in known}
        return Answer(document={**chosen, "id": APP_SCOPED})

    def _refresh(self, call: Call) -> Answer:
        self._admit(call)
        if call.query.get("grant_type") != "ig_refresh_token":
            raise meta.refused(call, 400, "100")
        grant = self._grants.extend(call, call.query.get("access_token", ""))
        if grant is None:
            raise meta.refused(call, 400, "190/463")
        return Answer(
            document={
                "access_token": grant.access,
                "token_type": "bearer",
                "expires_in": int(self._grants.access_seconds),
                "permissions": PERMISSIONS,
            }
        )
