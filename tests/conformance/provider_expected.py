"""What each documented answer means (providers' own pages), independent of the code that reads it.

By status as all share it, then what a provider documents otherwise: (integration, status, code).
"""

BY_STATUS = {
    400: "InvalidRequest", 401: "AuthenticationError", 402: "QuotaExhausted",
    403: "PermissionDenied", 404: "NotFound", 408: "Unavailable", 409: "Conflict",
    413: "InvalidRequest", 422: "InvalidRequest", 429: "RateLimited", 500: "Unavailable",
    502: "Unavailable", 503: "Unavailable", 504: "Unavailable",
}  # fmt: skip

EXCEPTIONS: dict[tuple[str, int, str | None], str] = {
    ("openai", 404, "model_not_found"): "InvalidRequest",
    ("openai", 429, "insufficient_quota"): "QuotaExhausted",
    ("prokerala", 403, None): "QuotaExhausted",
    ("elevenlabs", 401, "quota_exceeded"): "QuotaExhausted",
    ("elevenlabs", 425, "too_early"): "Unavailable",
    ("did", 451, None): "ContentRejected",
    ("deepgram", 401, "INSUFFICIENT_PERMISSIONS"): "PermissionDenied",
    ("deepgram", 422, "ASR_UNPROCESSABLE_ENTITY"): "Unavailable",
}

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
    "wrong_model": None, "wrong_usage": None, "withheld_answer": "SemanticError final",
    "cut_answer": "SemanticError final", "contradicting_chart": "SemanticError final",
    "low_confidence": "SemanticError final",
}  # fmt: skip
"""By scenario; every other one spoils a good answer: a `SemanticError`. None: it succeeds all the
same (with a warning); final: another attempt would bring nothing better."""

OTHERWISE: dict[tuple[str, str, str], str | None] = {
    ("elevenlabs", "tts", "malformed"): "SemanticError",
    ("elevenlabs", "tts-stream", "malformed"): "SemanticError",
    ("deepgram", "stt", "wrong_language"): "SemanticError final",
    ("deepgram", "tts", "malformed"): "SemanticError",
    ("deepgram", "tts-stream", "malformed"): "SemanticError",
    ("prokerala", "chart", "malformed"): "SemanticError",
    ("elevenlabs", "voices", "empty_success"): None,
    ("elevenlabs", "voices-search", "empty_success"): None,
}
"""By (integration, row, scenario)."""

PARAMETERS = {
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
