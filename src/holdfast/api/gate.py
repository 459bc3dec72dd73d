"""Who may see us: closed unless it is declared development on this very machine, or a token fits.

The rules look at facts of one connection and decide; nothing here answers or waits.
"""

import re
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address

import jwt

from holdfast.events import fact
from holdfast.settings.settings import Settings

OPEN_PATHS = frozenset(("/health/live", "/health/ready"))
"""Answered to everyone."""

SUBPROTOCOL = "holdfast.bearer."
"""How a browser's socket carries a token: it cannot set headers."""

_LOCAL_HOST = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?", re.IGNORECASE)
_FORWARDED = ("forwarded", "x-forwarded-", "x-real-ip")
"""What the names of headers begin with that only a proxy adds."""


@fact
class Visitor:
    """What decides about one connection; *headers* in lower case, *peer* the socket's address."""

    path: str
    peer: str | None
    headers: Mapping[str, str]
    subprotocols: tuple[str, ...] = ()


def refusal(visitor: Visitor, settings: Settings) -> str | None:
    """Why *visitor* is not let in, with the way out; None: welcome."""
    if visitor.path in OPEN_PATHS:
        return None
    if not _same_origin(visitor.headers):
        return "this request comes from a page of another origin"
    token = _token(visitor)
    if token is not None:
        return _token_problem(token, settings)
    if _is_local_development(visitor, settings):
        return None
    if visitor.path == "/metrics" and _within(visitor.peer, settings):
        return None
    return _way_out(visitor, settings)


def _token(visitor: Visitor) -> str | None:
    scheme, _, token = visitor.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    carried = (one for one in visitor.subprotocols if one.startswith(SUBPROTOCOL))
    return next(carried, "").removeprefix(SUBPROTOCOL) or None


def _token_problem(token: str, settings: Settings) -> str | None:
    if settings.jwt_secret is None:
        return "a token was sent, and JWT_SECRET (at least 32 characters) is not set to check it"
    secret = settings.jwt_secret.get_secret_value()
    try:
        jwt.decode(token, secret, algorithms=["HS256"], options={"require": ["exp"]})
    except jwt.PyJWTError as error:
        return f"the token is not accepted: {error}"
    return None


def _is_local_development(visitor: Visitor, settings: Settings) -> bool:
    address = _address(visitor.peer)
    return (
        settings.is_declared_development
        and address is not None
        and address.is_loopback
        and _LOCAL_HOST.fullmatch(visitor.headers.get("host", "")) is not None
        and not any(name.startswith(_FORWARDED) for name in visitor.headers)
    )


def _address(peer: str | None) -> IPv4Address | IPv6Address | None:
    """*peer*'s address; an IPv4 one on a socket for both families is that, not IPv6."""
    try:
        address = ip_address(peer or "")
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _same_origin(headers: Mapping[str, str]) -> bool:
    origin = headers.get("origin")
    if origin is None:
        return True
    place = origin.lower().partition("://")[2]
    return place != "" and place == headers.get("host", "").lower()


def _within(peer: str | None, settings: Settings) -> bool:
    address = _address(peer)
    return address is not None and any(address in network for network in settings.metrics_allow)


def _way_out(visitor: Visitor, settings: Settings) -> str:
    lines = []
    if settings.jwt_secret is None:
        lines.append(
            "set JWT_SECRET to at least 32 characters and send a bearer token made with it"
        )
    else:
        lines.append("send 'Authorization: Bearer <HS256 token made with JWT_SECRET>'")
    if visitor.path == "/metrics":
        lines.append("or set HOLDFAST_METRICS_ALLOW=<CIDR of the scraper>")
    if not settings.is_declared_development:
        lines.append("or, on your own machine only, set ENVIRONMENT=development")
    else:
        lines.append("or come from this machine, by http://localhost, without a proxy")
    return "; ".join(lines)


def header_map(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """ASGI headers as text, the names in lower case."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in raw}
