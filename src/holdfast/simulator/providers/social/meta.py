"""What the doubles of Facebook and Instagram share: the error envelope, the usage headers."""

import json
from collections.abc import Mapping
from typing import NamedTuple

from holdfast.simulator.provider import SERVER_ERRORS
from holdfast.simulator.window import Window
from holdfast.simulator.wire import Answer, Call, Refused


class Fault(NamedTuple):
    """One documented error."""

    status: int
    code: int
    subcode: int | None
    message: str
    type: str = "OAuthException"


FAULTS = (
    Fault(400, 100, None, "Invalid parameter"),
    Fault(400, 100, 33, "Unsupported get request. Object does not exist"),
    Fault(400, 190, 463, "Error validating access token: Session has expired."),
    Fault(400, 190, 460, "Error validating access token: The password was changed."),
    Fault(400, 4, None, "(#4) Application request limit reached"),
    Fault(400, 17, None, "(#17) User request limit reached"),
    Fault(400, 368, None, "The action attempted has been deemed abusive"),
    Fault(400, 506, None, "Duplicate status message"),
    Fault(401, 190, 467, "Error validating access token: This session is invalid."),
    Fault(403, 10, None, "(#10) Application does not have permission for this action"),
    Fault(403, 200, None, "(#200) The permission(s) are not available"),
    Fault(404, 100, 33, "Unsupported get request."),
    Fault(429, 4, None, "(#4) Application request limit reached"),
    Fault(500, 1, None, "An unknown error occurred"),
    Fault(500, 2, None, "Service temporarily unavailable"),
)


def error(call: Call, status: int, code: str | None = None) -> Answer:
    """The documented error for *status*; *code* is ``190/463`` and the like."""
    known = [f for f in FAULTS if f.status == status and code in (None, code_of(f))]
    server = status in SERVER_ERRORS
    return envelope(call, known[0] if known else Fault(status, 2 if server else 100, None, "Error"))


def codes(status: int) -> tuple[str, ...]:
    """The codes documented for *status*."""
    return tuple(code_of(fault) for fault in FAULTS if fault.status == status)


def code_of(fault: Fault) -> str:
    """Code and subcode in one."""
    return f"{fault.code}/{fault.subcode}" if fault.subcode else str(fault.code)


def envelope(call: Call, fault: Fault, status: int | None = None) -> Answer:
    """``{"error": {"message", "type", "code", "error_subcode"?, "fbtrace_id"}}``."""
    told: dict[str, object] = {"message": fault.message, "type": fault.type, "code": fault.code}
    if fault.subcode is not None:
        told["error_subcode"] = fault.subcode
    told["fbtrace_id"] = f"A{call.token(21, 'trace')}"
    return Answer(status or fault.status, document={"error": told})


def in_success(call: Call, _good: Answer) -> Answer:
    """An expired session, told with 200."""
    return envelope(call, FAULTS[2], 200)


def refused(call: Call, status: int, code: str) -> Refused:
    """A documented error as a way out."""
    return Refused(error(call, status, code))


def usage(window: Window) -> Mapping[str, str]:
    """``X-App-Usage``: the share of the window that is used, in percent."""
    used = round(100 * (1 - window.remaining / window.limit))
    shares = {"call_count": used, "total_cputime": used // 4, "total_time": used // 3}
    headers = {"x-app-usage": json.dumps(shares)}
    if window.remaining == 0:
        minutes = max(1, round(window.resets_in_seconds / 60))
        entry = {"type": "pages", **shares, "estimated_time_to_regain_access": minutes}
        headers["x-business-use-case-usage"] = json.dumps({"17841400000000001": [entry]})
    return headers
