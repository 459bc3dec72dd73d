"""Cursors: where a page ended, as a text for the one who asks for the next."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime

from holdfast.clock import stamp
from holdfast.storage.texts import identifier


def cursor_at(at: datetime, key: str) -> str:
    """The place of the row with this time and key."""
    place = json.dumps([at.isoformat(), key])
    return urlsafe_b64encode(place.encode()).decode().rstrip("=")


def place_of(cursor: str) -> tuple[datetime, str]:
    """What `cursor_at` was made from; raises ValueError for any other text."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        at, key = json.loads(urlsafe_b64decode(padded.encode("ascii")))
        return stamp(datetime.fromisoformat(at).timestamp()), identifier(key)
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise ValueError(f"cursor {cursor[:40]!r} is not one of ours: start without one") from None
