"""Facebook's token inspection and exchange, under any version of the Graph API."""

from dataclasses import replace
from typing import Any, ClassVar

from holdfast.simulator.provider import Operation
from holdfast.simulator.providers.social import meta
from holdfast.simulator.providers.social.grants import BAD
from holdfast.simulator.providers.social.meta_provider import DAY_SECONDS, MetaProvider
from holdfast.simulator.providers.social.oauth import bearer_of
from holdfast.simulator.providers.social.spoiled import SOON_SECONDS, changed, replaced
from holdfast.simulator.wire import Answer, Call

USER, PAGE = "10150000000000001", "104000000000001"
SCOPES = ("pages_show_list", "pages_read_engagement", "pages_manage_posts", "public_profile")


class Facebook(MetaProvider):
    """`/facebook/{version}/debug_token` and `/facebook/{version}/oauth/access_token`."""

    name: ClassVar[str] = "facebook"

    def _documented(self) -> tuple[Operation, ...]:
        debug = {
            "empty_success": replaced({"data": {}}),
            "error_in_success": meta.in_success,
            "expiring_token": self._data(lambda: {"expires_at": self._soon()}),
            "invalid_token": self._dead,
            "missing_scope": self._data(lambda: {"scopes": ["public_profile"]}),
            "wrong_account": self._data(lambda: {"granular_scopes": [], "user_id": "999"}),
        }
        exchange = {
            "empty_success": changed(access_token=None),
            "error_in_success": meta.in_success,
        }
        return (
            Operation("debug-token", "GET", "/{version}/debug_token", self._debug, debug),
            Operation("exchange", "GET", "/{version}/oauth/access_token", self._exchange, exchange),
        )

    def _debug(self, call: Call) -> Answer:
        self._admit(call)
        app, bar, secret = bearer_of(call).partition("|")
        if not bar or secret == BAD:
            raise meta.refused(call, 401, "190/467")
        token = call.query.get("input_token", "")
        if not token:
            raise meta.refused(call, 400, "100")
        grant = self._grants.of_access(token)
        if grant is None:
            return self._dead(call, Answer(document={"data": {"app_id": app}}))
        data = {
            "app_id": app, "type": "USER", "application": "Simulated",
            "data_access_expires_at": int(grant.issued_at + 90 * DAY_SECONDS),
            "expires_at": int(grant.expires_at), "is_valid": True,
            "issued_at": int(grant.issued_at), "scopes": list(SCOPES),
            "granular_scopes": [{"scope": SCOPES[2], "target_ids": [PAGE]}], "user_id": USER,
        }  # fmt: skip
        if grant.expires_at <= self._clock.wall():
            return self._dead(call, Answer(document={"data": data}))
        return Answer(document={"data": data})

    def _exchange(self, call: Call) -> Answer:
        self._admit(call)
        query = call.query
        wanted = ("client_id", "client_secret", "fb_exchange_token")
        is_asked = query.get("grant_type") == "fb_exchange_token"
        if not is_asked or not all(query.get(name) for name in wanted):
            raise meta.refused(call, 400, "100")
        grant = self._grants.extend(call, query["fb_exchange_token"])
        if grant is None or query["client_secret"] == BAD:
            raise meta.refused(call, 400, "190/463")
        seconds = int(self._grants.access_seconds)
        document = {"access_token": grant.access, "token_type": "bearer", "expires_in": seconds}
        return Answer(document=document)

    def _dead(self, _call: Call, good: Answer) -> Answer:
        """Not valid, told with 200."""
        told = {"code": 190, "subcode": 463, "message": "Error validating access token: expired."}
        data = {**good.document["data"], "is_valid": False, "error": told, "scopes": []}
        return replace(good, document={"data": data})

    def _soon(self) -> int:
        return int(self._clock.wall() + SOON_SECONDS)

    def _data(self, members: Any) -> Any:
        def twist(_call: Call, good: Answer) -> Answer:
            return replace(good, document={"data": {**good.document["data"], **members()}})

        return twist
