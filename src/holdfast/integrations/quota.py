"""What the headers of an answer say about the provider's limits.

Read are ``x-ratelimit-{limit,remaining,reset}-{requests,tokens}`` (OpenAI: the reset is a
duration), the same without a unit and as ``x-rate-limit-*`` (GitHub, Twitter: a moment) or
``ratelimit-*`` (IETF draft: seconds), and that draft's one-line ``RateLimit``, old and new.
Meta tells shares (`usage_shares`).
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from holdfast.integrations.header_times import bounded, number, reset_seconds
from holdfast.integrations.usage_shares import shares_used

_FAMILIES = (
    ("x-ratelimit-{}-requests", "requests"),
    ("x-ratelimit-{}-tokens", "tokens"),
    ("x-ratelimit-{}", "requests"),
    ("x-rate-limit-{}", "requests"),
    ("ratelimit-{}", "requests"),
)

_MOST_CHARACTERS = 1000
_MEMBER = re.compile(r"(?:^|[;,\s])(limit|remaining|reset|q|r|t)=(\d{1,15})(?![\d.])")
_NAMES = {"limit": "limit", "q": "limit", "remaining": "remaining", "r": "remaining"}


class Quota(NamedTuple):
    """One limit: *remaining* of *limit* are left, all of them again in *resets_in_seconds*.

    What the provider did not say is None.
    """

    unit: str
    limit: float | None
    remaining: float | None
    resets_in_seconds: float | None


def quotas(headers: Mapping[str, str], now: float) -> tuple[Quota, ...]:
    """Every limit that *headers* (lower-cased) tell of at Unix time *now*."""
    return (
        *_split(headers, now),
        *_combined(headers.get("ratelimit", ""), now),
        *(Quota("percent", 100.0, max(0.0, 100.0 - used), wait)
          for used, wait in shares_used(headers)),
    )  # fmt: skip


def used_up_seconds(told: tuple[Quota, ...]) -> float | None:
    """Until every limit of which nothing is left is reset, an hour at most; None: none is."""
    waits = [
        quota.resets_in_seconds
        for quota in told
        if quota.remaining is not None
        and quota.remaining <= 0
        and quota.resets_in_seconds is not None
    ]
    return bounded(max(waits)) if waits else None


def _split(headers: Mapping[str, str], now: float) -> Iterator[Quota]:
    for pattern, unit in _FAMILIES:
        limit, remaining, reset = (
            headers.get(pattern.format(part)) for part in ("limit", "remaining", "reset")
        )
        if limit is not None or remaining is not None or reset is not None:
            resets_in = reset_seconds(reset, now) if reset is not None else None
            yield Quota(unit, number(limit), number(remaining), resets_in)


def _combined(line: str, now: float) -> Iterator[Quota]:
    """``limit=9, remaining=0, reset=5`` (one limit), or ``"a";r=0;t=5, "b";r=3;t=60``."""
    line = line[:_MOST_CHARACTERS].lower()
    members = line.split(",") if '"' in line else [line]
    for member in members:
        found: dict[str, str] = {
            _NAMES.get(name, "reset"): value for name, value in _MEMBER.findall(member)
        }
        if found:
            reset = found.get("reset")
            yield Quota(
                "requests",
                number(found.get("limit")),
                number(found.get("remaining")),
                reset_seconds(reset, now) if reset is not None else None,
            )
