"""What an HTTP answer means before anyone reads its meaning: the table all providers share."""

from collections.abc import Mapping

from holdfast.errors import (
    AuthenticationError,
    Conflict,
    InvalidRequest,
    NotFound,
    PermissionDenied,
    ProtocolError,
    ProviderError,
    QuotaExhausted,
    RateLimited,
    Unavailable,
)
from holdfast.integrations.exchange import Exchange
from holdfast.integrations.retry_after import retry_after_seconds

ErrorClass = type[ProviderError]

BY_STATUS: Mapping[int, ErrorClass] = {
    401: AuthenticationError,
    402: QuotaExhausted,
    403: PermissionDenied,
    404: NotFound,
    408: Unavailable,
    409: Conflict,
    425: Unavailable,
    429: RateLimited,
}

_NOTHING_DONE = (408, 425)
"""The request did not arrive in time, or came too early: it was not looked at."""

_LONGEST_DETAIL = 200
_MAY_ECHO_A_KEY = (AuthenticationError, PermissionDenied)


def class_of(status: int) -> ErrorClass | None:
    """The class an HTTP status alone says; None for one that is no error."""
    match status // 100:
        case 1 | 2:
            return None
        case 4:
            return BY_STATUS.get(status, InvalidRequest)
        case 5:
            return Unavailable
        case _:  # a redirect too: following it would carry the key elsewhere
            return ProtocolError


def provider_error(
    name: str,
    exchange: Exchange,
    error: ErrorClass,
    *,
    code: str | None = None,
    detail: str = "",
    request_id: str | None = None,
    retry_after: float | None = None,
) -> ProviderError:
    """The error *name* answered with; *detail* is its own words.

    They are left out where providers echo (parts of) the key they did not accept.
    """
    words = "" if issubclass(error, _MAY_ECHO_A_KEY) else " ".join(detail.split())
    parts = (f"{name} answered {exchange.status}", code, words[:_LONGEST_DETAIL])
    if retry_after is None and exchange.status in (429, 503):
        retry_after = retry_after_seconds(exchange.headers, exchange.received_at)
    failure = error(
        ": ".join(part for part in parts if part),
        status=exchange.status,
        code=code,
        request_id=request_id,
        retry_after_seconds=retry_after,
    )
    if exchange.status in _NOTHING_DONE:
        failure.effect = "none"
    return failure


def not_json(name: str, exchange: Exchange) -> ProtocolError:
    """The answer should have been JSON. It may hold people's words: only its type is told."""
    sent = exchange.content_type or "no content type"
    return ProtocolError(
        f"{name} answered {exchange.status} with {len(exchange.body)} bytes of {sent}, not JSON",
        status=exchange.status,
    )
