"""Time as a value: what every surface shows, and what durations are made of."""

import time
from datetime import UTC, datetime

import pytest

from holdfast.clock import SYSTEM_CLOCK, iso, stamp


def test_stamps_know_their_zone() -> None:
    """Unix seconds become timezone-aware UTC."""
    assert stamp(1_800_000_000.5) == datetime(2027, 1, 15, 8, 0, 0, 500_000, tzinfo=UTC)
    assert stamp(0.0).tzinfo is UTC


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (None, None),
        (0.0, "1970-01-01T00:00:00.000+00:00"),
        (1_800_000_000.123, "2027-01-15T08:00:00.123+00:00"),
    ],
)
def test_every_surface_shows_time_alike(seconds: float | None, shown: str | None) -> None:
    """ISO 8601, UTC, milliseconds; no time is no text."""
    assert iso(seconds) == shown


def test_durations_come_from_a_clock_that_never_goes_back() -> None:
    """The system's monotonic clock; its wall clock is for stamps."""
    assert SYSTEM_CLOCK.monotonic is time.monotonic
    assert SYSTEM_CLOCK.wall is time.time
