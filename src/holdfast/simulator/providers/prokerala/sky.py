"""A tiny sky: where Sun, Moon, planets, nodes and ascendant stand at any time.

Planets move on fixed Kepler ellipses in one plane (Standish's mean elements of J2000), the Moon
by its six largest terms (Meeus). That is within a few degrees of the real sky in this century,
and self-consistent at any time: elongations keep their geometric bounds because Sun and planets
are seen from the same Earth.
"""

import math
from datetime import UTC, datetime
from typing import NamedTuple

J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)
HALF_TURN = 180
PRECESSION_PER_CENTURY = 1.39697
"""Degrees by which the tropical zodiac of date runs ahead of the fixed stars."""

AYANAMSA_J2000 = {1: 23.8571, 3: 22.4109, 5: 23.7602, 45: 23.7642}
"""Degrees from the tropical to the sidereal zodiac: Lahiri, Raman, KP, KP-new."""

_OBLIQUITY = math.radians(23.4393)


class Orbit(NamedTuple):
    """A fixed ellipse. *axis* in au, the rest in degrees, *motion* per century of 36 525 days."""

    axis: float
    eccentricity: float
    longitude: float
    motion: float
    perihelion: float


EARTH = Orbit(1.00000261, 0.01671123, 100.46457166, 35999.37244981, 102.93768193)

PLANETS = {
    "Mercury": Orbit(0.38709927, 0.20563593, 252.25032350, 149472.67411175, 77.45779628),
    "Venus": Orbit(0.72333566, 0.00677672, 181.97909950, 58517.81538729, 131.60246718),
    "Mars": Orbit(1.52371034, 0.09339410, -4.55343205, 19140.30268499, -23.94362959),
    "Jupiter": Orbit(5.20288700, 0.04838624, 34.39644051, 3034.74612775, 14.72847983),
    "Saturn": Orbit(9.53667594, 0.05386179, 49.95424423, 1222.49362201, 92.59887831),
    "Uranus": Orbit(19.18916464, 0.04725744, 313.23810451, 428.48202785, 170.95427630),
    "Neptune": Orbit(30.06992276, 0.00859048, -55.12002969, 218.45945325, 44.96476227),
    "Pluto": Orbit(39.48211675, 0.24882730, 238.92903833, 145.20780515, 224.06891629),
}


class Body(NamedTuple):
    """*longitude*: sidereal degrees in [0, 360), four decimals."""

    name: str
    longitude: float
    is_retrograde: bool


def days_since_j2000(moment: datetime) -> float:
    """Days from J2000 to a timezone-aware *moment*."""
    return (moment - J2000).total_seconds() / 86_400


def sky(days: float, latitude: float, longitude: float, ayanamsa: int) -> dict[str, Body]:
    """Every body by name, seen *days* after J2000 from a place in degrees north and east."""
    shift = AYANAMSA_J2000[ayanamsa]
    rahu = _turn(_node(days) - shift)
    bodies = [
        Body("Sun", _turn(_sun(days) - shift), is_retrograde=False),
        Body("Moon", _turn(_moon(days) - shift), is_retrograde=False),
        *(_planet(name, days, shift) for name in PLANETS),
        Body("Ascendant", _turn(_ascendant(days, latitude, longitude) - shift), False),
        Body("Rahu", rahu, is_retrograde=True),
        Body("Ketu", _turn(rahu + 180), is_retrograde=True),
    ]
    return {body.name: body for body in bodies}


def tropical_sun(days: float) -> float:
    """The Sun in the tropical zodiac of date, which western sun signs use."""
    return _turn(_sun(days) + _precession(days))


def _planet(name: str, days: float, shift: float) -> Body:
    before, after = (_seen_from_earth(PLANETS[name], days + half) for half in (-0.5, 0.5))
    backwards = (before - after) % 360 < HALF_TURN
    return Body(name, _turn(_seen_from_earth(PLANETS[name], days) - shift), backwards)


def _sun(days: float) -> float:
    x, y = _position(EARTH, days)
    return math.degrees(math.atan2(-y, -x))


def _seen_from_earth(orbit: Orbit, days: float) -> float:
    (x, y), (earth_x, earth_y) = _position(orbit, days), _position(EARTH, days)
    return math.degrees(math.atan2(y - earth_y, x - earth_x))


def _position(orbit: Orbit, days: float) -> tuple[float, float]:
    """Heliocentric x and y in au, from Kepler's equation."""
    mean = math.radians((orbit.longitude + orbit.motion * days / 36_525 - orbit.perihelion) % 360)
    e, anomaly = orbit.eccentricity, mean
    for _ in range(8):
        anomaly -= (anomaly - e * math.sin(anomaly) - mean) / (1 - e * math.cos(anomaly))
    along = orbit.axis * (math.cos(anomaly) - e)
    across = orbit.axis * math.sqrt(1 - e * e) * math.sin(anomaly)
    turn = math.radians(orbit.perihelion)
    x = along * math.cos(turn) - across * math.sin(turn)
    return x, along * math.sin(turn) + across * math.cos(turn)


def _moon(days: float) -> float:
    t = days / 36_525
    mean = 218.3165 + 481267.88123 * t
    elongation, solar, lunar, node = (
        math.radians(start + rate * t)
        for start, rate in (
            (297.8502, 445267.11140),
            (357.5291, 35999.05029),
            (134.9634, 477198.86751),
            (93.2721, 483202.01752),
        )
    )
    terms = (
        6.289 * math.sin(lunar)
        + 1.274 * math.sin(2 * elongation - lunar)
        + 0.658 * math.sin(2 * elongation)
        + 0.214 * math.sin(2 * lunar)
        - 0.185 * math.sin(solar)
        - 0.114 * math.sin(2 * node)
    )
    return mean + terms - _precession(days)


def _node(days: float) -> float:
    return 125.04452 - 1934.136261 * days / 36_525 - _precession(days)


def _ascendant(days: float, latitude: float, longitude: float) -> float:
    sidereal = math.radians((280.46061837 + 360.98564736629 * days + longitude) % 360)
    tilt = math.tan(math.radians(max(-89.9, min(89.9, latitude))))
    rising = math.atan2(
        math.cos(sidereal),
        -(math.sin(sidereal) * math.cos(_OBLIQUITY) + tilt * math.sin(_OBLIQUITY)),
    )
    return math.degrees(rising) - _precession(days)


def _precession(days: float) -> float:
    return PRECESSION_PER_CENTURY * days / 36_525


def _turn(degrees: float) -> float:
    return round(degrees % 360, 4) % 360
