"""The networks' wire formats: tokens that expire, rotate and are told dead with 200; limits."""

import asyncio
import base64
from typing import Any

import pytest

from holdfast.simulator.providers import Facebook, Instagram, LinkedIn, TikTok, X, YouTube
from holdfast.simulator.providers.social.grants import MOST_GRANTS, Grants
from holdfast.simulator.wire import Call
from tests.jumping_time import jumping_clock
from tests.simulator.calls import inside, play

BASIC = {"authorization": "Basic " + base64.b64encode(b"client:secret").decode()}
RENEW = {"grant_type": "refresh_token", "refresh_token": "first"}
APP = {"authorization": "Bearer 12|secret"}
V = "/facebook/v25.0"


def _with(double: type[Any], **options: Any) -> Any:
    return inside(providers=[double(clock=jumping_clock(), **options)])


def _bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@pytest.mark.parametrize(
    ("double", "path", "form", "code"),
    [
        (X, "/x/2/oauth2/token", {}, "invalid_request"),
        (TikTok, "/tiktok/v2/oauth/token/", {"client_key": "k", "client_secret": "s"},
         "invalid_grant"),
    ],
)  # fmt: skip
async def test_a_rotating_refresh_token_is_good_once(
    double: type[Any], path: str, form: dict[str, str], code: str
) -> None:
    """The second use of the same one is refused; the new one works."""
    async with _with(double) as client:
        first = await client.post(path, data={**RENEW, **form}, headers=BASIC)
        again = await client.post(path, data={**RENEW, **form}, headers=BASIC)
        fresh = {**RENEW, **form, "refresh_token": first.json()["refresh_token"]}
        second = await client.post(path, data=fresh, headers=BASIC)
    assert first.json()["expires_in"] == 7200
    assert (again.status_code, again.json()["error"]) == (400, code)
    assert second.status_code == 200
    assert second.json()["refresh_token"] != first.json()["refresh_token"]


@pytest.mark.parametrize(
    ("double", "path", "form"),
    [
        (X, "/x/2/oauth2/token", {}),
        (X, "/x/2/oauth2/revoke", {}),
        (YouTube, "/youtube/token", {}),
        (YouTube, "/youtube/token", {"grant_type": "refresh_token"}),
        (YouTube, "/youtube/token", {**RENEW, "client_id": "c", "client_secret": "s",
                                     "refresh_token": "bad-key"}),
        (LinkedIn, "/linkedin/oauth/v2/accessToken", {"client_id": "c", "client_secret": "s"}),
        (LinkedIn, "/linkedin/oauth/v2/introspectToken", {}),
        (TikTok, "/tiktok/v2/oauth/token/", {}),
        (TikTok, "/tiktok/v2/oauth/token/", {"client_key": "k", "client_secret": "s"}),
    ],
)  # fmt: skip
async def test_token_endpoints_refuse_as_rfc_6749_says(
    double: type[Any], path: str, form: dict[str, str]
) -> None:
    """An error and a description, 400 or 401."""
    async with _with(double) as client:
        client.headers.pop("authorization", None)
        answer = await client.post(path, data=form)
        in_query = await client.post(path, params={**RENEW, **form})
    assert answer.status_code in (400, 401)
    assert in_query.status_code in (400, 401)
    assert {"error", "error_description"} <= set(answer.json())


async def test_a_confidential_client_of_x_may_be_refused() -> None:
    """A wrong secret is unauthorized_client, another grant unsupported."""
    wrong = {"authorization": "Basic " + base64.b64encode(b"client:bad-key").decode()}
    async with _with(X) as client:
        refused = await client.post("/x/2/oauth2/token", data=RENEW, headers=wrong)
        other = await client.post(
            "/x/2/oauth2/token", data={"grant_type": "password"}, headers=BASIC
        )
        gone = await client.post("/x/2/oauth2/revoke", data={"token": "t"}, headers=BASIC)
    assert (refused.status_code, refused.json()["error"]) == (401, "unauthorized_client")
    assert other.json()["error"] == "unsupported_grant_type"
    assert gone.json() == {"revoked": True}


async def test_x_tells_its_window_in_every_answer() -> None:
    """Limit, remaining, and the moment of the reset; one call too many is a problem document."""
    async with _with(X, calls_per_15_minutes=1) as client:
        first = await client.get("/x/2/users/me", headers=_bearer("t"))
        second = await client.get("/x/2/users/me", headers=_bearer("t"))
        await asyncio.sleep(8000.0)
        expired = await client.get("/x/2/users/me", headers=_bearer("t"))
    assert first.headers["x-rate-limit-remaining"] == "0"
    assert int(first.headers["x-rate-limit-reset"]) == 1_800_000_900
    assert (second.status_code, second.json()["title"]) == (429, "Too Many Requests")
    assert expired.status_code == 401


async def test_facebook_tells_a_dead_token_with_200() -> None:
    """`is_valid` is what counts; any version of the API answers."""
    async with _with(Facebook, token_seconds=100.0) as client:
        asked = {"params": {"input_token": "t"}, "headers": APP}
        good = (await client.get(f"{V}/debug_token", **asked)).json()["data"]
        await asyncio.sleep(200.0)
        dead = await client.get("/facebook/v26.0/debug_token", **asked)
        bad = await client.get(f"{V}/debug_token", params={"input_token": "bad-key"}, headers=APP)
        none = await client.get(f"{V}/debug_token", headers=APP)
        signed = await client.get(f"{V}/debug_token", params={"input_token": "t"})
    assert good["is_valid"]
    assert good["app_id"] == "12"
    assert dead.status_code == bad.status_code == 200
    assert dead.json()["data"]["is_valid"] is bad.json()["data"]["is_valid"] is False
    assert dead.json()["data"]["error"]["code"] == 190
    assert none.json()["error"]["code"] == 100
    assert signed.json()["error"]["code"] == 190


async def test_facebooks_limit_is_told_in_percent_and_minutes() -> None:
    """The share in every answer; the minutes once it is used up."""
    async with _with(Facebook, calls_per_hour=2) as client:
        asked = {"params": {"input_token": "t"}, "headers": APP}
        answers = [await client.get(f"{V}/debug_token", **asked) for _ in range(3)]
    assert '"call_count": 50' in answers[0].headers["x-app-usage"]
    assert (
        '"estimated_time_to_regain_access": 60' in (answers[2].headers["x-business-use-case-usage"])
    )
    assert (answers[2].status_code, answers[2].json()["error"]["code"]) == (400, 4)


async def test_meta_exchanges_only_what_is_still_good() -> None:
    """Facebook's exchange and Instagram's refresh; an expired token is a 190."""
    form = {"grant_type": "fb_exchange_token", "client_id": "1", "client_secret": "s"}
    async with _with(Facebook, token_seconds=100.0) as client:
        asked = {**form, "fb_exchange_token": "t"}
        good = await client.get(f"{V}/oauth/access_token", params=asked)
        incomplete = await client.get(f"{V}/oauth/access_token", params=form)
        await asyncio.sleep(200.0)
        late = await client.get(f"{V}/oauth/access_token", params=asked)
    assert good.json()["token_type"] == "bearer"
    assert incomplete.json()["error"]["code"] == 100
    assert late.json()["error"]["error_subcode"] == 463
    async with _with(Instagram, token_seconds=100.0, calls_per_hour=4) as client:
        path, asked = "/instagram/refresh_access_token", {"access_token": "t"}
        wrong = await client.get(path, params=asked)
        fresh = await client.get(path, params={**asked, "grant_type": "ig_refresh_token"})
        me = await client.get("/instagram/v25.0/me?fields=user_id", headers=_bearer("t"))
        await asyncio.sleep(200.0)
        late = await client.get("/instagram/me", headers=_bearer("t"))
        limit = await client.get("/instagram/me", headers=_bearer("t"))
    assert wrong.json()["error"]["code"] == 100
    assert fresh.json()["expires_in"] == 100
    assert set(me.json()) == {"user_id", "id"}
    assert late.json()["error"]["code"] == 190
    assert limit.json()["error"]["code"] == 4


async def test_google_has_two_shapes_of_errors() -> None:
    """The token host's flat one, and the API's with reasons; a day's units run out."""
    async with _with(YouTube, units_per_day=1) as client:
        info = await client.get("/youtube/tokeninfo?access_token=bad-key")
        path = "/youtube/youtube/v3/channels?mine=true"
        unsigned = await client.get(f"{path}&part=id", headers=_bearer(""))
        partless = await client.get(path, headers=_bearer("t"))
        channel = await client.get(f"{path}&part=id", headers=_bearer("t"))
        no_more = await client.get(f"{path}&part=id", headers=_bearer("t"))
        lost = await client.get("/youtube/nowhere")
    assert (info.status_code, info.json()["error"]) == (400, "invalid_token")
    assert unsigned.json()["error"]["errors"][0]["reason"] == "authError"
    assert partless.status_code == 400
    assert channel.json()["items"][0]["id"].startswith("UC")
    assert no_more.json()["error"]["errors"][0]["reason"] == "quotaExceeded"
    assert lost.headers["content-type"].startswith("text/html")


async def test_linkedin_introspects_and_never_extends_a_refresh_token() -> None:
    """An expired token is told with 200; the refresh token's end stays where it was."""
    client_form = {"client_id": "c", "client_secret": "s"}
    async with _with(LinkedIn, token_seconds=100.0, refresh_seconds=1000.0) as client:
        told = []
        for token in ("t", "bad-key"):
            form = {**client_form, "token": token}
            told.append((await client.post("/linkedin/oauth/v2/introspectToken", data=form)).json())
        await asyncio.sleep(200.0)
        form = {**client_form, "token": "t"}
        late = (await client.post("/linkedin/oauth/v2/introspectToken", data=form)).json()
        empty = await client.get("/linkedin/v2/userinfo", headers=_bearer(""))
    assert [one["active"] for one in (*told, late)] == [True, False, False]
    assert late["status"] == "expired"
    assert empty.json()["serviceErrorCode"] == 65_600


async def test_tiktok_answers_in_an_envelope() -> None:
    """`error.code` is ok when it is; limits and dead tokens have their codes."""
    path = "/tiktok/v2/user/info/?fields=open_id"
    async with _with(TikTok, calls_per_minute=1) as client:
        good = await client.get(path, headers=_bearer("t"))
        limited = await client.get(path, headers=_bearer("t"))
        refused = await client.get(path, headers=_bearer("bad-key"))
    assert good.json()["error"]["code"] == "ok"
    assert set(good.json()["data"]["user"]) == {"open_id"}
    assert limited.json()["error"]["code"] == "rate_limit_exceeded"
    assert refused.json()["error"]["code"] == "access_token_invalid"


@pytest.mark.parametrize("double", [Facebook, Instagram, LinkedIn, TikTok, X, YouTube])
async def test_every_documented_error_can_be_played(double: type[Any]) -> None:
    """Each status with each of its codes, and one that is not listed."""
    provider = double(clock=jumping_clock())
    async with inside(providers=[provider]) as client:
        for operation in provider.operations:
            for status in (400, 401, 402, 403, 404, 422, 426, 429, 500, 503):
                for code in provider.codes(status) or (None,):
                    await play(
                        client, provider.name, kind="error", status=status, code=code,
                        operation=operation.name,
                    )  # fmt: skip
                    path = f"/{provider.name}{operation.path}".replace("{version}", "v25.0")
                    answer = await client.request(operation.method, path)
                    assert answer.status_code == status
                    assert "error" in answer.json() or "status" in answer.json()
        lost = await client.get(f"/{provider.name}/a/b/c/d")
        assert lost.status_code == 404


async def test_only_so_many_grants_are_kept() -> None:
    """The oldest tokens are forgotten."""
    grants = Grants(10.0, 10.0, jumping_clock())
    call = Call("x", "token", 1, 7, "POST", "/", {}, {}, {})
    for number in range(MOST_GRANTS + 5):
        assert grants.of_access(f"access-{number}")
        assert grants.renew(call, f"refresh-{number}")
    assert len(grants._by_access) == len(grants._by_refresh) == MOST_GRANTS
