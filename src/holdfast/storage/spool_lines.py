"""One event's rows as one line of JSON, and back."""

import json
from base64 import b64decode, b64encode
from datetime import datetime
from typing import Any

from holdfast.events import SessionEnded
from holdfast.storage.rows import Row, Rows, Sighting
from holdfast.telemetry.event_log import EventsRefused

_TIME, _BYTES = "$time", "$bytes"


def line_of(rows: Rows) -> bytes:
    """*rows* as a line without its end. Raises ValueError or TypeError for what JSON has not."""
    ended = [[end.session_id, end.at, end.status] for end in rows.ended]
    tables = {name: [_short(row) for row in found] for name, found in rows.tables.items()}
    said = {"rows": tables, "seen": rows.seen, "ended": ended}
    return _ENCODE(said).encode()


def rows_of_lines(lines: list[bytes]) -> Rows:
    """The rows of all *lines* together; raises `EventsRefused` for a line that is none of ours."""
    rows = Rows({}, [], [])
    try:
        for line in lines:
            _add(rows, json.loads(line, object_hook=_decoded))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise EventsRefused(f"not a line of the spool: {type(error).__name__}") from None
    return rows


def _add(rows: Rows, said: dict[str, Any]) -> None:
    for table, found in said["rows"].items():
        rows.tables.setdefault(table, []).extend(found)
    rows.seen.extend(Sighting(*seen) for seen in said["seen"])
    rows.ended.extend(SessionEnded(*ended) for ended in said["ended"])


def _short(row: Row) -> Row:
    return {name: value for name, value in row.items() if value is not None}


def _encoded(value: Any) -> Any:
    if isinstance(value, datetime):
        return {_TIME: value.isoformat()}
    if isinstance(value, bytes):
        return {_BYTES: b64encode(value).decode()}
    raise TypeError(f"a row holds a {type(value).__name__}")


def _decoded(found: dict[str, Any]) -> Any:
    if len(found) == 1:
        if _TIME in found:
            return datetime.fromisoformat(found[_TIME])
        if _BYTES in found:
            return b64decode(found[_BYTES])
    return found


_ENCODE = json.JSONEncoder(separators=(",", ":"), default=_encoded).encode
