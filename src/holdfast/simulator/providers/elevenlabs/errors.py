"""ElevenLabs' three shapes of `detail`.

Current: `{"type", "code", "message", "status", "request_id", "param"?}`; legacy, still used where
the key or the quota is refused: `{"status", "message"}`; validation (422): a list.
"""

from typing import Any, NamedTuple

from holdfast.simulator.provider import SERVER_ERRORS
from holdfast.simulator.wire import Answer, Call, Refused

UNPROCESSABLE = 422


class Fault(NamedTuple):
    """One documented error; *legacy*: it comes in the older shape."""

    status: int
    type: str
    code: str
    message: str
    legacy: bool = False


FAULTS = (
    Fault(400, "invalid_request", "malformed_json", "The request body is not valid JSON."),
    Fault(401, "authentication_error", "invalid_api_key", "Invalid API key", legacy=True),
    Fault(
        401,
        "authentication_error",
        "quota_exceeded",
        "This request exceeds your quota. You have 0 credits remaining.",
        legacy=True,
    ),
    Fault(402, "payment_required", "insufficient_credits", "You have no credits left."),
    Fault(403, "authorization_error", "insufficient_permissions", "Your plan does not allow this."),
    Fault(404, "not_found", "voice_not_found", "A voice with this ID was not found."),
    Fault(409, "conflict", "already_running", "This request is already running."),
    Fault(413, "invalid_request", "payload_too_large", "The request body is too large."),
    Fault(425, "conflict", "too_early", "Too early, try again."),
    Fault(429, "rate_limit_error", "rate_limit_exceeded", "Rate limit exceeded."),
    Fault(
        429,
        "rate_limit_error",
        "concurrent_limit_exceeded",
        "Too many concurrent requests for your subscription.",
    ),
    Fault(429, "rate_limit_error", "system_busy", "We are experiencing heavy traffic."),
    Fault(500, "internal_error", "internal_error", "An internal error occurred."),
    Fault(503, "service_unavailable", "service_unavailable", "The service is unavailable."),
    Fault(503, "service_unavailable", "maintenance", "The service is under maintenance."),
)


def request_id(call: Call) -> str:
    """The id that headers and errors share."""
    return call.token(20, "request-id")


def envelope(call: Call, fault: Fault, param: str | None = None) -> Answer:
    """One error in its own shape."""
    detail: dict[str, Any] = {"status": fault.code, "message": fault.message}
    if not fault.legacy:
        detail |= {"type": fault.type, "code": fault.code, "request_id": request_id(call)}
        if param:
            detail["param"] = param
    return Answer(fault.status, document={"detail": detail})


def documented(call: Call, status: int, code: str | None) -> Answer:
    """The error for *status* (and *code*); statuses without an own text get the nearest one."""
    if status == UNPROCESSABLE:
        return invalid_field("body", "Input should be valid").answer
    known = [f for f in FAULTS if f.status == status and code in (None, f.code)]
    other = "internal_error" if status in SERVER_ERRORS else "invalid_request"
    return envelope(call, known[0] if known else Fault(status, other, other, f"Error {status}."))


def codes(status: int) -> tuple[str, ...]:
    """The codes documented for *status*."""
    return tuple(fault.code for fault in FAULTS if fault.status == status)


def bad_request(call: Call, code: str, message: str, param: str) -> Refused:
    """A 400 for a value that the API would not take."""
    return Refused(envelope(call, Fault(400, "validation_error", code, message), param))


def not_found(call: Call, code: str, message: str, param: str) -> Refused:
    """A 404 for a voice or model that does not exist."""
    return Refused(envelope(call, Fault(404, "not_found", code, message), param))


def invalid_field(field: str, message: str, kind: str = "value_error") -> Refused:
    """A 422 from the framework's own validation: `detail` is a list."""
    problem = {"type": kind, "loc": ["body", field], "msg": message, "input": None}
    return Refused(Answer(422, document={"detail": [problem]}))
