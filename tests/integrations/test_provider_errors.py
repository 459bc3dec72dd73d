"""Each provider's documented error table."""

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
from holdfast.integrations import CATALOG, deepgram, elevenlabs, openai, prokerala, sarvam
from holdfast.integrations.answer_errors import class_of
from holdfast.integrations.exchange import Asked, Exchange

ErrorClass = type[ProviderError]


def answered(status: int, document: Any = None, path: str = "/x", **headers: str) -> Exchange:
    """An answer with a JSON body."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Exchange(Asked("POST", path), status, names, json.dumps(document).encode())


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (200, None),
        (204, None),
        (302, ProtocolError),
        (400, InvalidRequest),
        (401, AuthenticationError),
        (402, QuotaExhausted),
        (403, PermissionDenied),
        (404, NotFound),
        (408, Unavailable),
        (409, Conflict),
        (413, InvalidRequest),
        (422, InvalidRequest),
        (425, Unavailable),
        (429, RateLimited),
        (500, Unavailable),
        (529, Unavailable),
        (600, ProtocolError),
    ],
)
def test_a_status_alone_has_a_class(status: int, error: ErrorClass | None) -> None:
    """Whatever the body says, every status means something."""
    assert class_of(status) is error


@pytest.mark.parametrize(
    ("status", "code", "kind", "error"),
    [
        (400, None, "invalid_request_error", InvalidRequest),
        (400, "context_length_exceeded", "invalid_request_error", InvalidRequest),
        (400, "content_filter", None, ContentRejected),
        (401, "invalid_api_key", "invalid_request_error", AuthenticationError),
        (403, "unsupported_country_region_territory", None, PermissionDenied),
        (404, "model_not_found", "invalid_request_error", InvalidRequest),
        (404, None, "invalid_request_error", NotFound),
        (429, "rate_limit_exceeded", "requests", RateLimited),
        (429, "insufficient_quota", "insufficient_quota", QuotaExhausted),
        (429, None, "insufficient_quota", QuotaExhausted),
        (500, None, "server_error", Unavailable),
        (503, "overloaded", None, Unavailable),
    ],
)
def test_openai(status: int, code: str | None, kind: str | None, error: ErrorClass) -> None:
    """The code decides where the status means several things."""
    document = {"error": {"message": "words", "type": kind, "param": None, "code": code}}
    found = openai.read_error(answered(status, document, x_request_id="r1"))
    assert type(found) is error
    assert (found.status, found.code, found.request_id) == (status, code or kind, "r1")


@pytest.mark.parametrize(
    ("status", "code", "detail", "error"),
    [
        (400, "1001", "Invalid coordinates.", InvalidRequest),
        (400, "1002", "Parameter missing.", InvalidRequest),
        (400, "1004", "Sandbox.", InvalidRequest),
        (401, "643", "The access token has expired.", AuthenticationError),
        (403, None, "Out of credits.", QuotaExhausted),
        (429, None, "exceeded your rate limit of 5 requests per 60 seconds.", RateLimited),
        (502, None, "Bad gateway.", Unavailable),
    ],
)
def test_prokerala(status: int, code: str | None, detail: str, error: ErrorClass) -> None:
    """403 is an empty account, and 429 tells the interval in its sentence."""
    item = {"title": "t", "detail": detail} | ({"code": code} if code else {})
    found = prokerala.read_error(
        answered(status, {"id": "u1", "status": "error", "errors": [item]})
    )
    assert type(found) is error
    assert (found.code, found.request_id) == (code, "u1")
    assert found.retry_after_seconds == (60.0 if status == 429 else None)


def test_prokeralas_token_endpoint_is_never_quoted() -> None:
    """What it says may be about the client secret."""
    document = {"errors": [{"title": "t", "detail": "wrong secret s3cret"}]}
    found = prokerala.read_error(answered(400, document, path="/token"))
    assert str(found) == "prokerala answered 400"


@pytest.mark.parametrize(
    ("status", "detail", "error", "code"),
    [
        (400, {"code": "text_too_long", "message": "m"}, InvalidRequest, "text_too_long"),
        (400, {"status": "quota_exceeded", "message": "m"}, QuotaExhausted, "quota_exceeded"),
        (
            400,
            {"status": "max_character_limit_exceeded", "message": "m"},
            InvalidRequest,
            "max_character_limit_exceeded",
        ),
        (
            401,
            {"status": "invalid_api_key", "message": "m"},
            AuthenticationError,
            "invalid_api_key",
        ),
        (401, {"status": "quota_exceeded", "message": "m"}, QuotaExhausted, "quota_exceeded"),
        (402, {"code": "insufficient_credits"}, QuotaExhausted, "insufficient_credits"),
        (403, {"code": "subscription_required"}, PermissionDenied, "subscription_required"),
        (404, {"code": "voice_not_found"}, NotFound, "voice_not_found"),
        (409, {"code": "already_running"}, Conflict, "already_running"),
        (
            422,
            [{"loc": ["body", "text"], "msg": "Field required"}],
            InvalidRequest,
            "validation_error",
        ),
        (425, "Too early", Unavailable, None),
        (429, {"code": "concurrent_limit_exceeded"}, RateLimited, "concurrent_limit_exceeded"),
        (429, {"status": "system_busy"}, RateLimited, "system_busy"),
        (503, {"code": "maintenance"}, Unavailable, "maintenance"),
    ],
)
def test_elevenlabs(status: int, detail: Any, error: ErrorClass, code: str | None) -> None:
    """All three shapes of detail are read, and a quota is one whatever its status."""
    found = elevenlabs.read_error(answered(status, {"detail": detail}, request_id="r1"))
    assert type(found) is error
    assert (found.code, found.request_id) == (code, "r1")


@pytest.mark.parametrize(
    ("status", "document", "error", "code"),
    [
        (400, {"err_code": "Bad Request", "err_msg": "m"}, InvalidRequest, "Bad Request"),
        (400, {"category": "INVALID_JSON", "message": "m"}, InvalidRequest, "INVALID_JSON"),
        (401, {"err_code": "INVALID_AUTH"}, AuthenticationError, "INVALID_AUTH"),
        (
            401,
            {"err_code": "INSUFFICIENT_PERMISSIONS"},
            PermissionDenied,
            "INSUFFICIENT_PERMISSIONS",
        ),
        (402, {"err_code": "ASR_PAYMENT_REQUIRED"}, QuotaExhausted, "ASR_PAYMENT_REQUIRED"),
        (404, {"category": "PROJECT_NOT_FOUND"}, NotFound, "PROJECT_NOT_FOUND"),
        (413, "too long", InvalidRequest, None),
        (
            422,
            {"err_code": "ASR_UNPROCESSABLE_ENTITY"},
            Unavailable,
            "ASR_UNPROCESSABLE_ENTITY",
        ),
        (429, {"err_code": "TOO_MANY_REQUESTS"}, RateLimited, "TOO_MANY_REQUESTS"),
        (504, None, Unavailable, None),
    ],
)
def test_deepgram(status: int, document: Any, error: ErrorClass, code: str | None) -> None:
    """Three shapes, and a cut upload that is worth another attempt."""
    found = deepgram.read_error(answered(status, document, dg_request_id="r1"))
    assert type(found) is error
    assert (found.code, found.request_id) == (code, "r1")


def test_deepgram_does_not_repeat_signed_addresses() -> None:
    """What it could not fetch may be told, without the query that opens it."""
    words = "REMOTE_CONTENT_ERROR: could not fetch https://a.example/b.wav?sig=hush#x"
    found = deepgram.read_error(answered(400, {"err_code": "x", "err_msg": words}))
    assert str(found).endswith("could not fetch https://a.example/b.wav?…")


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, "invalid_request_error", InvalidRequest),
        (403, "invalid_api_key_error", AuthenticationError),
        (403, "authentication_error", AuthenticationError),
        (404, "not_found_error", NotFound),
        (422, "unprocessable_entity_error", InvalidRequest),
        (429, "insufficient_quota_error", QuotaExhausted),
        (429, "rate_limit_exceeded_error", RateLimited),
        (503, "rate_limit_exceeded_error", RateLimited),
        (500, "model_call_error", Unavailable),
        (504, "gateway_timeout_error", Unavailable),
        (503, None, Unavailable),
    ],
)
def test_sarvam(status: int, code: str | None, error: ErrorClass) -> None:
    """The code goes before the status; 403 is a key that is not accepted."""
    document = {"error": {"message": "m", "code": code, "request_id": "r1"}}
    found = sarvam.read_error(answered(status, document))
    assert type(found) is error
    assert (found.code, found.request_id) == (code, "r1")


def test_elevenlabs_field_errors_are_told_with_their_place() -> None:
    """A list of field errors becomes one readable line."""
    detail = [{"loc": ["body", "text"], "msg": "Field required"}, {"msg": "odd"}]
    found = elevenlabs.read_error(answered(422, {"detail": detail}))
    assert str(found) == (
        "elevenlabs answered 422: validation_error: body.text: Field required; ?: odd"
    )


@pytest.mark.parametrize("name", sorted(CATALOG))
@pytest.mark.parametrize("status", [401, 403])
def test_words_about_a_key_are_not_repeated(name: str, status: int) -> None:
    """Providers echo parts of the key they refuse; only the status and code are kept."""
    words = "Incorrect API key provided: sk-abc***xyz"
    document = {
        "error": {"message": words},
        "errors": [{"detail": words}] if status == 401 else [],
        "detail": {"message": words},
    }
    found = CATALOG[name].read_error(answered(status, document))
    assert "sk-abc" not in str(found)


@pytest.mark.parametrize("name", sorted(CATALOG))
@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"null", b"[]", b'"x"', b'{"error": 1, "errors": [1], "detail": 1}']
)
def test_any_body_can_be_an_error(name: str, body: bytes) -> None:
    """A gateway's error page is classed by its status, never a crash."""
    found = CATALOG[name].read_error(Exchange(Asked("GET", "/x"), 502, {}, body))
    assert type(found) is Unavailable
    assert str(found) == f"{name} answered 502"


def test_long_words_are_shortened() -> None:
    """A message is one line of bounded length."""
    found = openai.read_error(answered(500, {"error": {"message": "a\n b" * 500}}))
    assert found is not None
    assert len(str(found)) < 250
    assert "\n" not in str(found)


@pytest.mark.parametrize(
    ("name", "exchange", "unit", "amount"),
    [
        ("openai", answered(200, {"usage": {"total_tokens": 7}}), "tokens", 7.0),
        ("prokerala", answered(200, {}, x_api_credits="10"), "credits", 10.0),
        ("elevenlabs", answered(200, None, character_cost="53"), "characters", 53.0),
        ("deepgram", answered(200, None, dg_char_count="53"), "characters", 53.0),
        ("deepgram", answered(200, {"metadata": {"duration": 2.5}}), "audio_seconds", 2.5),
    ],
)
def test_usage_is_read(name: str, exchange: Exchange, unit: str, amount: float) -> None:
    """Each provider tells the cost in its own place and unit."""
    usage = CATALOG[name].read_usage(exchange)
    assert usage is not None
    assert (usage.unit, usage.amount) == (unit, amount)


@pytest.mark.parametrize("name", sorted(CATALOG))
def test_an_answer_may_tell_no_cost(name: str) -> None:
    """Without it there is no usage, and no error."""
    assert CATALOG[name].read_usage(answered(200, {})) is None
