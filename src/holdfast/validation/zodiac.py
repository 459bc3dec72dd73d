"""The fixed part of a Vedic chart: ids, the mansions' names and lords, how far planets may stray.

Ids as Prokerala documents them. Mansions (nakshatras) count from Ashwini = 0, signs from Mesha = 0.
"""

SUN, MOON, MERCURY, VENUS, MARS, JUPITER, SATURN = range(7)
ASCENDANT, RAHU, KETU = 100, 101, 102

DEFAULT_PLANETS = frozenset(range(7)) | {ASCENDANT, RAHU, KETU}
"""What an answer holds when no planets were named: all but Uranus, Neptune and Pluto."""

NAKSHATRA_DEGREES = 360 / 27
PADA_DEGREES = 360 / 108
SIGN_DEGREES = 30.0

LORDS = (KETU, VENUS, SUN, MOON, MARS, RAHU, JUPITER, SATURN, MERCURY)
"""The Vimshottari cycle: the lord of mansion n is ``LORDS[n % 9]``."""

FURTHEST_FROM_SUN = {MERCURY: ("Mercury", 28.5), VENUS: ("Venus", 48.0)}
"""Greatest elongation in degrees, rounded up."""

_NAMES = (
    *("ashwini", "bharani", "krithika", "rohini", "mrigashirsha", "ardra", "punarvasu"),
    *("pushya", "ashlesha", "magha", "purvaphalguni", "uttaraphalguni", "hasta", "chitra"),
    *("swati", "vishaka", "anuradha", "jyeshta", "moola", "purvaashadha", "uttaraashadha"),
    *("shravana", "dhanishta", "shatabhisha", "purvabhadrapada", "uttarabhadrapada", "revati"),
)

_OTHER_SPELLINGS = {
    "aswini": "ashwini",
    "krittika": "krithika",
    "mrigasira": "mrigashirsha",
    "vishakha": "vishaka",
    "jyeshtha": "jyeshta",
    "mula": "moola",
    "purvashadha": "purvaashadha",
    "uttarashadha": "uttaraashadha",
    "sravana": "shravana",
    "satabhisha": "shatabhisha",
}


def nakshatra_id(name: str) -> int | None:
    """The mansion called *name* (romanised, any spacing); None for a spelling we do not know."""
    plain = "".join(name.lower().split())
    usual = _OTHER_SPELLINGS.get(plain, plain)
    return _NAMES.index(usual) if usual in _NAMES else None


def apart(one: float, other: float) -> float:
    """Degrees between two longitudes, 0 to 180."""
    difference = (one - other) % 360
    return min(difference, 360 - difference)


def cell(longitude: float, degrees: float, tolerance: float) -> frozenset[int]:
    """Which division of *degrees* a longitude falls in; within *tolerance* of a border, both."""
    edges = (longitude - tolerance, longitude, longitude + tolerance)
    return frozenset(int((edge % 360) // degrees) for edge in edges)
