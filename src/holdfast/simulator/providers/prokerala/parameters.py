"""Reading the query of an astrology request."""

from datetime import datetime

from holdfast.simulator.providers.prokerala.chart import DEFAULT_PLANETS, Birth
from holdfast.simulator.providers.prokerala.errors import invalid, missing
from holdfast.simulator.providers.prokerala.image import DIVISIONS, STYLES
from holdfast.simulator.providers.prokerala.sky import AYANAMSA_J2000
from holdfast.simulator.providers.prokerala.zodiac import PLANET_IDS
from holdfast.simulator.wire import Call

HIGHEST_LATITUDE, HIGHEST_LONGITUDE = 90, 180
LANGUAGES = ("en", "ta", "ml", "hi", "te")
"""What `la` may say; the simulator's names stay English."""


def read_birth(call: Call, *, sandbox: bool) -> Birth:
    """Ayanamsa, coordinates and datetime, each required. A sandbox knows only 1 January."""
    ayanamsa = _required(call, "ayanamsa")
    if ayanamsa not in map(str, AYANAMSA_J2000):
        raise invalid(call, "ayanamsa", "use 1 (Lahiri), 3 (Raman), 5 (KP) or 45 (KP new)")
    latitude, longitude = _coordinates(call)
    moment = _moment(call)
    if sandbox and (moment.month, moment.day) != (1, 1):
        wanted = "in sandbox mode only 1 January of any year is supported"
        raise invalid(call, "datetime", wanted, "1004")
    if call.query.get("la", "en") not in LANGUAGES:
        raise invalid(call, "la", f"use one of {', '.join(LANGUAGES)}")
    return Birth(moment, latitude, longitude, int(ayanamsa))


def read_planets(call: Call) -> tuple[int, ...]:
    """The planet ids asked for, or the ten default ones."""
    given = call.query.get("planets", "")
    if not given:
        return DEFAULT_PLANETS
    ids = {str(number) for number in PLANET_IDS.values()}
    wanted = [item.strip() for item in given.split(",")]
    if not ids.issuperset(wanted):
        raise invalid(call, "planets", f"use ids of {', '.join(sorted(ids, key=int))}")
    return tuple(map(int, wanted))


def read_drawing(call: Call) -> tuple[str, str]:
    """Type and style of an image; SVG is the only format there is."""
    if _required(call, "format") != "svg":
        raise invalid(call, "format", "use svg")
    kind, style = _required(call, "chart_type"), _required(call, "chart_style")
    if kind not in DIVISIONS:
        raise invalid(call, "chart_type", f"the simulator draws {', '.join(DIVISIONS)}")
    if style not in STYLES:
        raise invalid(call, "chart_style", f"use one of {', '.join(STYLES)}")
    return kind, style


def _required(call: Call, name: str) -> str:
    value = call.query.get(name, "").strip()
    if not value:
        raise missing(call, name)
    return value


def _coordinates(call: Call) -> tuple[float, float]:
    parts = _required(call, "coordinates").split(",")
    wanted = "use latitude,longitude within 90 and 180 degrees, such as 10.21,78.09"
    try:
        latitude, longitude = (float(part) for part in parts)
    except ValueError:
        raise invalid(call, "coordinates", wanted) from None
    if not (abs(latitude) <= HIGHEST_LATITUDE and abs(longitude) <= HIGHEST_LONGITUDE):
        raise invalid(call, "coordinates", wanted)
    return latitude, longitude


def _moment(call: Call) -> datetime:
    wanted = "use ISO 8601 with an offset, such as 2004-02-12T15:19:21+05:30 (+ sent as %2B)"
    try:
        moment = datetime.fromisoformat(_required(call, "datetime"))
    except ValueError:
        raise invalid(call, "datetime", wanted) from None
    if moment.tzinfo is None:
        raise invalid(call, "datetime", wanted)
    return moment
