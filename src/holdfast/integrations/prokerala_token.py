"""What Prokerala's access token tells by itself: it is a JWT whose claims anybody may read.

The signature is not checked: nothing is allowed by these claims, they only tell.
"""

import binascii
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from holdfast.integrations.exchange import member, parsed

_PARTS_OF_A_JWT = 3
_MOST_LIMITS = 10


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most *calls* in *seconds*."""

    calls: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Account:
    """The account behind a token, as it was when the token was made.

    *credits_remaining* is None when the token does not say. A *sandbox* knows only births on
    1 January.
    """

    credits_remaining: float | None
    is_sandbox: bool
    rate_limits: tuple[RateLimit, ...]


def account(token: object) -> Account:
    """What *token* tells; nothing, when it is no JWT."""
    claims = _claims(token)
    limits = claims.get("rate_limits")
    listed = limits[:_MOST_LIMITS] if isinstance(limits, list) else []
    told = [(_number(member(one, "rate")), _number(member(one, "interval"))) for one in listed]
    return Account(
        credits_remaining=_number(claims.get("credits_remaining")),
        is_sandbox=claims.get("is_sandbox") is True,
        rate_limits=tuple(RateLimit(int(calls), span) for calls, span in told if calls and span),
    )


def _claims(token: object) -> Mapping[str, Any]:
    parts = token.split(".") if isinstance(token, str) else []
    if len(parts) != _PARTS_OF_A_JWT:
        return {}
    try:
        document = parsed(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error):
        return {}
    return document if isinstance(document, Mapping) else {}


def _number(value: object) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return None
