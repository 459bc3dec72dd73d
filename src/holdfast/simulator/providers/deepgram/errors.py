"""Deepgram's three shapes of errors.

Current: `{"category", "message", "details", "request_id"}`; legacy, still used where the key or
the money is refused: `{"err_code", "err_msg", "request_id"}`; and a plain text.
"""

from typing import NamedTuple

from holdfast.simulator.provider import SERVER_ERRORS
from holdfast.simulator.wire import Answer, Call, Refused


class Fault(NamedTuple):
    """One documented error; *legacy*: it comes in the older shape."""

    status: int
    code: str
    message: str
    legacy: bool = True


FAULTS = (
    Fault(400, "Bad Request", "Bad Request: failed to process audio: corrupt or unsupported data"),
    Fault(400, "INVALID_JSON", "Invalid JSON submitted.", legacy=False),
    Fault(400, "INVALID_QUERY_PARAMETER", "A query parameter is not valid.", legacy=False),
    Fault(401, "INVALID_AUTH", "Invalid credentials."),
    Fault(401, "INSUFFICIENT_PERMISSIONS", "The key lacks the scope for this request."),
    Fault(402, "ASR_PAYMENT_REQUIRED", "Project does not have enough credits for this request."),
    Fault(403, "INSUFFICIENT_PERMISSIONS", "Project does not have access to this model."),
    Fault(404, "PROJECT_NOT_FOUND", "Project not found.", legacy=False),
    Fault(413, "PAYLOAD_TOO_LARGE", "The input is too large.", legacy=False),
    Fault(422, "ASR_UNPROCESSABLE_ENTITY", "The upload was cut short."),
    Fault(429, "TOO_MANY_REQUESTS", "Too many requests. Please try again later."),
    Fault(500, "INTERNAL_SERVER_ERROR", "An unexpected error occurred.", legacy=False),
    Fault(503, "SERVICE_UNAVAILABLE", "The service is unavailable.", legacy=False),
    Fault(504, "GATEWAY_TIMEOUT", "The request took too long.", legacy=False),
)


def request_id(call: Call) -> str:
    """The id that headers, answers and errors share, as a UUID."""
    return uuid(call, "request-id")


def uuid(call: Call, purpose: str) -> str:
    """A UUID that is the same for the same call of the same seed."""
    digits = call.token(32, purpose, "0123456789abcdef")
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def envelope(call: Call, fault: Fault) -> Answer:
    """One error in its own shape."""
    document = {"request_id": request_id(call)}
    if fault.legacy:
        document |= {"err_code": fault.code, "err_msg": fault.message}
    else:
        document |= {"category": fault.code, "message": fault.message, "details": ""}
    return Answer(fault.status, document=document)


def documented(call: Call, status: int, code: str | None) -> Answer:
    """The error for *status* (and *code*); statuses without an own text get the nearest one."""
    known = [f for f in FAULTS if f.status == status and code in (None, f.code)]
    other = "INTERNAL_SERVER_ERROR" if status in SERVER_ERRORS else "Bad Request"
    return envelope(call, known[0] if known else Fault(status, other, f"Error {status}."))


def codes(status: int) -> tuple[str, ...]:
    """The codes documented for *status*."""
    return tuple(fault.code for fault in FAULTS if fault.status == status)


def refused(call: Call, status: int, code: str, message: str) -> Refused:
    """An error with words of its own."""
    legacy = all(fault.legacy for fault in FAULTS if fault.code == code)
    return Refused(envelope(call, Fault(status, code, message, legacy)))
