"""Time as a value: durations from a monotonic clock, stamps from UTC."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple


class Clock(NamedTuple):
    """*monotonic*: seconds for durations. *wall*: Unix time (UTC, seconds) for stamps only."""

    monotonic: Callable[[], float]
    wall: Callable[[], float]


SYSTEM_CLOCK = Clock(time.monotonic, time.time)


def stamp(unix_seconds: float) -> datetime:
    """The timezone-aware UTC time of *unix_seconds*."""
    return datetime.fromtimestamp(unix_seconds, UTC)


def iso(unix_seconds: float | None) -> str | None:
    """ISO 8601 in UTC with milliseconds, or None for None: how every surface shows a time."""
    return None if unix_seconds is None else stamp(unix_seconds).isoformat(timespec="milliseconds")
