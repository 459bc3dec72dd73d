"""D-ID and the social networks."""

import httpx2

from holdfast.integrations.did_client import Did
from holdfast.integrations.did_records import Talk, Voice
from holdfast.integrations.private_query import private
from tests.conformance.calls.ways import Act, Ready, Rows, after, client, client_of, raw
from tests.conformance.provider_stage import Stage

FACE, SPEAKER = "https://example.org/face.jpg", Voice(voice_id="en-US-JennyNeural")
TEXT = "Sit quietly, and watch the breath as it comes and goes."

_APP = {"client_id": "{FACEBOOK_APP_ID}", "client_secret": "{FACEBOOK_APP_SECRET}"}
_GOOGLE = {"client_id": "{YOUTUBE_CLIENT_ID}", "client_secret": "{YOUTUBE_CLIENT_SECRET}"}
_MEMBER = {"client_id": "{LINKEDIN_CLIENT_ID}", "client_secret": "{LINKEDIN_CLIENT_SECRET}"}
_KEYS = {"client_key": "{TIKTOK_CLIENT_KEY}", "client_secret": "{TIKTOK_CLIENT_SECRET}"}
_ONCE = {"grant_type": "refresh_token", "refresh_token": "{once}"}


def _bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


def _look(path: str, **params: str) -> Ready:
    return raw("GET", path, headers=_bearer("{once}"), params=params)


async def _done(stage: Stage) -> Talk:
    did: Did = client_of(stage, "avatar")
    return await did.talk((await did.create(TEXT, FACE, SPEAKER)).id)


async def _delete(stage: Stage) -> Act:
    path = f"/talks/{(await _done(stage)).id}"
    headers = {"authorization": f"Basic {stage.access().keys['DID_API_KEY']}"}
    return lambda: stage.http.delete(path, headers=headers)


async def _film(stage: Stage) -> Act:
    """The plain request: the client asks for a new link where one is refused."""
    url = httpx2.URL((await _done(stage)).result_url or "")
    place, signed = url.copy_with(query=None), private(url.params)
    return lambda: stage.http.get(place, extensions=signed)


CALLS: dict[str, Rows] = {
    "facebook": {
        "debug-token": raw(
            "GET", "/debug_token", headers=_bearer("{FACEBOOK_APP_ID}|{FACEBOOK_APP_SECRET}"),
            hidden={"input_token": "{FACEBOOK_ACCESS_TOKEN}"},
        ),
        "exchange": raw(
            "GET", "/oauth/access_token",
            hidden={**_APP, "grant_type": "fb_exchange_token", "fb_exchange_token": "{once}"},
        ),
    },
    "instagram": {
        "me": _look("/me", fields="user_id,username"),
        "refresh": raw(
            "GET", "/refresh_access_token",
            hidden={"grant_type": "ig_refresh_token", "access_token": "{once}"},
        ),
    },
    "youtube": {
        "token": raw("POST", "/token", data={**_GOOGLE, **_ONCE}),
        "tokeninfo": raw("GET", "/tokeninfo", hidden={"access_token": "{once}"}),
        "channels": _look("/youtube/v3/channels", part="id", mine="true"),
    },
    "x": {
        "token": raw("POST", "/2/oauth2/token", data={"client_id": "{X_CLIENT_ID}", **_ONCE}),
        "me": _look("/2/users/me"),
    },
    "linkedin": {
        "introspect": raw("POST", "/oauth/v2/introspectToken", data={**_MEMBER, "token": "{once}"}),
        "token": raw("POST", "/oauth/v2/accessToken", data={**_MEMBER, **_ONCE}),
        "userinfo": _look("/v2/userinfo"),
    },
    "tiktok": {
        "token": raw("POST", "/v2/oauth/token/", data={**_KEYS, **_ONCE}),
        "user": _look("/v2/user/info/", fields="open_id"),
    },
    "did": {
        "create": client("avatar", lambda did: did.create(TEXT, FACE, SPEAKER)),
        "talk": after(
            "avatar",
            lambda did: did.create(TEXT, FACE, SPEAKER),
            lambda did, created: did.talk(created.id),
        ),
        "talks": client("avatar", lambda did: did.find("nobody's")),
        "delete": _delete,
        "credits": client("avatar", lambda did: did.credits()),
        "film": _film,
    },
}  # fmt: skip

NOT_CALLED: dict[str, dict[str, str]] = {}
