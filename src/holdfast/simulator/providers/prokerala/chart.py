"""The documents that Prokerala makes of a birth: details, planet positions, kundli."""

from datetime import datetime
from typing import Any, NamedTuple

from holdfast.simulator.providers.prokerala.sky import Body, days_since_j2000, sky, tropical_sun
from holdfast.simulator.providers.prokerala.zodiac import (
    PLANET_IDS,
    WESTERN_SIGNS,
    attributes,
    nakshatra,
    rasi,
)

DEFAULT_PLANETS = tuple(i for i in PLANET_IDS.values() if i not in (7, 8, 9))
"""Ten entries: the outer planets come only when asked for."""

_ANGLES = (1, 4, 7, 10)
_MANGAL_HOUSES = (1, 2, 4, 7, 8, 12)


class Birth(NamedTuple):
    """When (timezone-aware) and where (degrees north, east), in which *ayanamsa* (1, 3, 5, 45)."""

    moment: datetime
    latitude: float
    longitude: float
    ayanamsa: int


def birth_details(birth: Birth) -> dict[str, Any]:
    """The Moon's mansion, the signs of Moon and Sun, and what tradition says of them."""
    bodies = _bodies(birth)
    moon, sun = bodies["Moon"].longitude, bodies["Sun"].longitude
    sign = int(tropical_sun(days_since_j2000(birth.moment)) // 30)
    mansion = nakshatra(moon)
    return {
        "nakshatra": mansion,
        "chandra_rasi": rasi(moon),
        "soorya_rasi": rasi(sun),
        "zodiac": {"id": sign, "name": WESTERN_SIGNS[sign]},
        "additional_info": attributes(mansion["id"]),
    }


def planet_positions(birth: Birth, planets: tuple[int, ...] = DEFAULT_PLANETS) -> dict[str, Any]:
    """One entry per planet id, in the order of the ids."""
    bodies = _bodies(birth)
    rising = bodies["Ascendant"]
    shown = [body for body in bodies.values() if PLANET_IDS[body.name] in planets]
    shown.sort(key=lambda body: PLANET_IDS[body.name])
    return {"planet_position": [_entry(body, rising) for body in shown]}


def kundli(birth: Birth) -> dict[str, Any]:
    """Birth details, the dosha of Mars, and the yogas in four groups."""
    bodies = _bodies(birth)
    afflicted = _house(bodies["Mars"], bodies["Ascendant"]) in _MANGAL_HOUSES
    says = "is Manglik" if afflicted else "is not Manglik"
    return {
        "nakshatra_details": birth_details(birth),
        "mangal_dosha": {"has_dosha": afflicted, "description": f"The person {says}."},
        "yoga_details": _yogas(bodies),
    }


def signs(birth: Birth, division: int) -> dict[str, int]:
    """The sign (0 to 11) of each of the ten bodies, when a sign is cut into *division* parts."""
    shown = (body for body in _bodies(birth).values() if PLANET_IDS[body.name] in DEFAULT_PLANETS)
    return {body.name: int(body.longitude * division / 30) % 12 for body in shown}


def _bodies(birth: Birth) -> dict[str, Body]:
    days = days_since_j2000(birth.moment)
    return sky(days, birth.latitude, birth.longitude, birth.ayanamsa)


def _entry(body: Body, rising: Body) -> dict[str, Any]:
    return {
        "id": PLANET_IDS[body.name],
        "name": body.name,
        "longitude": body.longitude,
        "is_retrograde": body.is_retrograde,
        "position": _house(body, rising),
        "degree": round(body.longitude % 30, 4),
        "rasi": rasi(body.longitude),
    }


def _house(body: Body, first: Body) -> int:
    """The whole-sign house of *body*, 1 to 12, counted from the sign of *first*."""
    return int(body.longitude // 30 - first.longitude // 30) % 12 + 1


def _yogas(bodies: dict[str, Body]) -> list[dict[str, str]]:
    sun, moon = bodies["Sun"], bodies["Moon"]
    classic = ("Mercury", "Venus", "Mars", "Jupiter", "Saturn")
    rising = bodies["Ascendant"]
    counts = {
        "Major Yogas": sum(_house(bodies[name], rising) in _ANGLES for name in classic),
        "Chandra Yogas": int(_house(bodies["Jupiter"], moon) in _ANGLES),
        "Soorya Yogas": int(_house(bodies["Mercury"], sun) == 1),
        "Inauspicious Yogas": int(not any(_house(bodies[n], moon) in (2, 12) for n in classic)),
    }
    return [
        {"name": name, "description": f"Your kundli has {count} {name.lower()}."}
        for name, count in counts.items()
    ]
