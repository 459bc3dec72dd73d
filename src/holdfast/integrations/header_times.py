"""Times as headers tell them: seconds, dates and durations."""

import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_SECONDS = 3600.0
"""No hint is believed beyond an hour: one broken header must not stop an integration for days."""

_UNIT_SECONDS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6}
_PART = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,9})?)(ms|us|d|h|m|s)")

_EPOCH_SECONDS, _EPOCH_MILLISECONDS = 1e8, 1e11
"""From here on a number is no longer a span but a moment since 1970."""


def number(text: str | None) -> float | None:
    """The finite number that *text* is; None when it is none."""
    try:
        found = float(text or "")
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def duration_seconds(text: str) -> float | None:
    """Seconds of a Go-style duration (``1h2m3.5s``, ``12ms``); None when it is not one."""
    parts = list(_PART.finditer(text))
    if not parts or "".join(part.group() for part in parts) != text:
        return None
    return math.fsum(float(part[1]) * _UNIT_SECONDS[part[2]] for part in parts)


def seconds_until(date: str, now: float) -> float | None:
    """From Unix time *now* to an HTTP or ISO 8601 date; None when it is neither."""
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(date)
        except (ValueError, OverflowError):
            continue
        try:
            return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() - now
        except OverflowError:
            return None
    return None


def reset_seconds(text: str, now: float) -> float | None:
    """When a limit is reset, as a span in any spelling or as a moment; None when unreadable.

    A plain number is a span in seconds, or since 1970 in seconds or milliseconds if it is huge.
    """
    found = number(text)
    if found is None:
        span = duration_seconds(text)
        return seconds_until(text, now) if span is None else span
    if found >= _EPOCH_MILLISECONDS:
        return found / 1000 - now
    return found - now if found >= _EPOCH_SECONDS else found


def bounded(seconds: float) -> float:
    """*seconds* between 0 and `LONGEST_SECONDS`."""
    return min(max(seconds, 0.0), LONGEST_SECONDS)
