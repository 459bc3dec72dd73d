"""What the networks' token endpoints share: forms, client credentials, RFC 6749's errors."""

import base64
from urllib.parse import parse_qs

from holdfast.simulator.wire import Answer, Call, Refused

FORM = "application/x-www-form-urlencoded"


def form_of(call: Call) -> dict[str, str]:
    """The form in the body; empty when it is not sent as one."""
    kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM:
        return {}
    return {name: values[-1] for name, values in parse_qs(call.body.decode("latin-1")).items()}


def bearer_of(call: Call) -> str:
    """The token in the header, or ""."""
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def basic_of(call: Call) -> tuple[str, str] | None:
    """Id and secret in the header; None without a readable one."""
    scheme, _, pair = call.headers.get("authorization", "").partition(" ")
    try:
        ident, colon, secret = base64.b64decode(pair, validate=True).decode().partition(":")
    except ValueError:
        return None
    return (ident, secret) if scheme.lower() == "basic" and colon else None


def oauth_refused(status: int, code: str, description: str) -> Refused:
    """``{"error", "error_description"}``."""
    return Refused(Answer(status, document={"error": code, "error_description": description}))
