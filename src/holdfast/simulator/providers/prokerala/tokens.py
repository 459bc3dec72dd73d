"""Access tokens: unsigned JWTs whose claims tell credits, limits and scopes."""

import base64
import json
from collections import OrderedDict
from typing import Any

MOST_TOKENS = 1000


class Tokens:
    """The tokens that are still good; the oldest of more than `MOST_TOKENS` are forgotten."""

    def __init__(self) -> None:
        self._expiry: OrderedDict[str, float] = OrderedDict()

    def issue(self, claims: dict[str, Any]) -> str:
        """A new token, good until its claim `exp` (Unix seconds)."""
        token = f"{_segment({'typ': 'JWT', 'alg': 'none'})}.{_segment(claims)}."
        self._expiry[token] = claims["exp"]
        while len(self._expiry) > MOST_TOKENS:
            self._expiry.popitem(last=False)
        return token

    def good(self, token: str, now_unix_seconds: float) -> bool:
        """Whether *token* was issued here and has not expired."""
        return self._expiry.get(token, 0.0) > now_unix_seconds


def _segment(document: dict[str, Any]) -> str:
    raw = json.dumps(document, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
