"""Sarvam's one shape of errors: `{"error": {"message", "code", "request_id"}}`."""

from typing import NamedTuple

from holdfast.simulator.provider import SERVER_ERRORS
from holdfast.simulator.wire import Answer, Call, Refused


class Fault(NamedTuple):
    """One documented error."""

    status: int
    code: str
    message: str


FAULTS = (
    Fault(400, "invalid_request_error", "The request is not valid."),
    Fault(403, "invalid_api_key_error", "Invalid API key."),
    Fault(403, "authentication_error", "Authentication failed."),
    Fault(404, "not_found_error", "Not found."),
    Fault(413, "invalid_request_error", "The request is too large."),
    Fault(422, "unprocessable_entity_error", "The request cannot be processed."),
    Fault(429, "rate_limit_exceeded_error", "Rate limit exceeded. Please slow down."),
    Fault(429, "insufficient_quota_error", "No credits are left on this account."),
    Fault(500, "internal_server_error", "An internal error occurred."),
    Fault(500, "model_call_error", "The model could not be called."),
    Fault(502, "billing_service_unavailable_error", "Billing is not available."),
    Fault(503, "rate_limit_exceeded_error", "The service is overloaded. Please slow down."),
    Fault(504, "gateway_timeout_error", "The request took too long."),
)


def request_id(call: Call) -> str:
    """A date and a UUID."""
    digits = call.token(32, "request-id", "0123456789abcdef")
    parts = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
    return f"20261101_{'-'.join(parts)}"


def envelope(call: Call, fault: Fault) -> Answer:
    """One error as it is sent."""
    error = {"message": fault.message, "code": fault.code, "request_id": request_id(call)}
    return Answer(fault.status, document={"error": error})


def documented(call: Call, status: int, code: str | None) -> Answer:
    """The error for *status* (and *code*); statuses without an own text get the nearest one."""
    known = [f for f in FAULTS if f.status == status and code in (None, f.code)]
    other = "internal_server_error" if status in SERVER_ERRORS else "invalid_request_error"
    return envelope(call, known[0] if known else Fault(status, other, f"Error {status}."))


def codes(status: int) -> tuple[str, ...]:
    """The codes documented for *status*."""
    return tuple(fault.code for fault in FAULTS if fault.status == status)


def invalid(call: Call, message: str) -> Refused:
    """A 400 for a value that the API would not take."""
    return Refused(envelope(call, Fault(400, "invalid_request_error", message)))
