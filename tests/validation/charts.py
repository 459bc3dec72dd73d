"""Good charts to spoil: made from longitudes, so that all their numbers agree."""

from typing import Any

from holdfast.validation import zodiac

LONGITUDES = {
    0: 32.2384,
    1: 295.5,
    2: 15.2,
    3: 350.9,
    4: 330.1,
    5: 74.6,
    6: 271.3,
    100: 61.0,
    101: 289.7,
    102: 109.7,
}
"""A sky in which Mercury and Venus are near the Sun and the nodes are opposite."""


def planet(number: int, longitude: float, rising: float) -> dict[str, Any]:
    """One entry; its house counts from the sign of *rising*."""
    house = int(longitude // 30 - rising // 30) % 12 + 1
    return {
        "id": number,
        "name": f"P{number}",
        "longitude": longitude,
        "is_retrograde": False,
        "position": house,
        "degree": round(longitude % 30, 4),
        "rasi": {"id": int(longitude // 30), "name": "R", "lord": {"id": 0, "name": "L"}},
    }


def positions(longitudes: dict[int, float] | None = None) -> dict[str, Any]:
    """The data of a planet-position answer."""
    chosen = longitudes or LONGITUDES
    rising = chosen.get(zodiac.ASCENDANT, 0.0)
    return {"planet_position": [planet(n, where, rising) for n, where in chosen.items()]}


def details(moon: float = LONGITUDES[1], sun: float = LONGITUDES[0]) -> dict[str, Any]:
    """The data of a birth-details answer."""
    star, quarter = divmod(int(moon // zodiac.PADA_DEGREES), 4)
    lord = {"id": zodiac.LORDS[star % 9], "name": "L", "vedic_name": "L"}
    info = (
        *("deity", "ganam", "symbol", "animal_sign", "nadi", "color", "best_direction"),
        *("syllables", "birth_stone", "gender", "planet", "enemy_yoni"),
    )
    return {
        "nakshatra": {"id": star, "name": "N", "lord": dict(lord), "pada": quarter + 1},
        "chandra_rasi": {"id": int(moon // 30), "name": "R", "lord": dict(lord)},
        "soorya_rasi": {"id": int(sun // 30), "name": "R", "lord": dict(lord)},
        "zodiac": {"id": 1, "name": "Taurus"},
        "additional_info": dict.fromkeys(info, "x"),
    }
