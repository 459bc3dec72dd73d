"""A birth, and what Prokerala says of it, as frozen records."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any

from holdfast.errors import InputRefused


class Ayanamsa(IntEnum):
    """Where the sidereal zodiac begins."""

    LAHIRI = 1
    RAMAN = 3
    KP = 5
    KP_NEW = 45


@dataclass(frozen=True, slots=True)
class Birth:
    """When (timezone-aware) and where (degrees north and east) someone was born.

    >>> Birth(datetime.fromisoformat("1990-05-17T08:20:00+05:30"), 10.2, 78.1)  # doctest: +SKIP
    """

    moment: datetime
    latitude: float
    longitude: float

    def __post_init__(self) -> None:
        if self.moment.utcoffset() is None:
            raise InputRefused("a birth needs the offset of its place, as in ...T08:20:00+05:30")
        if not -90 <= self.latitude <= 90 or not -180 <= self.longitude <= 180:
            raise InputRefused(
                f"a birth is within 90 degrees north or south and 180 east or west, "
                f"got {self.latitude}, {self.longitude}"
            )


@dataclass(frozen=True, slots=True)
class Named:
    """An id and its name: a sign, a lord."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign of the sidereal zodiac and its lord."""

    id: int
    name: str
    lord: Named


@dataclass(frozen=True, slots=True)
class Nakshatra:
    """A lunar mansion, its lord and quarter (1 to 4)."""

    id: int
    name: str
    lord: Named
    pada: int


@dataclass(frozen=True, slots=True)
class BirthDetails:
    """The mansion of the Moon, the signs of Moon and Sun, and what tradition says of them.

    *data* is the answer's own document.
    """

    nakshatra: Nakshatra
    moon_sign: Sign
    sun_sign: Sign
    zodiac: Named
    additional_info: dict[str, str]
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PlanetPosition:
    """One planet: *longitude* and *degree* (within its sign) in degrees, *house* 1 to 12."""

    id: int
    name: str
    longitude: float
    degree: float
    house: int
    sign: Sign
    is_retrograde: bool


@dataclass(frozen=True, slots=True)
class PlanetPositions:
    """All planets of a birth; *data* is the answer's own document."""

    planets: tuple[PlanetPosition, ...]
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Yoga:
    """One group of combinations, and what it says."""

    name: str
    description: str


@dataclass(frozen=True, slots=True)
class Kundli:
    """Birth details, the dosha of Mars in words, and the yogas; *data* is the whole document."""

    details: BirthDetails
    has_mangal_dosha: bool
    mangal_dosha: str
    yogas: tuple[Yoga, ...]
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ChartImage:
    """A chart as SVG text without anything that acts or is fetched."""

    svg: str = field(repr=False)
    chart_type: str
    chart_style: str


@dataclass(frozen=True, slots=True)
class BirthChart:
    """Details and positions of one birth, which agree."""

    details: BirthDetails
    positions: PlanetPositions


def kundli(data: dict[str, Any]) -> Kundli:
    """The record of a judged answer."""
    dosha = data["mangal_dosha"]
    yogas = tuple(Yoga(one["name"], one["description"]) for one in data["yoga_details"])
    details = birth_details(data["nakshatra_details"])
    return Kundli(details, dosha["has_dosha"], dosha["description"], yogas, data)


def birth_details(data: dict[str, Any]) -> BirthDetails:
    """The record of a judged answer."""
    star = data["nakshatra"]
    return BirthDetails(
        Nakshatra(star["id"], star["name"], _named(star["lord"]), star["pada"]),
        _sign(data["chandra_rasi"]),
        _sign(data["soorya_rasi"]),
        _named(data["zodiac"]),
        dict(data["additional_info"]),
        data,
    )


def planet_positions(data: dict[str, Any]) -> PlanetPositions:
    """The record of a judged answer."""
    return PlanetPositions(tuple(_planet(entry) for entry in data["planet_position"]), data)


def _planet(entry: dict[str, Any]) -> PlanetPosition:
    return PlanetPosition(
        entry["id"],
        entry["name"],
        float(entry["longitude"]),
        float(entry["degree"]),
        entry["position"],
        _sign(entry["rasi"]),
        entry["is_retrograde"],
    )


def _sign(document: dict[str, Any]) -> Sign:
    return Sign(document["id"], document["name"], _named(document.get("lord") or {}))


def _named(document: dict[str, Any]) -> Named:
    return Named(document.get("id", -1), document.get("name", ""))
