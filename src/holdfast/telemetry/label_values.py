"""What callers say, as label values: few different ones, whatever is in them.

Free text would make a series of every user (contract fault 8): numbers become ranges, ids in
paths and messages are cut out, and what is left is bounded in length.
"""

import re
from collections.abc import Callable, Mapping
from hashlib import md5
from types import MappingProxyType
from typing import Any

UNKNOWN = "unknown"

_LONGEST = 100
_ID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|\b(?=\w*\d)[0-9a-fA-F]{8,}\b"
_ID_SEGMENT = re.compile(rf"(?<=/)(?:\d+|{_ID}|[\w-]{{24,}})(?=/|$)")
_VARIES = re.compile(rf"{_ID}|[\w.+-]+@[\w-]+\.[\w.]+|'[^']*'|\"[^\"]*\"|\d+")
_RANGES = ((0, "0"), (10, "1-10"), (100, "11-100"), (1_000, "101-1000"))
_WORDS = {"true": "True", "1": "True", "yes": "True", "false": "False", "0": "False", "no": "False"}


def label_values(names: tuple[str, ...], given: Mapping[str, Any]) -> tuple[str, ...]:
    """The values of *names*, in that order; what is not *given* is "unknown"."""
    return tuple(_KINDS.get(name, _text)(given.get(name)) for name in names)


def message_kind(message: str) -> str:
    """The first 8 hex digits of the MD5 of *message* without ids, numbers, quotations, addresses.

    Of a message that holds none of these it is the contract's `message_hash`.
    """
    plain = _VARIES.sub("*", message)
    return md5(plain.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()[:8]


def _text(value: Any) -> str:
    return UNKNOWN if value is None else (str(value)[:_LONGEST] or UNKNOWN)


def _flag(value: Any) -> str:
    """One spelling, the contract's: "True", "False"."""
    return _WORDS.get(_text(value).lower(), UNKNOWN)


def _range(value: Any) -> str:
    if value is None:
        return UNKNOWN
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return _text(value)
    return next((name for most, name in _RANGES if number <= most), "1001+")


def _retries(value: Any) -> str:
    text = _text(value)
    return text if not text.isdecimal() or int(text) <= 10 else "11+"


def _path(value: Any) -> str:
    return _ID_SEGMENT.sub("{id}", _text(value).partition("?")[0])


_KINDS: Mapping[str, Callable[[Any], str]] = MappingProxyType(
    {
        "rag_used": _flag,
        "cache_hit": _flag,
        "result_count": _range,
        "result_size": _range,
        "retry_count": _retries,
        "endpoint": _path,
    }
)
