"""Reading the fields of a request, and refusing what the API would refuse."""

from typing import Any

from holdfast.simulator.providers.sarvam import errors
from holdfast.simulator.providers.sarvam.scripts import CODES
from holdfast.simulator.wire import Call


def body_of(call: Call) -> dict[str, Any]:
    """The JSON object."""
    try:
        body = call.document()
    except ValueError:
        raise errors.invalid(call, "The body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise errors.invalid(call, "The body must be an object.")
    return body


def text(call: Call, body: dict[str, Any], name: str, most: int) -> str:
    """A text of 1 to *most* characters."""
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise errors.invalid(call, f"{name} must be a text that is not empty.")
    if len(value) > most:
        raise errors.invalid(call, f"{name} must have at most {most} characters.")
    return value


def language(call: Call, value: Any, name: str, *others: str) -> str:
    """A code such as ``hi-IN``, or one of *others*."""
    if value not in (*CODES, *others):
        raise errors.invalid(call, f"{name} {str(value)[:20]!r} is not supported.")
    return str(value)


def number(
    call: Call, body: dict[str, Any], name: str, normal: float, low: float, high: float
) -> float:
    """A number from *low* to *high*; *normal* when it was left out."""
    value = body.get(name)
    if value is None:
        return normal
    if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
        raise errors.invalid(call, f"{name} must be between {low} and {high}.")
    return float(value)
