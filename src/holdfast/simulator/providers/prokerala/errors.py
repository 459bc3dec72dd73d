"""Prokerala's error envelope: `{"id", "status": "error", "errors": [{"title", "detail", …}]}`."""

import uuid

from holdfast.simulator.wire import Answer, Call, Refused

TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Payload Too Large",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}

DETAILS = {
    401: "The access token is invalid or has expired.",
    403: "Your account has insufficient credits to perform this request.",
    429: "You have exceeded your rate limit of {requests} requests per 60 seconds.",
}

CODES = {400: ("1001", "1002", "1004"), 401: ("643",)}
"""1001 invalid, 1002 missing, 1004 not in the sandbox; 643 an expired token."""


def error(call: Call, status: int, detail: str, code: str | None = None, at: str = "") -> Answer:
    """One error in Prokerala's shape; *at* is the parameter to blame, such as `/coordinates`."""
    item: dict[str, object] = {"title": TITLES.get(status, "Error"), "detail": detail}
    if code:
        item["code"] = code
    if at:
        item["source"] = {"parameter": f"/{at}"}
    ident = uuid.UUID(int=call.dice("error-id").getrandbits(128), version=4)
    return Answer(status, document={"id": str(ident), "status": "error", "errors": [item]})


def missing(call: Call, parameter: str) -> Refused:
    """A required parameter is not there."""
    text = f"This value should not be blank. Parameter '{parameter}' is required."
    return Refused(error(call, 400, text, "1002", parameter))


def invalid(call: Call, parameter: str, wanted: str, code: str = "1001") -> Refused:
    """A parameter has a value that is not allowed."""
    return Refused(error(call, 400, f"Invalid {parameter}: {wanted}.", code, parameter))
