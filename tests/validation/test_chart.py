"""Whether a birth chart is complete and agrees with itself."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.validation import zodiac
from holdfast.validation.chart import (
    judge_agreement,
    judge_birth_details,
    judge_planet_positions,
)
from tests.validation.charts import LONGITUDES, details, positions

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 400) | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["planet_position", "nakshatra", "id", "name", "lord", "longitude"]),
            inner,
        )
    ),
    max_leaves=12,
)


def spoil(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """*document* with the value at *path* (dots; digits index lists) replaced."""
    *parents, last = (int(step) if step.isdecimal() else step for step in path.split("."))
    place: Any = document
    for step in parents:
        place = place[step]
    place[last] = value
    return document


def test_a_good_chart_passes() -> None:
    """Both answers, and the two together."""
    verdicts = (
        judge_birth_details(details()),
        judge_planet_positions(positions()),
        judge_agreement(details(), positions()),
    )
    assert [(v.judgement, v.reason, v.method) for v in verdicts] == [("pass", "", "chart")] * 3


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("nakshatra.id", 27, "nakshatra.id is 27, 0 to 26 expected"),
        ("nakshatra.id", True, "nakshatra.id is True, 0 to 26 expected"),
        ("nakshatra.name", "Ardra", "nakshatra 22 is called 'Ardra', which is 5"),
        ("nakshatra.name", "", "nakshatra.name is '', a text expected"),
        ("nakshatra.pada", 5, "nakshatra.pada is 5, 1 to 4 expected"),
        ("nakshatra.lord.id", 0, "nakshatra 22 has lord 0, 4 expected"),
        ("chandra_rasi.id", 12, "chandra_rasi.id is 12, 0 to 11 expected"),
        ("soorya_rasi.lord.name", None, "soorya_rasi.lord.name is None, a text expected"),
        ("zodiac.name", " ", "zodiac.name is ' ', a text expected"),
        ("additional_info.nadi", 3, "additional_info.nadi is 3, a text expected"),
    ],
)
def test_each_fault_in_details_has_its_reason(path: str, value: Any, reason: str) -> None:
    """The reason names the place, the value and what was expected."""
    verdict = judge_birth_details(spoil(details(), path, value))
    assert (verdict.judgement, verdict.reason) == ("fail", reason)


@pytest.mark.parametrize("name", ["dhanishta", "Dhanishta", "DHANISHTA", "அவிட்டம்", "Dhanistha"])
def test_only_the_name_of_another_mansion_is_wrong(name: str) -> None:
    """Other languages and spellings that we do not know are not faults."""
    assert judge_birth_details(spoil(details(), "nakshatra.name", name)).judgement == "pass"


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("Ashwini", 0),
        ("Purva Phalguni", 10),
        ("Jyeshtha", 17),
        ("Purva Ashadha", 19),
        ("Revati", 26),
        ("Mesha", None),
    ],
)
def test_mansions_are_known_by_their_usual_spellings(name: str, number: int | None) -> None:
    """The list is in order, and variants mean the same."""
    assert zodiac.nakshatra_id(name) == number


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("longitude", 360.0, "P0 is at longitude 360, 0 to 360 expected"),
        ("longitude", "32", "P0 lacks longitude, degree, position, rasi.id or is_retrograde"),
        ("degree", 13.7384, "P0 is at degree 13.7384, longitude 32.2384 says 2.2384"),
        ("rasi.id", 4, "P0 is in rasi 4, longitude 32.2384 says 1"),
        ("position", 13, "P0 is in position 13, 1 to 12 expected"),
        ("is_retrograde", True, "P0 is retrograde, which it never is"),
        ("is_retrograde", None, "P0 lacks longitude, degree, position, rasi.id or is_retrograde"),
        ("name", "", "a planet has id 0 and name ''"),
    ],
)
def test_each_fault_in_a_planet_has_its_reason(path: str, value: Any, reason: str) -> None:
    """Numbers that contradict each other are told with both."""
    verdict = judge_planet_positions(spoil(positions(), f"planet_position.0.{path}", value))
    assert verdict.judgement == "fail"
    assert reason in verdict.reason.split("; ")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({101: 280.0}, "Rahu and Ketu are 170.30 degrees apart, 180 expected"),
        ({2: 70.0}, "Mercury is 37.76 degrees from the Sun, at most 28.5 possible"),
        ({3: 340.0}, "Venus is 52.24 degrees from the Sun, at most 48.0 possible"),
        ({7: 1.0}, "planets that were not asked for: ids [7]"),
    ],
)
def test_a_sky_that_cannot_be_fails(changed: dict[int, float], reason: str) -> None:
    """What astronomy does not allow is not a chart."""
    verdict = judge_planet_positions(positions(LONGITUDES | changed))
    assert (verdict.judgement, verdict.reason) == ("fail", reason)


def test_missing_and_repeated_planets_are_counted() -> None:
    """An incomplete set says which ones."""
    few = {number: where for number, where in LONGITUDES.items() if number not in (2, 102)}
    document = positions(few)
    document["planet_position"].append(document["planet_position"][0])
    assert judge_planet_positions(document).reason == (
        "2 of 10 planets are missing: ids [2, 102]; planets come more than once: ids [0]"
    )


def test_the_planets_asked_for_are_the_planets_expected() -> None:
    """A smaller question has a smaller complete answer."""
    verdict = judge_planet_positions(positions({0: 1.0, 9: 2.0}), expected=[0, 9])
    assert verdict.judgement == "pass"


@pytest.mark.parametrize("data", [{}, {"planet_position": []}, None, []])
def test_no_planets_at_all_is_one_plain_reason(data: Any) -> None:
    """An empty success says so, not ten faults."""
    assert judge_planet_positions(data).reason == "no planets, 10 expected"


def test_many_faults_are_told_briefly() -> None:
    """Three, and how many more."""
    assert judge_birth_details({}).reason == (
        "nakshatra.id is None, 0 to 26 expected; chandra_rasi.id is None, 0 to 11 expected; "
        "soorya_rasi.id is None, 0 to 11 expected; and 20 more"
    )


def test_an_ascendant_elsewhere_is_a_doubt() -> None:
    """Whether position means house is not documented, so it warns."""
    document = positions()
    document["planet_position"][7]["position"] = 3
    verdict = judge_planet_positions(document)
    assert (verdict.judgement, verdict.reason) == (
        "warn",
        "the ascendant is in position 3, 1 expected",
    )


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("nakshatra.id", 3, "nakshatra.id is 3, longitude 295.5000 says 22"),
        ("nakshatra.pada", 4, "nakshatra.pada is 4, longitude 295.5000 says 1"),
        ("chandra_rasi.id", 0, "chandra_rasi.id is 0, longitude 295.5000 says 9"),
        ("soorya_rasi.id", 0, "soorya_rasi.id is 0, longitude 32.2384 says 1"),
    ],
)
def test_answers_that_disagree_fail(path: str, value: Any, reason: str) -> None:
    """Two answers for one birth must put Moon and Sun in the same places."""
    verdict = judge_agreement(spoil(details(), path, value), positions())
    assert (verdict.judgement, verdict.reason) == ("fail", reason)


def test_agreement_needs_moon_and_sun() -> None:
    """Without them nothing can be compared."""
    verdict = judge_agreement(details(), positions({2: 1.0}))
    assert verdict.reason == "the positions of Moon and Sun are needed, and are not there"


@given(moon=st.floats(0, 359.99), sun=st.floats(0, 359.99))
def test_answers_from_one_sky_agree_however_they_are_rounded(moon: float, sun: float) -> None:
    """Rounding at a border never makes two honest answers disagree."""
    rounded = positions({zodiac.MOON: round(moon, 2) % 360, zodiac.SUN: round(sun, 2) % 360})
    assert judge_agreement(details(moon, sun), rounded).judgement == "pass"


@given(data=JSON)
def test_no_document_breaks_the_judges(data: Any) -> None:
    """A validator never raises, whatever the provider sent."""
    for judge in (judge_birth_details, judge_planet_positions):
        assert judge(data).judgement == "fail"
    assert judge_agreement(data, data).judgement == "fail"
