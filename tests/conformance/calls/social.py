"""D-ID and the social networks."""

from holdfast.integrations.did_records import Voice
from tests.conformance.calls.ways import Ready, Rows, after, client, raw

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
        "credits": client("avatar", lambda did: did.credits()),
    },
}  # fmt: skip

NOT_CALLED: dict[str, dict[str, str]] = {
    "did": {
        "delete": "the client deletes nothing: an operator may",
        "film": "comes from the file host, whose errors are in test_did_client",
    },
}
