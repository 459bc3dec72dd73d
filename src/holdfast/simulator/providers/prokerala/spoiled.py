"""Charts that arrive with status "ok" and are wrong all the same."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any, Final

from holdfast.simulator.provider import Twist
from holdfast.simulator.providers.prokerala.zodiac import NAKSHATRAS, rasi
from holdfast.simulator.wire import Answer, Call


def empty_positions(_call: Call, good: Answer) -> Answer:
    """A list of no planets."""
    return replace(good, document={"status": "ok", "data": {"planet_position": []}})


def empty_data(_call: Call, good: Answer) -> Answer:
    """No data at all."""
    return replace(good, document={"status": "ok", "data": {}})


def incomplete_positions(call: Call, good: Answer) -> Answer:
    """Planets are missing, or two of them contradict each other; the call's number decides."""
    document = deepcopy(good.document)
    planets: list[dict[str, Any]] = document["data"]["planet_position"]
    dice = call.dice("incomplete")
    if dice.choice((True, False)):
        lost = dice.sample(range(len(planets)), k=min(3, len(planets)))
        document["data"]["planet_position"] = [p for i, p in enumerate(planets) if i not in lost]
    else:
        for planet in planets:
            planet["degree"] = round((planet["degree"] + 11.5) % 30, 4)
    return replace(good, document=document)


def incomplete_details(call: Call, good: Answer) -> Answer:
    """The Moon's sign is missing, or its mansion has the name of another one."""
    document = deepcopy(good.document)
    data: dict[str, Any] = document["data"]
    details: dict[str, Any] = data.get("nakshatra_details", data)
    if call.dice("incomplete").choice((True, False)):
        del details["chandra_rasi"]
    else:
        mansion = details["nakshatra"]
        mansion["name"] = NAKSHATRAS[(mansion["id"] + 9) % 27].name
    return replace(good, document=document)


def shifted_positions(_call: Call, good: Answer) -> Answer:
    """Every planet three signs further: good by themselves, and for another birth."""
    document = deepcopy(good.document)
    for planet in document["data"]["planet_position"]:
        planet["longitude"] = round((planet["longitude"] + 90) % 360, 4)
        planet["degree"] = round(planet["longitude"] % 30, 4)
        planet["rasi"] = rasi(planet["longitude"])
    return replace(good, document=document)


def _image(body: bytes) -> Twist:
    return lambda _call, good: replace(good, parts=(body,))


IMAGE: Final[Mapping[str, Twist]] = {
    "empty_success": _image(b""),
    "empty_image": _image(b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>'),
    "unsafe_image": _image(b"<svg><text>Su</text><script>fetch('/')</script></svg>"),
}
