"""Charts agree with themselves and with each other, whatever the time and the place."""

import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from holdfast.simulator.providers.prokerala.chart import (
    Birth,
    birth_details,
    kundli,
    planet_positions,
)
from holdfast.simulator.providers.prokerala.sky import AYANAMSA_J2000
from holdfast.simulator.providers.prokerala.zodiac import NAKSHATRA_LORDS, NAKSHATRAS, RASIS

DEFAULT_IDS = [0, 1, 2, 3, 4, 5, 6, 100, 101, 102]
SUN, MOON, MERCURY, VENUS, ASCENDANT, RAHU, KETU = 0, 1, 2, 3, 100, 101, 102

zones = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
births = st.builds(
    Birth,
    moment=st.datetimes(timezones=zones),
    latitude=st.floats(-90, 90),
    longitude=st.floats(-180, 180),
    ayanamsa=st.sampled_from(sorted(AYANAMSA_J2000)),
)


def by_id(birth: Birth) -> dict[int, dict[str, Any]]:
    """The planets of a chart by their ids."""
    return {planet["id"]: planet for planet in planet_positions(birth)["planet_position"]}


def apart(a: dict[str, Any], b: dict[str, Any]) -> float:
    """Degrees between two planets, 0 to 180."""
    return float(abs((a["longitude"] - b["longitude"] + 180) % 360 - 180))


@given(births)
def test_the_set_of_planets_is_complete(birth: Birth) -> None:
    """Ten default ids, each once, each at a longitude of its own circle."""
    planets = planet_positions(birth)["planet_position"]
    assert [planet["id"] for planet in planets] == DEFAULT_IDS
    assert all(0 <= planet["longitude"] < 360 for planet in planets)


@given(births)
def test_degree_sign_and_house_follow_from_the_longitude(birth: Birth) -> None:
    """Degree is longitude modulo 30, the sign its twelfth, the house counts from the ascendant."""
    planets = by_id(birth)
    rising = planets[ASCENDANT]["rasi"]["id"]
    for planet in planets.values():
        sign = math.floor(planet["longitude"] / 30)
        name, lord = RASIS[sign]
        assert math.isclose(planet["degree"], planet["longitude"] % 30, abs_tol=1e-3)
        assert (planet["rasi"]["id"], planet["rasi"]["name"]) == (sign, name)
        assert planet["rasi"]["lord"]["name"] == lord
        assert planet["position"] == (sign - rising) % 12 + 1


@given(births)
def test_the_sky_keeps_its_laws(birth: Birth) -> None:
    """Nodes are opposite and go back, Sun and Moon never do, inner planets stay near the Sun."""
    planets = by_id(birth)
    assert math.isclose(apart(planets[RAHU], planets[KETU]), 180, abs_tol=0.1)
    assert planets[RAHU]["is_retrograde"]
    assert planets[KETU]["is_retrograde"]
    assert not planets[SUN]["is_retrograde"]
    assert not planets[MOON]["is_retrograde"]
    assert apart(planets[MERCURY], planets[SUN]) <= 28.5
    assert apart(planets[VENUS], planets[SUN]) <= 48


@given(births)
def test_details_agree_with_the_positions(birth: Birth) -> None:
    """Mansion, quarter and signs of the details are those of Moon and Sun."""
    planets, details = by_id(birth), birth_details(birth)
    moon, sun = planets[MOON]["longitude"], planets[SUN]["longitude"]
    mansion = details["nakshatra"]
    assert mansion["id"] == math.floor(moon / (360 / 27))
    assert mansion["pada"] == math.floor(moon / (360 / 108)) % 4 + 1
    assert mansion["name"] == NAKSHATRAS[mansion["id"]].name
    assert mansion["lord"]["name"] == NAKSHATRA_LORDS[mansion["id"] % 9]
    assert details["chandra_rasi"]["id"] == math.floor(moon / 30)
    assert details["soorya_rasi"]["id"] == math.floor(sun / 30)
    assert kundli(birth)["nakshatra_details"] == details


def test_the_sky_is_near_the_real_one() -> None:
    """At an equinox the Sun enters Aries, and at a known new moon it meets the Moon."""
    equinox = Birth(datetime(2024, 3, 20, 3, 6, tzinfo=UTC), 0, 0, 1)
    assert birth_details(equinox)["zodiac"]["name"] in {"Pisces", "Aries"}
    lahiri_2024 = 24.19
    assert math.isclose(by_id(equinox)[SUN]["longitude"], 360 - lahiri_2024, abs_tol=0.1)
    eclipse = by_id(Birth(datetime(2024, 4, 8, 18, 21, tzinfo=UTC), 0, 0, 1))
    assert apart(eclipse[SUN], eclipse[MOON]) < 1
    assert min(apart(eclipse[SUN], eclipse[node]) for node in (RAHU, KETU)) < 18
