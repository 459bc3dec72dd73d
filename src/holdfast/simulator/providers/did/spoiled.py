"""D-ID's good answers made bad, with HTTP 200."""

from dataclasses import replace

from holdfast.simulator.wire import Answer, Call

_LATE = ("result_url", "duration")


def without_film(_call: Call, good: Answer) -> Answer:
    """Done, and no result_url."""
    if good.document["status"] != "done":
        return good
    kept = {name: value for name, value in good.document.items() if name != "result_url"}
    return replace(good, document=kept)


def failed(_call: Call, good: Answer) -> Answer:
    """The job broke on D-ID's side."""
    return _ended(good, "error", "InternalServerError", "failed to render")


def rejected(_call: Call, good: Answer) -> Answer:
    """Moderation did not like it."""
    return _ended(good, "rejected", "ModerationError", "the content did not pass moderation")


def stuck(_call: Call, good: Answer) -> Answer:
    """Started, for ever."""
    kept = {name: value for name, value in good.document.items() if name not in _LATE}
    return replace(good, document={**kept, "status": "started"})


def no_id(_call: Call, good: Answer) -> Answer:
    """Created, but nobody knows what."""
    return replace(good, document={**good.document, "id": ""})


def no_credits_told(_call: Call, good: Answer) -> Answer:
    """An answer without the one number in it."""
    return replace(good, document={"credits": []})


def error_page(_call: Call, good: Answer) -> Answer:
    """A film host that shows a page in place of the film."""
    page = b"<html><body>We are updating our storage.</body></html>"
    return replace(good, status=200, media_type="text/html", headers={}, parts=(page,))


def _ended(good: Answer, status: str, kind: str, description: str) -> Answer:
    kept = {name: value for name, value in good.document.items() if name not in _LATE}
    error = {"kind": kind, "description": description}
    return replace(good, document={**kept, "status": status, "error": error})
