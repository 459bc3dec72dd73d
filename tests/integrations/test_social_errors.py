"""The error tables of D-ID and the networks, code by code, and limits told in percent."""

import json
from typing import Any

import pytest

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
from holdfast.integrations import CATALOG
from holdfast.integrations.exchange import Asked, Exchange
from holdfast.integrations.quota import Quota, quotas

Class = type[ProviderError]


def _read(name: str, status: int, document: Any, **headers: str) -> ProviderError | None:
    body = json.dumps(document).encode()
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return CATALOG[name].read_error(Exchange(Asked("GET", "/x"), status, named, body, 1000.0))


def _meta(code: int, subcode: int | None = None) -> dict[str, Any]:
    told = {"message": "no", "type": "OAuthException", "code": code, "fbtrace_id": "A1"}
    return {"error": told if subcode is None else {**told, "error_subcode": subcode}}


@pytest.mark.parametrize("name", ["facebook", "instagram"])
@pytest.mark.parametrize("status", [200, 400, 403])
@pytest.mark.parametrize(
    ("code", "subcode", "error"),
    [
        (190, 463, AuthenticationError),
        (102, None, AuthenticationError),
        (10, None, PermissionDenied),
        (299, None, PermissionDenied),
        (3, None, PermissionDenied),
        (4, None, RateLimited),
        (17, None, RateLimited),
        (32, None, RateLimited),
        (613, None, RateLimited),
        (80_001, None, RateLimited),
        (341, None, RateLimited),
        (1, None, Unavailable),
        (2, None, Unavailable),
        (368, None, ContentRejected),
        (506, None, Conflict),
        (9, 2_207_042, QuotaExhausted),
        (4, 2_207_051, ContentRejected),
        (9007, 2_207_027, Conflict),
        (36_001, None, InvalidRequest),
        (100, None, InvalidRequest),
        (100, 33, NotFound),
    ],
)
def test_meta_is_read_by_its_code(
    name: str, status: int, code: int, subcode: int | None, error: Class
) -> None:
    """Whatever the status says, 200 included."""
    found = _read(name, status, _meta(code, subcode))
    assert type(found) is error
    assert found.code == (f"{code}/{subcode}" if subcode else str(code))
    assert found.request_id == "A1"


def test_an_unknown_error_of_meta_with_200_breaks_the_protocol() -> None:
    """There is an error, and nobody knows which."""
    assert type(_read("facebook", 200, _meta(424_242))) is ProtocolError
    assert type(_read("facebook", 200, {"error": {"message": "?"}})) is ProtocolError
    assert _read("facebook", 200, {"data": {}}) is None


def test_meta_tells_shares_and_minutes() -> None:
    """The worst count of an entry is used; only the business header tells when it ends."""
    app = json.dumps({"call_count": 28, "total_time": 91, "total_cputime": 2})
    entry = {"type": "pages", "call_count": 100, "estimated_time_to_regain_access": 5}
    business = json.dumps({"178": [entry], "179": [], "180": "odd"})
    headers = {"x-app-usage": app, "x-business-use-case-usage": business}
    assert quotas(headers, 0.0) == (
        Quota("percent", 100.0, 9.0, None),
        Quota("percent", 100.0, 0.0, 300.0),
    )
    found = _read("facebook", 400, _meta(4), x_business_use_case_usage=business)
    assert found is not None
    assert found.retry_after_seconds == 300.0
    for odd in ("", "[]", "{", '{"call_count": "x"}', '{"estimated_time_to_regain_access": 3}'):
        assert quotas({"x-app-usage": odd}, 0.0) == ()


@pytest.mark.parametrize(
    ("name", "status", "document", "error", "code"),
    [
        ("did", 402, {"kind": "InsufficientCreditsError"}, QuotaExhausted, "Insuffic"),
        ("did", 451, {"kind": "Whatever"}, ContentRejected, "Whatever"),
        ("did", 504, {"message": "Endpoint request timed out"}, Unavailable, None),
        ("did", 409, {"kind": "ConflictError"}, Conflict, "ConflictError"),
        ("did", 200, {"status": "error", "error": {"kind": "ValidationError"}}, InvalidRequest,
         "ValidationError"),
        ("did", 200, {"status": "rejected"}, ContentRejected, None),
        ("youtube", 400, {"error": "invalid_grant"}, AuthenticationError, "invalid_grant"),
        ("youtube", 503, {"error": "invalid_grant"}, Unavailable, "invalid_grant"),
        ("youtube", 403, {"error": {"errors": [{"reason": "quotaExceeded"}]}}, QuotaExhausted,
         "quotaExceeded"),
        ("youtube", 403, {"error": {"errors": [{"reason": "userRateLimitExceeded"}]}},
         RateLimited, "userRate"),
        ("youtube", 403, {"error": {"errors": [{"reason": "insufficientPermissions"}]}},
         PermissionDenied, "insuff"),
        ("youtube", 400, {"error": {"errors": [{"reason": "uploadLimitExceeded"}]}},
         QuotaExhausted, "upload"),
        ("x", 400, {"error": "invalid_request",
                    "error_description": "Value passed for the token was invalid."},
         AuthenticationError, "invalid_request"),
        ("x", 400, {"error": "invalid_request"}, InvalidRequest, "invalid_request"),
        ("x", 400, {"error": "unauthorized_client"}, AuthenticationError, "unauthorized"),
        ("x", 401, {"title": "Unauthorized", "type": "about:blank"}, AuthenticationError, "about"),
        ("x", 402, {"title": "CreditsDepleted"}, QuotaExhausted, None),
        ("x", 429, {"type": "https://api.x.com/2/problems/usage-capped"}, QuotaExhausted, "usage"),
        ("x", 429, {"title": "Too Many Requests"}, RateLimited, None),
        ("x", 403, {"detail": "You are not allowed to create a Tweet with duplicate content."},
         Conflict, None),
        ("linkedin", 401, {"serviceErrorCode": 65601, "code": "REVOKED_ACCESS_TOKEN"},
         AuthenticationError, "REVOKED"),
        ("linkedin", 403, {"serviceErrorCode": 100, "code": "ACCESS_DENIED"}, PermissionDenied,
         "ACCESS"),
        ("linkedin", 422, {"message": "Content is a duplicate of urn:li:share:1"}, Conflict, None),
        ("linkedin", 426, {"code": "NONEXISTENT_VERSION"}, InvalidRequest, "NONEXISTENT"),
        ("linkedin", 429, {"message": "APPLICATION DAY limit is reached"}, QuotaExhausted, None),
        ("linkedin", 429, {"message": "Too many"}, RateLimited, None),
        ("linkedin", 400, {"error": "invalid_grant"}, AuthenticationError, "invalid_grant"),
        ("tiktok", 200, {"error": {"code": "rate_limit_exceeded"}}, RateLimited, "rate"),
        ("tiktok", 401, {"error": {"code": "scope_not_authorized"}}, PermissionDenied, "scope"),
        ("tiktok", 401, {"error": {"code": "access_token_invalid"}}, AuthenticationError, "acc"),
        ("tiktok", 200, {"error": {"code": "brand_new"}}, ProtocolError, "brand_new"),
        ("tiktok", 403, {"error": {"code": "spam_risk_too_many_posts"}}, QuotaExhausted, "spam"),
        ("tiktok", 200, {"error": "invalid_grant", "log_id": "L1"}, AuthenticationError,
         "invalid_grant"),
        ("tiktok", 500, {"error": {"code": "ok"}}, Unavailable, "ok"),
    ],
)  # fmt: skip
def test_each_table(name: str, status: int, document: Any, error: Class, code: str | None) -> None:
    """Status and body together say the class."""
    found = _read(name, status, document)
    assert type(found) is error
    assert (found.code or "").startswith(code or "")
    assert (found.code is None) == (code is None)


def test_a_success_is_none() -> None:
    """No error is made of an answer that is none; a job that broke there is judged later."""
    assert _read("tiktok", 200, {"error": {"code": "ok"}}) is None
    assert _read("x", 200, {"errors": [{"title": "partial"}]}) is None
    assert _read("did", 200, {"status": "error", "error": {"kind": "InternalError"}}) is None
