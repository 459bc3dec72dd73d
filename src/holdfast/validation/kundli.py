"""Whether a kundli is complete: the birth details in it, the dosha of Mars, and the yogas."""

from collections.abc import Iterator, Mapping
from typing import Any

from holdfast.events import Verdict
from holdfast.validation.chart import METHOD, judge_birth_details
from holdfast.validation.verdict import failed, worst


def judge_kundli(data: object) -> Verdict:
    """*data* of Prokerala's kundli: nothing promised is missing, and the details fit together."""
    details = judge_birth_details(_member(data, "nakshatra_details"))
    found = list(_faults(data))
    return worst((details, failed(METHOD, "; ".join(found)) if found else None)) or details


def _faults(data: object) -> Iterator[str]:
    dosha = _member(data, "mangal_dosha")
    if not isinstance(_member(dosha, "has_dosha"), bool):
        yield "mangal_dosha.has_dosha is no yes or no"
    if not _is_text(_member(dosha, "description")):
        yield "mangal_dosha.description is no text"
    yogas = _member(data, "yoga_details")
    if not isinstance(yogas, list) or not yogas:
        yield "yoga_details is empty"
        return
    texts = [_member(yoga, name) for yoga in yogas for name in ("name", "description")]
    if not all(map(_is_text, texts)):
        yield "a yoga lacks its name or description"


def _member(document: object, name: str) -> Any:
    return document.get(name) if isinstance(document, Mapping) else None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
