"""Prokerala's wire format: token, envelope, parameters, credits, limits."""

from typing import Any

import jwt
import pytest

from holdfast.simulator.providers import Prokerala
from holdfast.simulator.providers.prokerala.tokens import MOST_TOKENS, Tokens
from tests.jumping_time import jumping_clock
from tests.simulator.calls import BIRTH, DETAILS, FORM, PLANETS, chart, inside, token

KUNDLI = "/prokerala/v2/astrology/kundli"


async def test_the_token_is_a_jwt_that_tells_credits_and_limits() -> None:
    """The claims can be read without a key; the token is good for an hour."""
    async with inside() as client:
        grant = (await client.post("/prokerala/token", data=FORM)).json()
    assert grant["token_type"] == "Bearer"
    assert grant["expires_in"] == 3600
    claims = jwt.decode(grant["access_token"], options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 3600
    assert claims["rate_limits"][0]["interval"] == 60
    assert {"credits_remaining", "is_sandbox", "scopes"} <= set(claims)


@pytest.mark.parametrize("name", sorted(FORM))
async def test_credentials_belong_into_the_form(name: str) -> None:
    """A missing field is a 1002 that names it, and so are credentials in the query."""
    form = {key: value for key, value in FORM.items() if key != name}
    async with inside() as client:
        refused = await client.post("/prokerala/token", data=form, params=FORM)
        in_query = await client.post("/prokerala/token", params=FORM)
    assert refused.status_code == 400
    error = refused.json()["errors"][0]
    assert (error["code"], error["source"]) == ("1002", {"parameter": f"/{name}"})
    assert in_query.status_code == 400


async def test_wrong_credentials_and_grants_are_refused() -> None:
    """A secret that is known to be bad is a 401, another grant type a 400."""
    async with inside() as client:
        bad = {**FORM, "client_secret": "bad-key"}
        assert (await client.post("/prokerala/token", data=bad)).status_code == 401
        other = {**FORM, "grant_type": "password"}
        assert (await client.post("/prokerala/token", data=other)).status_code == 400


async def test_a_chart_answers_in_the_envelope() -> None:
    """Status ok, ten planets, and the price of the call in a header."""
    async with inside() as client:
        answer = await chart(client)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-api-credits"] == "10"
    document = answer.json()
    assert document["status"] == "ok"
    assert len(document["data"]["planet_position"]) == 10


async def test_planets_can_be_chosen() -> None:
    """The outer planets come when asked for, in the order of their ids."""
    async with inside() as client:
        answer = await chart(client, params={**BIRTH, "planets": "100,9,0"})
        refused = await chart(client, params={**BIRTH, "planets": "0,11"})
    assert [p["id"] for p in answer.json()["data"]["planet_position"]] == [0, 9, 100]
    assert refused.status_code == 400


async def test_details_and_kundli_have_every_documented_part() -> None:
    """No documented key is missing, and no text in them is empty."""
    async with inside() as client:
        details = (await chart(client, DETAILS)).json()["data"]
        kundli = (await chart(client, KUNDLI)).json()["data"]
    parts = {"nakshatra", "chandra_rasi", "soorya_rasi", "zodiac", "additional_info"}
    assert set(details) == parts
    assert kundli["nakshatra_details"] == details
    assert len(details["additional_info"]) == 12
    assert all(details["additional_info"].values())
    assert set(kundli["mangal_dosha"]) == {"has_dosha", "description"}
    assert len(kundli["yoga_details"]) == 4


@pytest.mark.parametrize("name", sorted(BIRTH))
async def test_a_missing_parameter_is_a_1002(name: str) -> None:
    """The error names the parameter in its source."""
    params = {key: value for key, value in BIRTH.items() if key != name}
    async with inside() as client:
        refused = await chart(client, params=params)
    assert refused.status_code == 400
    document = refused.json()
    assert document["status"] == "error"
    error = document["errors"][0]
    assert (error["code"], error["source"]) == ("1002", {"parameter": f"/{name}"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ayanamsa", "2"),
        ("coordinates", "10.21"),
        ("coordinates", "91,0"),
        ("coordinates", "0,nan"),
        ("coordinates", "here,there"),
        ("datetime", "yesterday"),
        ("datetime", "2004-02-12T15:19:21"),
        ("datetime", "2004-02-12T15:19:21 05:30"),
        ("la", "xx"),
    ],
)
async def test_a_wrong_parameter_is_a_1001(name: str, value: str) -> None:
    """A value that cannot be understood, such as a plus sign lost on the way, is refused."""
    async with inside() as client:
        refused = await chart(client, params={**BIRTH, name: value})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["code"] == "1001"


async def test_a_call_without_a_good_token_is_a_401() -> None:
    """No token, a made-up one and another scheme are refused with code 643."""
    async with inside() as client:
        for header in ("", "Bearer made.up.token", "Basic abc"):
            headers = {"authorization": header}
            refused = await client.get(PLANETS, params=BIRTH, headers=headers)
            assert refused.status_code == 401
            assert refused.json()["errors"][0]["code"] == "643"


async def test_a_token_expires() -> None:
    """After its time a token is a 401, and a new one works."""
    clock = jumping_clock()
    now = [0.0]
    moved = clock._replace(wall=lambda: clock.wall() + now[0])
    provider = Prokerala(token_seconds=60, clock=moved)
    async with inside(providers=[provider]) as client:
        headers = await token(client)
        assert (await client.get(PLANETS, params=BIRTH, headers=headers)).status_code == 200
        now[0] = 60
        assert (await client.get(PLANETS, params=BIRTH, headers=headers)).status_code == 401
        assert (await chart(client)).status_code == 200


async def test_credits_run_out() -> None:
    """Each call costs; without credits the answer is 403, and the next token says so."""
    async with inside(providers=[Prokerala(credit_limit=15)]) as client:
        statuses = [(await chart(client)).status_code for _ in range(2)]
        grant = (await client.post("/prokerala/token", data=FORM)).json()
    claims = jwt.decode(grant["access_token"], options={"verify_signature": False})
    assert statuses == [200, 403]
    assert claims["credits_remaining"] == 5


async def test_the_free_plan_allows_five_calls_a_minute() -> None:
    """The sixth call is a 429 that names the limit, also when the others were bad requests."""
    async with inside(providers=[Prokerala(requests_per_minute=5)]) as client:
        for _ in range(5):
            assert (await chart(client, params={})).status_code == 400
        refused = await chart(client)
    assert refused.status_code == 429
    assert "5 requests per 60 seconds" in refused.json()["errors"][0]["detail"]


async def test_a_sandbox_knows_only_the_first_of_january() -> None:
    """Any other day is a 1004."""
    async with inside(providers=[Prokerala(sandbox=True)]) as client:
        new_year = {**BIRTH, "datetime": "1999-01-01T08:00:00+05:30"}
        assert (await chart(client, params=new_year)).status_code == 200
        refused = await chart(client)
    assert refused.json()["errors"][0]["code"] == "1004"


async def test_errors_are_the_same_for_the_same_seed() -> None:
    """Even an error's id is decided by seed and call number."""
    ids: list[Any] = []
    for seed in (1, 1, 2):
        async with inside(seed) as client:
            ids.append((await client.get("/prokerala/nowhere")).json()["id"])
    assert ids[0] == ids[1] != ids[2]


def test_tokens_are_bounded() -> None:
    """The oldest of more than a thousand tokens is forgotten, the newest is good."""
    tokens = Tokens()
    first, *_, last = [tokens.issue({"exp": 10.0, "jti": n}) for n in range(MOST_TOKENS + 1)]
    assert not tokens.good(first, now_unix_seconds=0.0)
    assert tokens.good(last, now_unix_seconds=0.0)


@pytest.mark.parametrize(
    ("change", "status", "parameter"),
    [
        ({}, 200, ""),
        ({"format": "png"}, 400, "/format"),
        ({"chart_type": "no-such"}, 400, "/chart_type"),
        ({"chart_style": "western"}, 400, "/chart_style"),
    ],
)
async def test_a_chart_is_svg(change: dict[str, str], status: int, parameter: str) -> None:
    """The one endpoint that answers with no JSON; what it does not draw is a 400."""
    how = {"format": "svg", "chart_type": "rasi", "chart_style": "north-indian", **change}
    async with inside() as client:
        answer = await chart(client, "/prokerala/v2/astrology/chart", {**BIRTH, **how})
    assert answer.status_code == status
    if status == 200:
        assert answer.headers["content-type"] == "image/svg+xml"
        assert answer.headers["x-api-credits"] == "15"
    else:
        assert answer.json()["errors"][0]["source"] == {"parameter": parameter}
