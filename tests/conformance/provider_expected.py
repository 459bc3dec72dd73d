"""What each documented answer means (providers' own pages), independent of the code that reads it.

By status as all share it, then what a provider documents otherwise: (integration, status, code).
"""

BY_STATUS = {
    400: "InvalidRequest", 401: "AuthenticationError", 402: "QuotaExhausted",
    403: "PermissionDenied", 404: "NotFound", 408: "Unavailable", 409: "Conflict",
    413: "InvalidRequest", 422: "InvalidRequest", 429: "RateLimited", 500: "Unavailable",
    502: "Unavailable", 503: "Unavailable", 504: "Unavailable",
}  # fmt: skip

_META: tuple[tuple[tuple[int, str], str], ...] = (
    ((400, "100/33"), "NotFound"), ((400, "190/463"), "AuthenticationError"),
    ((400, "190/460"), "AuthenticationError"), ((400, "4"), "RateLimited"),
    ((400, "17"), "RateLimited"), ((400, "368"), "ContentRejected"), ((400, "506"), "Conflict"),
)  # fmt: skip

EXCEPTIONS: dict[tuple[str, int, str | None], str] = {
    ("openai", 404, "model_not_found"): "InvalidRequest",
    ("openai", 429, "insufficient_quota"): "QuotaExhausted",
    ("prokerala", 403, None): "QuotaExhausted",
    ("elevenlabs", 401, "quota_exceeded"): "QuotaExhausted",
    ("elevenlabs", 425, "too_early"): "Unavailable",
    ("did", 451, None): "ContentRejected",
    **{(name, *answer): error for name in ("facebook", "instagram") for answer, error in _META},
    ("youtube", 403, "quotaExceeded"): "QuotaExhausted",
    ("youtube", 403, "rateLimitExceeded"): "RateLimited",
    ("youtube", 403, "userRateLimitExceeded"): "RateLimited",
    ("youtube", 400, "uploadLimitExceeded"): "QuotaExhausted",
    ("x", 429, "usage-capped"): "QuotaExhausted",
    ("linkedin", 429, "TOO_MANY_REQUESTS"): "QuotaExhausted",  # of the day
    ("linkedin", 422, "DUPLICATE_POST"): "Conflict",
    ("linkedin", 426, "NONEXISTENT_VERSION"): "InvalidRequest",
    ("tiktok", 403, "spam_risk_too_many_posts"): "QuotaExhausted",
    ("tiktok", 403, "spam_risk_user_banned_from_posting"): "ContentRejected",
    ("tiktok", 401, "scope_not_authorized"): "PermissionDenied",
    ("sarvam", 403, "invalid_api_key_error"): "AuthenticationError",
    ("sarvam", 403, "authentication_error"): "AuthenticationError",
    ("sarvam", 429, "insufficient_quota_error"): "QuotaExhausted",
    ("sarvam", 503, "rate_limit_exceeded_error"): "RateLimited",
    ("deepgram", 401, "INSUFFICIENT_PERMISSIONS"): "PermissionDenied",
    ("deepgram", 422, "ASR_UNPROCESSABLE_ENTITY"): "Unavailable",
}

PLAIN = {("x", 429)}
"""(integration, status) that comes without a code unless one is asked for."""

BY_CODE_ALONE = {"facebook", "instagram", "tiktok"}
"""Their pages say to decide by the code in the body: only statuses that have codes are told."""

AT_TOKEN_ENDPOINTS = (429, 500, 502, 503, 504)
"""RFC 6749 has a vocabulary of its own for what is refused; the rest means what it always does."""

TOKEN_ENDPOINTS = {"token", "introspect", "tokeninfo", "refresh", "exchange", "debug-token"}

TRANSLATED = {
    ("did", "credits", "NotFound"): "none at all: that is how D-ID says that there are no credits",
}
"""(integration, row, class) of what the guard tells and the client does not raise, and why."""

RETRIED = {"RateLimited", "Unavailable", "TimedOut", "ProtocolError", "SemanticError"}
"""What may succeed at a second try."""

BLAMELESS = {
    "PermissionDenied", "RateLimited", "InvalidRequest", "NotFound", "Conflict", "ContentRejected",
}  # fmt: skip
"""What is no evidence against the provider's health: the breaker does not count it."""

UNTOUCHED = {408, 425, 429}
"""The provider did not look at it: even what must not be done twice may be sent again."""

BY_KIND = {
    "latency": None, "rate_limited": "RateLimited", "hang": "TimedOut",
    "malformed": "ProtocolError", "truncated_stream": "ProtocolError",
    "early_close": "ProtocolError", "lost_answer": "Unavailable", "stream_error": "Unavailable",
    "rejected_job": "ContentRejected", "failed_job": "SemanticError final", "stuck_job": None,
    "missing_scope": None, "wrong_account": None, "expiring_token": None, "invalid_token": None,
    "stale_refresh": None, "error_in_success": "AuthenticationError",
    "wrong_model": None, "wrong_usage": None, "withheld_answer": "SemanticError final",
    "cut_answer": "SemanticError final", "contradicting_chart": "SemanticError final",
    "low_confidence": "SemanticError final",
}  # fmt: skip
"""By scenario; every other one spoils a good answer: a `SemanticError`. None: it succeeds all the
same (with a warning); final: another attempt would bring nothing better."""

OTHERWISE: dict[tuple[str, str, str], str | None] = {
    ("elevenlabs", "tts", "malformed"): "SemanticError",
    ("elevenlabs", "tts-stream", "malformed"): "SemanticError",
    ("sarvam", "tts-stream", "malformed"): "SemanticError",
    ("sarvam", "tts", "truncated_stream"): "SemanticError",
    ("sarvam", "translation", "truncated_stream"): None,  # of a short sentence: a warning
    ("sarvam", "stt", "low_confidence"): None,  # the provider tells no confidence: a warning
    ("sarvam", "stt", "wrong_language"): "SemanticError final",
    ("sarvam", "stt-live", "low_confidence"): None,
    ("sarvam", "tts-live", "no_end"): "TimedOut",
    ("deepgram", "stt", "wrong_language"): "SemanticError final",
    ("deepgram", "tts", "malformed"): "SemanticError",
    ("deepgram", "tts-stream", "malformed"): "SemanticError",
    ("prokerala", "chart", "malformed"): "SemanticError",
    ("elevenlabs", "subscription", "spent_credits"): None,  # told by its health
    ("elevenlabs", "subscription", "lapsed_account"): None,
    ("did", "delete", "malformed"): None,  # nothing is read of the answer
    ("did", "film", "malformed"): "SemanticError",
    ("youtube", "channels", "empty_success"): None,  # told by its check
    ("x", "me", "error_in_success"): "SemanticError",
    ("linkedin", "userinfo", "rate_limited"): "QuotaExhausted",
}
"""By (integration, row, scenario)."""

PARAMETERS: dict[str, dict[str, float]] = {
    "latency": {"delay_seconds": 0.01}, "rate_limited": {"retry_after_seconds": 0},
    "hang": {"seconds": 30},
}  # fmt: skip
"""Waits as short as a test needs."""

ON_A_SOCKET = {"early_close": "Unavailable", "lost_answer": None}
"""A conversation that is lost is lost in another way, and has no single answer to lose."""

BEFORE_THE_SOCKET_OPENS = {"rate_limited"}
"""The only scenario, beside errors, that strikes a handshake."""

BEFORE_THE_FIRST_BYTE = {"latency", "rate_limited", "hang", "malformed", "lost_answer"}
"""What strikes a streamed answer too before anybody has seen a part of it."""


def by_answer(integration: str, status: int, code: str | None) -> str:
    """The class of an error answer."""
    named = EXCEPTIONS.get((integration, status, code))
    return named or EXCEPTIONS.get((integration, status, None)) or BY_STATUS[status]


def by_scenario(integration: str, row: str, kind: str) -> str | None:
    """The class that *kind* leads to; None when the call succeeds all the same."""
    if (integration, row, kind) in OTHERWISE:
        return OTHERWISE[integration, row, kind]
    return BY_KIND.get(kind, "SemanticError")
