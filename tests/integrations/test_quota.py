"""What the headers of an answer say about the provider's limits."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.integrations.header_times import LONGEST_SECONDS
from holdfast.integrations.quota import Quota, quotas, used_up_seconds

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        (
            {
                "x-ratelimit-limit-requests": "60", "x-ratelimit-remaining-requests": "59",
                "x-ratelimit-reset-requests": "1s", "x-ratelimit-limit-tokens": "150000",
                "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6m0s",
            },
            [Quota("requests", 60, 59, 1.0), Quota("tokens", 150000, 0, 360.0)],
        ),
        (
            {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "0",
             "x-ratelimit-reset": str(int(NOW) + 90)},
            [Quota("requests", 5000, 0, 90.0)],
        ),
        (
            {"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(int(NOW + 2) * 1000)},
            [Quota("requests", None, 0, 2.0)],
        ),
        (
            {"ratelimit-limit": "10", "ratelimit-remaining": "3", "ratelimit-reset": "7"},
            [Quota("requests", 10, 3, 7.0)],
        ),
        ({"ratelimit": "limit=10, remaining=0, reset=7"}, [Quota("requests", 10, 0, 7.0)]),
        (
            {"ratelimit": '"burst";r=0;t=5, "day";r=9;t=60'},
            [Quota("requests", None, 0, 5.0), Quota("requests", None, 9, 60.0)],
        ),
        (
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2027-01-15T08:00:30Z"},
            [Quota("requests", None, 0, 30.0)],
        ),
        ({"x-ratelimit-remaining": "0"}, [Quota("requests", None, 0, None)]),
        ({"x-ratelimit-reset": "soon"}, [Quota("requests", None, None, None)]),
        ({"content-type": "text/plain"}, []),
    ],
)  # fmt: skip
def test_every_known_spelling_is_read(headers: dict[str, str], told: list[Quota]) -> None:
    """Durations, moments and seconds, one header a fact or all in one; nonsense is no fact."""
    assert list(quotas(headers, NOW)) == told


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ((Quota("requests", 9, 0, 5.0), Quota("tokens", 9, 0, 8.0)), 8.0),
        ((Quota("requests", 9, 0, 5.0), Quota("tokens", 9, 1, 8.0)), 5.0),
        ((Quota("requests", 9, 1, 5.0),), None),
        ((Quota("requests", 9, 0, None),), None),
        ((Quota("requests", 9, 0, -5.0),), 0.0),
        ((Quota("requests", 9, 0, 1e9),), LONGEST_SECONDS),
        ((), None),
    ],
)
def test_the_longest_of_those_that_are_used_up_counts(
    told: tuple[Quota, ...], seconds: float | None
) -> None:
    """All must have something left before anybody may go; nobody is believed beyond an hour."""
    assert used_up_seconds(told) == seconds


NAMES = ["x-ratelimit-reset", "x-rate-limit-reset", "ratelimit-reset", "x-ratelimit-reset-tokens"]


@given(
    name=st.sampled_from([*NAMES, "ratelimit"]),
    value=st.text(max_size=40) | st.from_regex(r"[0-9a-zA-Z:;=\", .+-]{0,60}", fullmatch=True),
)
def test_no_header_can_do_harm(name: str, value: str) -> None:
    """Whatever stands there, the wait is finite and bounded, or there is none."""
    remaining = {one.replace("reset", "remaining"): "0" for one in NAMES}
    seconds = used_up_seconds(quotas({**remaining, name: value}, NOW))
    assert seconds is None or (math.isfinite(seconds) and 0 <= seconds <= LONGEST_SECONDS)
