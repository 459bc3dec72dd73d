"""The parts of a ``multipart/form-data`` body, by name (RFC 7578)."""

import re

_NAME = re.compile(rb'\bname="([^"\r\n]*)"', re.IGNORECASE)


def fields_of(body: bytes) -> dict[str, bytes]:
    """Name → content; of a repeated name the last counts. {} for what is no such body.

    The boundary is its first line, so that the request's headers are not needed.
    """
    boundary = body[:100].partition(b"\r\n")[0]
    if not boundary.startswith(b"--"):
        return {}
    found = {}
    for part in (b"\r\n" + body).split(b"\r\n" + boundary)[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if name is not None:
            found[name[1].decode("utf-8", "replace")] = content
    return found


def text_of(fields: dict[str, bytes], name: str) -> str | None:
    """A short field as text; None when there is no such field."""
    content = fields.get(name)
    return None if content is None else content.decode("utf-8", "replace")
