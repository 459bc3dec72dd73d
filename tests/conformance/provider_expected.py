"""What each documented answer means (providers' own pages), independent of the code that reads it.

By status as all share it, then what a provider documents otherwise: (integration, status, code).
"""

from holdfast.simulator.kinds import COMMON, KINDS, Kind

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
}

RETRIED = {"RateLimited", "Unavailable", "TimedOut", "ProtocolError", "SemanticError"}
"""What may succeed at a second try."""

BLAMELESS = {
    "PermissionDenied", "RateLimited", "InvalidRequest", "NotFound", "Conflict", "ContentRejected",
}  # fmt: skip
"""What is no evidence against the provider's health: the breaker does not count it."""

NOTHING_DONE = {408, 425, 429}
"""The provider did not look at it: even what must not be done twice may be sent again."""

BY_KIND = {
    "latency": None, "rate_limited": "RateLimited", "hang": "TimedOut", "malformed":
    "ProtocolError", "truncated_stream": "ProtocolError", "lost_answer": "Unavailable",
    "rejected_job": "ContentRejected", "failed_job": "Unavailable", "stuck_job": None,
    "early_close": "Unavailable",
}  # fmt: skip
"""By scenario; every other one spoils a good answer, which is a `SemanticError`."""

OTHERWISE: dict[tuple[str, str, str], str | None] = {
    ("elevenlabs", "tts", "malformed"): "SemanticError",
    ("elevenlabs", "tts-stream", "malformed"): "SemanticError",
}
"""By (integration, row, scenario)."""

NOT_JUDGED = {"voices", "voices-search", "embeddings", "models"}
"""Lists that may well be empty: an empty one is no failure."""

PARAMETERS = {
    "latency": {"delay_seconds": 0.01}, "rate_limited": {"retry_after_seconds": 0},
    "hang": {"seconds": 30},
}  # fmt: skip
"""Waits as short as a test needs."""


def by_answer(integration: str, status: int, code: str | None) -> str:
    """The class of an error answer."""
    named = EXCEPTIONS.get((integration, status, code))
    return named or EXCEPTIONS.get((integration, status, None)) or BY_STATUS[status]


def by_scenario(integration: str, row: str, kind: str) -> str | None:
    """The class that *kind* leads to; None when the call succeeds all the same."""
    if (integration, row, kind) in OTHERWISE:
        return OTHERWISE[integration, row, kind]
    return BY_KIND.get(kind, "SemanticError")


def kinds() -> tuple[Kind, ...]:
    """Every scenario but the errors, which have rows of their own."""
    assert COMMON
    return tuple(kind for kind in KINDS if kind.name != "error")
