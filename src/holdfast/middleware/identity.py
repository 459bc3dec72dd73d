"""Whose work a request is, from what it brings along: headers, W3C baggage, a cookie.

The header wins over baggage, that over the cookie. What is not printable or too long is ignored,
never cut into another one's name.
"""

import re
from collections.abc import Iterable
from hashlib import blake2b
from urllib.parse import unquote

from holdfast import context
from holdfast.events import Scope

BAGGAGE_KEYS = ("session.id", "session_id")
"""The first is OpenTelemetry's."""

_LONGEST_ID = 128
_LONGEST_PARENT = len("00-") + 32 + len("-") + 16 + len("-00")
_TRACEPARENT = re.compile(rb"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(?:-|$)")


_TOLD = frozenset((b"x-session-id", b"traceparent", b"baggage", b"cookie"))


class Identity:
    """Reads the headers of a request. *cookie* names the one that holds a session's id, if any.

    A cookie's value is often a secret: the session is named by its hash.
    """

    def __init__(self, cookie: str | None = None) -> None:
        self._cookie = cookie.encode() if cookie else None

    def scope_of(self, headers: Iterable[tuple[bytes, bytes]]) -> Scope:
        """Session and trace; the shared empty scope when the request brings neither."""
        session = baggage = cookie = trace = parent = None
        for name, value in headers:
            if name not in _TOLD:
                continue
            if name == b"x-session-id":
                session = _readable(value.decode("latin-1"))
            elif name == b"traceparent" and (found := _TRACEPARENT.match(value)):
                trace, parent = found[1].decode(), value[:_LONGEST_PARENT].decode()
            elif name == b"baggage":
                baggage = baggage or _from_baggage(value.decode("latin-1"))
            elif name == b"cookie" and self._cookie is not None:
                cookie = cookie or _from_cookie(value, self._cookie)
        session = session or baggage or cookie
        if session is trace is None:
            return context.NOBODY
        return Scope(session, None, None, None, trace, parent)


def _from_baggage(text: str) -> str | None:
    """The value of ours among ``a=1;property, session.id=s-1``; values are percent-encoded."""
    members = (member.partition(";")[0].partition("=") for member in text.split(","))
    found = {key.strip(): value.strip() for key, _, value in members}
    values = (_readable(unquote(found[key])) for key in BAGGAGE_KEYS if key in found)
    return next((value for value in values if value), None)


def _from_cookie(header: bytes, name: bytes) -> str | None:
    for part in header.split(b";"):
        key, _, value = part.strip().partition(b"=")
        if key == name and value:
            return f"cookie-{blake2b(value, digest_size=16).hexdigest()}"
    return None


def _readable(text: str) -> str | None:
    """An identifier from outside: printable and of bounded length, else none at all."""
    text = text.strip()
    return text if 0 < len(text) <= _LONGEST_ID and text.isprintable() else None
