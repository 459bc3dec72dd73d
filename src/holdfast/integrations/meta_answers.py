"""What Facebook and Instagram share: an error table by code, waits told in minutes.

https://developers.facebook.com/docs/graph-api/guides/error-handling. The HTTP status says little:
an error is one by its code, with 200 as well.
"""

from collections.abc import Mapping
from typing import Any

from holdfast.errors import (
    AuthenticationError,
    Conflict,
    ContentRejected,
    InvalidRequest,
    NotFound,
    PermissionDenied,
    ProtocolError,
    ProviderError,
    QuotaExhausted,
    RateLimited,
    Unavailable,
)
from holdfast.integrations.answer_errors import ErrorClass, class_of, provider_error
from holdfast.integrations.exchange import Exchange, member
from holdfast.integrations.usage_shares import shares_used

PERMISSION_CODES = range(200, 300)
IMAGE_CODES = range(36_000, 36_005)
_OBJECT_MISSING = 33
_BY_CODE: Mapping[int, ErrorClass] = {
    1: Unavailable, 2: Unavailable,
    3: PermissionDenied, 10: PermissionDenied,
    4: RateLimited, 17: RateLimited, 32: RateLimited, 341: RateLimited, 613: RateLimited,
    80_001: RateLimited,
    9: QuotaExhausted,
    100: InvalidRequest, 352: InvalidRequest, 9004: InvalidRequest, 9007: Conflict,
    102: AuthenticationError, 190: AuthenticationError,
    368: ContentRejected, 506: Conflict,
}  # fmt: skip
_BY_SUBCODE: Mapping[tuple[int, int], ErrorClass] = {
    (4, 2_207_051): ContentRejected,
    (100, _OBJECT_MISSING): NotFound,
}
_WHY_DEAD: Mapping[int, str] = {
    458: "the app was removed",
    459: "the account has to pass a checkpoint",
    460: "the password was changed",
    463: "it has expired",
    464: "the account is not confirmed",
    467: "it is not valid",
    492: "the role on the page is gone",
}


def read_meta_error(name: str, exchange: Exchange) -> ProviderError | None:
    """``{"error": {"message", "type", "code", "error_subcode", "fbtrace_id"}}``."""
    told = member(exchange.json, "error")
    by_status = class_of(exchange.status)
    if not isinstance(told, Mapping):
        return provider_error(name, exchange, by_status) if by_status else None
    code, subcode = _number(told.get("code")), _number(told.get("error_subcode"))
    trace, words = told.get("fbtrace_id"), told.get("message")
    return provider_error(
        name,
        exchange,
        _class(code, subcode) or by_status or ProtocolError,
        code=shown_code(code, subcode),
        detail=words if isinstance(words, str) else "",
        request_id=trace if isinstance(trace, str) else None,
        retry_after=_regain_seconds(exchange.headers),
    )


def shown_code(code: int | None, subcode: int | None) -> str | None:
    """``190/463``; None without any."""
    return "/".join(str(part) for part in (code, subcode) if part is not None) or None


def why_dead(subcode: Any) -> str:
    """What a subcode of 190 says of the token."""
    return _WHY_DEAD.get(_number(subcode) or 0, "it is not valid")


def _regain_seconds(headers: Mapping[str, str]) -> float | None:
    return max((wait for _, wait in shares_used(headers) if wait), default=None)


def _class(code: int | None, subcode: int | None) -> ErrorClass | None:
    if code is None:
        return None
    if code in PERMISSION_CODES:
        return PermissionDenied
    if code in IMAGE_CODES:
        return InvalidRequest
    return _BY_SUBCODE.get((code, subcode or 0)) or _BY_CODE.get(code)


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
