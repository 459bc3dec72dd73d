"""OpenAI's error envelope: `{"error": {"message", "type", "param", "code"}}`, all four present."""

from typing import NamedTuple

from holdfast.simulator.provider import SERVER_ERRORS
from holdfast.simulator.wire import Answer, Refused


class Fault(NamedTuple):
    """One documented error. *code* may be null on the wire."""

    status: int
    type: str
    code: str | None
    message: str


FAULTS = (
    Fault(400, "invalid_request_error", None, "We could not understand the request."),
    Fault(
        400,
        "invalid_request_error",
        "context_length_exceeded",
        "This model's maximum context length is 128000 tokens. Please reduce the length.",
    ),
    Fault(401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    Fault(
        403,
        "request_forbidden",
        "unsupported_country_region_territory",
        "Country, region, or territory not supported",
    ),
    Fault(404, "invalid_request_error", "model_not_found", "The model does not exist."),
    Fault(408, "server_error", None, "Request timeout."),
    Fault(409, "server_error", None, "The resource was updated by another process."),
    Fault(413, "invalid_request_error", None, "The request body is too large."),
    Fault(
        429,
        "requests",
        "rate_limit_exceeded",
        "Rate limit reached for requests. Please slow down and try again.",
    ),
    Fault(
        429,
        "insufficient_quota",
        "insufficient_quota",
        "You exceeded your current quota, please check your plan and billing details.",
    ),
    Fault(500, "server_error", None, "The server had an error while processing your request."),
    Fault(503, "server_error", None, "The engine is currently overloaded, please try later."),
)


def envelope(
    status: int, message: str, kind: str, code: str | None = None, param: str | None = None
) -> Answer:
    """One error in OpenAI's shape."""
    error = {"message": message, "type": kind, "param": param, "code": code}
    return Answer(status, document={"error": error})


def refusal(message: str, param: str | None = None, code: str | None = None) -> Refused:
    """A 400 for a request that the API would not take."""
    return Refused(envelope(400, message, "invalid_request_error", code, param))


def codes(status: int) -> tuple[str, ...]:
    """The codes documented for *status*."""
    return tuple(fault.code for fault in FAULTS if fault.status == status and fault.code)


def documented(status: int, code: str | None) -> Answer:
    """The error for *status* (and *code*); statuses without an own text get the nearest one."""
    known = [f for f in FAULTS if f.status == status and code in (None, f.code)]
    other = "server_error" if status in SERVER_ERRORS else "invalid_request_error"
    fault = known[0] if known else Fault(status, other, None, f"Request failed ({status}).")
    return envelope(status, fault.message, fault.type, fault.code)
