"""Text from outside, made to fit a column."""

import re
from functools import lru_cache
from hashlib import sha256

from holdfast.telemetry.redact import redact

_MOST_CHARACTERS = 200
_HASH_CHARACTERS = 32
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


def identifier(text: str) -> str:
    """An id or a name, as it is; one that is too long keeps its start and gets a hash.

    Two different ids stay different, and the same one always becomes the same text.
    """
    if len(text) <= _MOST_CHARACTERS and text.isprintable():
        return text  # as nearly all are, and what can be printed can be stored
    text = _UNSTORABLE.sub("\ufffd", text)
    if len(text) <= _MOST_CHARACTERS:
        return text
    digest = sha256(text.encode()).hexdigest()[:_HASH_CHARACTERS]
    return f"{text[: _MOST_CHARACTERS - _HASH_CHARACTERS - 1]}~{digest}"


name = lru_cache(maxsize=2_048)(identifier)
"""As `identifier`, for words of which there are few: integrations, outcomes, units."""


def optional_identifier(text: str | None) -> str | None:
    """As `identifier`; None stays None."""
    return None if text is None else identifier(text)


def free_text(text: str | None) -> str | None:
    """What somebody wrote: redacted and cut; None stays None."""
    return None if text is None else redact(text)
