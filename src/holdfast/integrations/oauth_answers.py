"""The answers of OAuth token endpoints: RFC 6749, 5.1 and 5.2, and what networks make of them."""

from collections.abc import Mapping
from urllib.parse import parse_qs

from holdfast.errors import (
    AuthenticationError,
    InvalidRequest,
    PermissionDenied,
    ProviderError,
    RateLimited,
    Unavailable,
)
from holdfast.events import Verdict
from holdfast.integrations.answer_errors import ErrorClass, class_of, provider_error
from holdfast.integrations.exchange import Asked, Exchange, member
from holdfast.validation.verdict import failed, passed, warned

BY_CODE: Mapping[str, ErrorClass] = {
    "access_denied": PermissionDenied,
    "internal_failure": Unavailable,
    "invalid_client": AuthenticationError,
    "invalid_grant": AuthenticationError,
    "invalid_request": InvalidRequest,
    "invalid_scope": PermissionDenied,
    "invalid_token": AuthenticationError,
    "server_error": Unavailable,
    "slow_down": RateLimited,
    "temporarily_unavailable": Unavailable,
    "unauthorized_client": AuthenticationError,
}


def oauth_error(name: str, exchange: Exchange) -> ProviderError | None:
    """``{"error": "invalid_grant", "error_description"}``; None when it is not of this shape.

    TikTok sends it with HTTP 200. The description is about a token: it is not repeated.
    """
    code = member(exchange.json, "error")
    if not isinstance(code, str) or not code:
        return None
    by_status = class_of(exchange.status) or InvalidRequest
    known = BY_CODE.get(code, by_status)
    return provider_error(
        name,
        exchange,
        by_status if by_status in (Unavailable, RateLimited) else known,
        code=code[:60],
        request_id=_text(exchange, "log_id"),
    )


def judge_grant(exchange: Exchange) -> Verdict:
    """A token, and for how long it is good. Neither is ever quoted."""
    token, seconds = (member(exchange.json, name) for name in ("access_token", "expires_in"))
    if not isinstance(token, str) or not token:
        return failed("token", "the answer has no access_token")
    if not isinstance(seconds, int) or isinstance(seconds, bool) or seconds <= 0:
        return failed("token", f"expires_in is {repr(seconds)[:40]}, seconds expected")
    return passed("token")


def judge_rotation(exchange: Exchange) -> Verdict:
    """As `judge_grant`, with a new refresh token: the old one is used up.

    One that is missing is only told: the access token is there, and must not be lost with it.
    """
    grant = judge_grant(exchange)
    fresh = member(exchange.json, "refresh_token")
    if grant.judgement == "fail":
        return grant
    if not isinstance(fresh, str) or not fresh:
        return warned("token", "the answer has no refresh_token: sign in again before it expires")
    if fresh == form_of(exchange.asked).get("refresh_token"):
        return warned("token", "the refresh token is the old one, a new one expected")
    return grant


def form_of(asked: Asked) -> dict[str, str]:
    """The form that was sent."""
    return {name: values[-1] for name, values in parse_qs(asked.body.decode("latin-1")).items()}


def _text(exchange: Exchange, name: str) -> str | None:
    value = member(exchange.json, name)
    return value if isinstance(value, str) else None
