"""Whether a birth chart is complete and agrees with itself, and two answers with each other.

The arguments are the ``data`` of the answers of Prokerala's birth-details and planet-position.
Nothing here knows where the planets really were: a chart for another birth passes.
"""

import math
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from holdfast.events import Verdict
from holdfast.validation import zodiac
from holdfast.validation.verdict import failed, passed, warned

METHOD = "chart"

BORDER_DEGREES = 0.02
"""Within this of a border either side is accepted: providers round."""

NODE_DEGREES = 0.1
"""How far Rahu and Ketu may be from exactly opposite."""

_MOST_TOLD = 3
_PADAS = range(1, 5)
_HOUSES = range(1, 13)
_INFO = (
    *("deity", "ganam", "symbol", "animal_sign", "nadi", "color", "best_direction"),
    *("syllables", "birth_stone", "gender", "planet", "enemy_yoni"),
)


class Planet(NamedTuple):
    """One entry of a chart; *longitude* and *degree* (within the sign) in degrees."""

    id: int
    name: str
    longitude: float
    degree: float
    position: int
    rasi: int
    is_retrograde: bool


def judge_birth_details(data: object) -> Verdict:
    """Everything promised is there; the mansion's name, quarter and lord belong to it."""
    return _verdict([*_nakshatra_faults(data), *_detail_faults(data)])


def judge_planet_positions(
    data: object, *, expected: Collection[int] = zodiac.DEFAULT_PLANETS
) -> Verdict:
    """The *expected* planet ids are there once each, and every number agrees with the others."""
    entries = _at(data, "planet_position")
    if not isinstance(entries, list) or not entries:
        return failed(METHOD, f"no planets, {len(expected)} expected")
    read = [_planet(entry) for entry in entries]
    faults = [planet for planet in read if isinstance(planet, str)]
    planets = [planet for planet in read if isinstance(planet, Planet)]
    faults += [*_set_faults(planets, expected), *_sky_faults(planets)]
    faults += [fault for planet in planets for fault in _planet_faults(planet)]
    rising = next((planet for planet in planets if planet.id == zodiac.ASCENDANT), None)
    if not faults and rising is not None and rising.position != 1:
        return warned(METHOD, f"the ascendant is in position {rising.position}, 1 expected")
    return _verdict(faults)


def judge_agreement(details: object, positions: object) -> Verdict:
    """Both answers put Moon and Sun into the same mansion, quarter and signs."""
    entries = _at(positions, "planet_position")
    read = [_planet(entry) for entry in entries] if isinstance(entries, list) else []
    longitudes = {planet.id: planet.longitude for planet in read if isinstance(planet, Planet)}
    moon, sun = longitudes.get(zodiac.MOON), longitudes.get(zodiac.SUN)
    if moon is None or sun is None:
        return failed(METHOD, "the positions of Moon and Sun are needed, and are not there")
    quarters = {cell % 4 + 1 for cell in zodiac.cell(moon, zodiac.PADA_DEGREES, BORDER_DEGREES)}
    mansions = zodiac.cell(moon, zodiac.NAKSHATRA_DEGREES, BORDER_DEGREES)
    told = (
        ("nakshatra.id", _at(details, "nakshatra", "id"), mansions, moon),
        ("nakshatra.pada", _at(details, "nakshatra", "pada"), quarters, moon),
        ("chandra_rasi.id", _at(details, "chandra_rasi", "id"), _signs(moon), moon),
        ("soorya_rasi.id", _at(details, "soorya_rasi", "id"), _signs(sun), sun),
    )
    return _verdict(
        [
            f"{name} is {value!r}, longitude {longitude:.4f} says {_either(right)}"
            for name, value, right, longitude in told
            if value not in right
        ]
    )


def _nakshatra_faults(data: object) -> Iterator[str]:
    number, name = _at(data, "nakshatra", "id"), _at(data, "nakshatra", "name")
    if not _is_id(number, 27):
        yield f"nakshatra.id is {number!r}, 0 to 26 expected"
        return
    if isinstance(name, str) and zodiac.nakshatra_id(name) not in (None, number):
        yield f"nakshatra {number} is called {name!r}, which is {zodiac.nakshatra_id(name)}"
    pada, lord = _at(data, "nakshatra", "pada"), _at(data, "nakshatra", "lord", "id")
    if pada not in _PADAS:
        yield f"nakshatra.pada is {pada!r}, 1 to 4 expected"
    if lord != zodiac.LORDS[number % 9]:
        yield f"nakshatra {number} has lord {lord!r}, {zodiac.LORDS[number % 9]} expected"


def _detail_faults(data: object) -> Iterator[str]:
    for sign in ("chandra_rasi", "soorya_rasi", "zodiac"):
        number = _at(data, sign, "id")
        if not _is_id(number, 12):
            yield f"{sign}.id is {number!r}, 0 to 11 expected"
    named = [(part, "name") for part in ("nakshatra", "chandra_rasi", "soorya_rasi", "zodiac")]
    lords = [(part, "lord", "name") for part in ("nakshatra", "chandra_rasi", "soorya_rasi")]
    for path in (*named, *lords, *(("additional_info", name) for name in _INFO)):
        value = _at(data, *path)
        if not isinstance(value, str) or not value.strip():
            yield f"{'.'.join(path)} is {value!r}, a text expected"


def _set_faults(planets: list[Planet], expected: Collection[int]) -> Iterator[str]:
    found = [planet.id for planet in planets]
    missing = sorted(set(expected) - set(found))
    twice = sorted({number for number in found if found.count(number) > 1})
    more = sorted(set(found) - set(expected))
    if missing:
        yield f"{len(missing)} of {len(expected)} planets are missing: ids {missing}"
    if twice:
        yield f"planets come more than once: ids {twice}"
    if more:
        yield f"planets that were not asked for: ids {more}"


def _planet_faults(planet: Planet) -> Iterator[str]:
    name, longitude = planet.name, planet.longitude
    if not 0 <= longitude < 360:
        yield f"{name} is at longitude {longitude:g}, 0 to 360 expected"
        return
    within = longitude % zodiac.SIGN_DEGREES
    if abs(planet.degree - within) > BORDER_DEGREES:
        yield f"{name} is at degree {planet.degree:g}, longitude {longitude:g} says {within:g}"
    if planet.rasi not in _signs(longitude):
        right = _either(_signs(longitude))
        yield f"{name} is in rasi {planet.rasi}, longitude {longitude:g} says {right}"
    if planet.position not in _HOUSES:
        yield f"{name} is in position {planet.position}, 1 to 12 expected"


def _sky_faults(planets: list[Planet]) -> Iterator[str]:
    by_id = {planet.id: planet for planet in planets}
    for number in (zodiac.SUN, zodiac.MOON):
        if number in by_id and by_id[number].is_retrograde:
            yield f"{by_id[number].name} is retrograde, which it never is"
    sun, rahu, ketu = (by_id.get(n) for n in (zodiac.SUN, zodiac.RAHU, zodiac.KETU))
    if rahu and ketu:
        between = zodiac.apart(rahu.longitude, ketu.longitude)
        if between < 180 - NODE_DEGREES:
            yield f"Rahu and Ketu are {between:.2f} degrees apart, 180 expected"
    for number, (name, furthest) in zodiac.FURTHEST_FROM_SUN.items():
        planet = by_id.get(number)
        if sun and planet:
            between = zodiac.apart(planet.longitude, sun.longitude)
            if between > furthest:
                yield f"{name} is {between:.2f} degrees from the Sun, at most {furthest} possible"


def _planet(entry: object) -> Planet | str:
    number, name = _at(entry, "id"), _at(entry, "name")
    if not isinstance(number, int) or not isinstance(name, str) or not name.strip():
        return f"a planet has id {number!r} and name {name!r}"
    longitude, degree = _at(entry, "longitude"), _at(entry, "degree")
    position, rasi = _at(entry, "position"), _at(entry, "rasi", "id")
    retrograde = _at(entry, "is_retrograde")
    proper = _is_number(longitude) and _is_number(degree) and isinstance(retrograde, bool)
    if not (proper and isinstance(position, int) and isinstance(rasi, int)):
        return f"{name} lacks longitude, degree, position, rasi.id or is_retrograde"
    return Planet(number, name, longitude, degree, position, rasi, retrograde)


def _at(document: object, *path: str) -> Any:
    for name in path:
        document = document.get(name) if isinstance(document, Mapping) else None
    return document


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value) and value is not True


def _is_id(value: object, count: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < count


def _signs(longitude: float) -> frozenset[int]:
    return zodiac.cell(longitude, zodiac.SIGN_DEGREES, BORDER_DEGREES)


def _either(values: Collection[int]) -> str:
    return " or ".join(str(value) for value in sorted(values))


def _verdict(faults: list[str]) -> Verdict:
    if not faults:
        return passed(METHOD)
    more = f"; and {len(faults) - _MOST_TOLD} more" if len(faults) > _MOST_TOLD else ""
    return failed(METHOD, "; ".join(faults[:_MOST_TOLD]) + more)
