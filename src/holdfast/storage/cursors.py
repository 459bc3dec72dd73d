"""Cursors: where a page ended, as a text for the one who asks for the next."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from holdfast.clock import stamp
from holdfast.storage.texts import identifier

T = TypeVar("T")


def cursor_at(at: datetime, key: str) -> str:
    """The place of the row with this time and key."""
    return sealed((at.isoformat(), key))


def place_of(cursor: str) -> tuple[datetime, str]:
    """What `cursor_at` was made from; raises ValueError for any other text."""
    return opened(cursor, _place)


def sealed(place: Sequence[Any]) -> str:
    """A cursor for *place*, which JSON can hold."""
    text = json.dumps(place, ensure_ascii=False)
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def opened(cursor: str, read: Callable[[Any], T]) -> T:
    """What *read* makes of what `sealed` was given; raises ValueError for any other text.

    *read* raises ValueError, TypeError or OverflowError for what cannot have been sealed.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return read(json.loads(urlsafe_b64decode(padded.encode("ascii"))))
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise ValueError(f"cursor {cursor[:40]!r} is not one of ours: start without one") from None


def _place(told: Any) -> tuple[datetime, str]:
    at, key = told
    return stamp(datetime.fromisoformat(at).timestamp()), identifier(key)
