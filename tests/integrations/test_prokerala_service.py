"""Prokerala as a service: kundli, images, agreement of answers, credits and health."""

from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

import jwt
import pytest

from holdfast.errors import InvalidRequest, QuotaExhausted, SemanticError
from holdfast.events import Usage
from holdfast.integrations.access import ServiceHealth
from holdfast.integrations.prokerala import PROKERALA
from holdfast.integrations.prokerala_births import Births
from holdfast.integrations.prokerala_client import Prokerala
from holdfast.integrations.prokerala_records import Ayanamsa, Birth
from holdfast.integrations.prokerala_token import Account, RateLimit, account
from holdfast.simulator.providers import Prokerala as Simulated
from tests.integrations import simulated_port
from tests.integrations.simulated_port import simulator

pytestmark = pytest.mark.real_time

SECRET = "made-up-client-secret"
KEYS = {"PROKERALA_CLIENT_ID": "client", "PROKERALA_CLIENT_SECRET": SECRET}
BIRTH = Birth(datetime.fromisoformat("1990-05-17T08:20:00+05:30"), 10.2, 78.1)
OTHER = Birth(datetime.fromisoformat("2001-11-03T21:05:00+01:00"), 48.1, 11.6)


def stage(url: str) -> Any:
    """Prokerala's access to the simulator."""
    return simulated_port.stage(PROKERALA, url, KEYS)


async def test_a_kundli_is_typed_and_its_details_are_the_births(url: str) -> None:
    """The mansion is the one that birth details tell, and every yoga says something."""
    async with stage(url) as on:
        prokerala = Prokerala.over(on.access)
        kundli = await prokerala.kundli(BIRTH)
        details = await prokerala.birth_details(BIRTH)
    assert kundli.details.nakshatra == details.nakshatra
    assert "Manglik" in kundli.mangal_dosha
    assert all(yoga.name and yoga.description for yoga in kundli.yogas)
    assert [call.usage and call.usage.amount for call in on.client.calls] == [0.0, 20.0, 10.0]


@pytest.mark.parametrize("style", ["north-indian", "south-indian", "east-indian"])
async def test_a_chart_is_an_image_that_may_be_shown(url: str, style: Any) -> None:
    """SVG with all ten bodies in it; charged like the others."""
    async with stage(url) as on:
        image = await Prokerala.over(on.access).chart(
            BIRTH, chart_type="navamsa", chart_style=style
        )
    texts = [node.text for node in ET.fromstring(image.svg).iter() if node.tag.endswith("text")]  # noqa: S314
    assert {"Su", "Mo", "Ra", "Ke", "As"} <= set(texts)
    assert len(texts) == 12 + 10
    assert "<svg" not in repr(image)
    assert on.told == [("token", "succeeded", None), ("chart", "succeeded", None)]
    assert on.client.calls[1].usage == Usage("credits", 15.0)


async def test_details_and_positions_of_one_birth_agree(url: str) -> None:
    """Other births, other ayanamsas and a choice of planets are no contradiction."""
    async with stage(url) as on:
        prokerala = Prokerala.over(on.access)
        both = await prokerala.birth_chart(BIRTH)
        await prokerala.birth_chart(OTHER)
        await prokerala.planet_positions(BIRTH, ayanamsa=Ayanamsa.RAMAN)
        await prokerala.planet_positions(BIRTH, planets=(0, 4))
        await prokerala.kundli(BIRTH)
    assert both.details.moon_sign.id == both.positions.planets[1].sign.id
    assert {outcome for _, outcome, _ in on.told} == {"succeeded"}


@pytest.mark.parametrize("first", ["details", "kundli"])
async def test_answers_that_contradict_each_other_are_wrong(url: str, first: str) -> None:
    """Each is good by itself. It is not paid for again, and both halves are forgotten."""
    async with stage(url) as on:
        prokerala = Prokerala.over(on.access)
        ask = prokerala.birth_details if first == "details" else prokerala.kundli
        await ask(BIRTH)
        await on.play("contradicting_chart")
        with pytest.raises(SemanticError, match=r"chandra_rasi\.id is \d+, longitude .* says"):
            await prokerala.planet_positions(BIRTH)
        alone = await prokerala.planet_positions(BIRTH)
        await on.behave()
        with pytest.raises(SemanticError, match=r"chandra_rasi\.id"):
            await ask(BIRTH)
        await prokerala.birth_chart(BIRTH)
    assert len(alone.planets) == 10
    outcomes = [(outcome, error) for _, outcome, error in on.told[2:]]
    assert outcomes == [
        ("failed", "SemanticError"),
        ("succeeded", None),
        ("failed", "SemanticError"),
        ("succeeded", None),
        ("succeeded", None),
    ]
    assert {call.attempts for call in on.client.calls} == {1}


@pytest.mark.parametrize(
    ("method", "kind", "words"),
    [
        ("birth_details", "empty_success", "nakshatra.id is None"),
        ("birth_details", "incomplete_chart", "chandra_rasi|is called"),
        ("planet_positions", "empty_success", "no planets, 10 expected"),
        ("planet_positions", "incomplete_chart", "planets are missing|is at degree"),
        ("kundli", "empty_success", "nakshatra.id is None"),
        ("kundli", "incomplete_chart", "chandra_rasi|is called"),
        ("chart", "empty_success", "no XML"),
        ("chart", "empty_image", "the image has no text in it"),
        ("chart", "unsafe_image", "<script> is in the image"),
        ("chart", "malformed", "no XML"),
    ],
)
async def test_status_200_is_not_enough(url: str, method: str, kind: str, words: str) -> None:
    """What is empty, incomplete or unfit to be shown is no chart."""
    async with stage(url) as on:
        prokerala = Prokerala.over(on.access)
        await prokerala.account()
        await on.play(kind)
        with pytest.raises(SemanticError, match=words):
            await getattr(prokerala, method)(BIRTH)


async def test_a_type_of_chart_that_is_unknown_is_the_callers_mistake(url: str) -> None:
    """It is told, and does not count against the provider."""
    async with stage(url) as on:
        with pytest.raises(InvalidRequest, match="1001: Invalid chart_type"):
            await Prokerala.over(on.access).chart(BIRTH, chart_type="no-such")


async def test_health_tells_the_credits_and_costs_none() -> None:
    """Each check asks for a new token, which is free; an empty account is unhealthy."""
    with simulator([Simulated(credit_limit=10, requests_per_minute=5, sandbox=True)]) as url:
        async with stage(url) as on:
            prokerala = Prokerala.over(on.access)
            full = await prokerala.health()
            first = await prokerala.account()
            day = Birth(datetime.fromisoformat("1990-01-01T08:20:00+05:30"), 10.2, 78.1)
            await prokerala.birth_details(day)
            empty = await prokerala.health()
            with pytest.raises(QuotaExhausted):
                await prokerala.birth_details(day)
            await on.play("error", status=500)
            down = await prokerala.health()
    sandbox = "(sandbox: births on 1 January only)"
    assert full == ServiceHealth("healthy", "token", f"10 credits are left {sandbox}")
    assert empty == ServiceHealth("unhealthy", "token", f"0 credits are left {sandbox}")
    assert down.state == "unhealthy"
    assert first == Account(10.0, is_sandbox=True, rate_limits=(RateLimit(5, 60.0),))
    assert on.client.calls[0].usage == Usage("credits", 0.0, remaining=10.0)
    assert SECRET not in f"{on.access!r} {on.client.facts} {full} {down}"


@pytest.mark.parametrize(
    "token",
    ["", "opaque", "a.b.c", "a.!!!.c", None, jwt.encode({"credits_remaining": "many"}, "k" * 32)],
)
def test_a_token_that_tells_nothing_is_no_error(token: object) -> None:
    """Its form is the provider's own affair."""
    assert account(token) == Account(None, is_sandbox=False, rate_limits=())


async def test_an_opaque_token_is_healthy_without_credits(url: str) -> None:
    """What is not known is said."""
    async with stage(url) as on:
        prokerala = Prokerala.over(on.access)
        prokerala.account = _unknown  # type: ignore[method-assign]
        found = await prokerala.health()
    assert found == ServiceHealth("healthy", "token", "the token does not tell the credits")


async def _unknown() -> Account:
    return account("opaque")


def test_only_the_last_births_are_remembered() -> None:
    """The oldest goes when there is no room."""
    births = Births(most=2)
    for number in range(3):
        query = {"ayanamsa": "1", "coordinates": str(number), "datetime": "now"}
        births.remember(query, "details", {})
    assert len(births._told) == 2
    assert "now" not in str(births._told)
