"""How long a provider asks to wait, in every spelling that was seen.

``retry-after-ms`` (OpenAI), ``Retry-After`` as seconds or as an HTTP date (RFC 9110, 10.2.3), and
``x-ratelimit-reset-*`` as a duration such as ``6m0s`` or ``12ms`` (OpenAI).
"""

import math
import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

LONGEST_SECONDS = 3600.0
"""No hint is believed beyond an hour: one broken header must not stop an integration for days."""

_UNIT_SECONDS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6}
_PART = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,9})?)(ms|us|d|h|m|s)")


def retry_after_seconds(headers: Mapping[str, str], now: float) -> float | None:
    """The wait that *headers* (lower-cased) ask for at Unix time *now*; None when they do not.

    The answer is finite, and between 0 and `LONGEST_SECONDS`.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return bounded(milliseconds / 1000)
    value = headers.get("retry-after")
    seconds = _number(value)
    if seconds is None and value is not None:
        seconds = _until(value, now)
    return _reset_seconds(headers) if seconds is None else bounded(seconds)


def duration_seconds(text: str) -> float | None:
    """Seconds of a Go-style duration (``1h2m3.5s``, ``12ms``); None when it is not one."""
    parts = list(_PART.finditer(text))
    if not parts or "".join(part.group() for part in parts) != text:
        return None
    return math.fsum(float(part[1]) * _UNIT_SECONDS[part[2]] for part in parts)


def bounded(seconds: float) -> float:
    """*seconds* between 0 and `LONGEST_SECONDS`."""
    return min(max(seconds, 0.0), LONGEST_SECONDS)


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _until(date: str, now: float) -> float | None:
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() - now


def _reset_seconds(headers: Mapping[str, str]) -> float | None:
    """When the budget that is used up (*remaining* is 0) is full again."""
    waits = [
        seconds
        for kind in ("requests", "tokens")
        if headers.get(f"x-ratelimit-remaining-{kind}") == "0"
        and (seconds := duration_seconds(headers.get(f"x-ratelimit-reset-{kind}", ""))) is not None
    ]
    return bounded(max(waits)) if waits else None
