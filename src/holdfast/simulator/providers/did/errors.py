"""D-ID's errors: `{"kind", "description"}`, and a gateway's `{"message"}` for 502 to 504."""

from holdfast.simulator.wire import Answer, Call, Refused

GATEWAY = {502: "Bad gateway", 503: "Service Unavailable", 504: "Endpoint request timed out"}

KINDS = {
    400: ("ValidationError", "body should have required property 'script'"),
    401: ("AuthorizationError", "user unauthenticated"),
    402: ("InsufficientCreditsError", "not enough credits"),
    403: ("PermissionError", "user has no access rights"),
    404: ("NotFoundError", "not found"),
    409: ("ConflictError", "the talk is being processed"),
    413: ("ValidationError", "request entity too large"),
    429: ("TooManyRequestsError", "too many requests"),
    451: ("ModerationError", "the content did not pass moderation"),
}

FILM_GONE = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
)


def error(_call: Call, status: int, description: str | None = None) -> Answer:
    """The documented body for *status*."""
    if status in GATEWAY:
        return Answer(status, document={"message": GATEWAY[status]})
    kind, usual = KINDS.get(status, ("InternalServerError", "internal server error"))
    return Answer(status, document={"kind": kind, "description": description or usual})


def refused(call: Call, status: int, description: str | None = None) -> Refused:
    """The same, as a way out."""
    return Refused(error(call, status, description))


def film_gone() -> Refused:
    """What the file host says of a link that has expired or is not signed."""
    return Refused(Answer(403, media_type="application/xml", parts=(FILM_GONE,)))
