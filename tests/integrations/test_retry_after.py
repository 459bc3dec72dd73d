"""How long a provider asks to wait."""

import math
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.clock import stamp
from holdfast.integrations.header_times import LONGEST_SECONDS, duration_seconds
from holdfast.integrations.retry_after import retry_after_seconds

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "20"}, 20.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "999999999"}, LONGEST_SECONDS),
        ({"retry-after": format_datetime(stamp(NOW + 90), usegmt=True)}, 90.0),
        ({"retry-after": format_datetime(stamp(NOW - 90), usegmt=True)}, 0.0),
        ({"retry-after-ms": "250", "retry-after": "20"}, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "20"}, 20.0),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0s"}, 360.0),
        ({"x-ratelimit-remaining-requests": "5", "x-ratelimit-reset-requests": "6m0s"}, None),
        (
            {
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-requests": "12ms",
                "x-ratelimit-remaining-tokens": "0",
                "x-ratelimit-reset-tokens": "1s",
            },
            1.0,
        ),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "later"}, None),
        ({"retry-after": "Wed, 99 Nov 9999 99:99:99 GMT"}, None),
        ({}, None),
    ],
)
def test_every_documented_spelling_is_read(headers: dict[str, str], seconds: float | None) -> None:
    """Seconds, milliseconds, dates and durations; nonsense is no hint."""
    assert retry_after_seconds(headers, NOW) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1h2m3.5s", 3723.5),
        ("12ms", 0.012),
        ("1d", 86400.0),
        ("", None),
        ("5", None),
        ("1s!", None),
    ],
)
def test_durations_are_read_whole_or_not_at_all(text: str, seconds: float | None) -> None:
    """A duration with anything else in it is none."""
    assert duration_seconds(text) == pytest.approx(seconds)


@given(
    name=st.sampled_from(["retry-after", "retry-after-ms", "x-ratelimit-reset-tokens"]),
    value=st.text(max_size=40) | st.from_regex(r"[0-9a-zA-Z:, .+-]{0,40}", fullmatch=True),
)
def test_no_header_can_do_harm(name: str, value: str) -> None:
    """Whatever stands there, the wait is finite and bounded, or there is none."""
    seconds = retry_after_seconds({name: value, "x-ratelimit-remaining-tokens": "0"}, NOW)
    assert seconds is None or (math.isfinite(seconds) and 0 <= seconds <= LONGEST_SECONDS)
