"""One HTTP request and its answer, whatever library carried them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

WHOLE = "holdfast.whole"
"""``http.post(…, extensions={WHOLE: True})``: the answer is wanted whole, not as it comes."""


@dataclass(frozen=True)
class Asked:
    """A request: *path* is relative to the integration's base URL and percent-encoded.

    What may hold secrets or people's words (*query*, *body*) stays out of the repr. *whole*: the
    caller waits for the whole answer, so that it can be judged and tried again before it is
    handed on (a request's extension `WHOLE`).
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    whole: bool = False

    @cached_property
    def json(self) -> Any:
        """The body as JSON, or None when it is not JSON."""
        return parsed(self.body)


@dataclass(frozen=True)
class Exchange:
    """A request with its whole answer.

    *headers* are lower-cased, *body* is decoded (no content-encoding is left), *received_at* is
    Unix time in seconds. *native* is the HTTP library's own response, to be handed on.
    """

    asked: Asked
    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    received_at: float = 0.0
    native: Any = field(default=None, repr=False, compare=False)

    @cached_property
    def json(self) -> Any:
        """The body as JSON, or None when it is not JSON."""
        return parsed(self.body)

    @property
    def content_type(self) -> str:
        """The media type without its parameters, lower-cased; "" when none was sent."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def is_refusal(self) -> bool:
        """Whether the provider said no: an HTTP status of 400 or above."""
        return self.status >= HTTPStatus.BAD_REQUEST

    @property
    def is_json(self) -> bool:
        """Whether the body is a JSON document (``null`` counts)."""
        return self.json is not None or self.body.strip() == b"null"


def parsed(document: bytes) -> Any:
    """*document* as JSON, or None when it is not JSON (also with NaN, or nested too deeply)."""
    try:
        return json.loads(document, parse_constant=_refused)
    except (ValueError, RecursionError):
        return None


def member(document: Any, name: str) -> Any:
    """``document[name]``, or None where there is no such thing."""
    return document.get(name) if isinstance(document, Mapping) else None


def query_of(encoded: bytes) -> dict[str, str]:
    """A query string as a mapping; of a repeated name the last value counts."""
    return dict(parse_qsl(encoded.decode("ascii", "replace"), keep_blank_values=True))


def _refused(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")
