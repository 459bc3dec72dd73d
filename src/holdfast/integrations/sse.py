"""Server-sent events, piece by piece: only the data of each event, which is all providers use.

https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
"""

import re

LONGEST_LINE_BYTES = 1024 * 1024
"""A longer line is dropped: we only watch, and stay bounded."""

_LINE_END = re.compile(rb"\r\n|\n|\r(?!$)")


class EventData:
    """Turns the bytes of a stream into the data of its events."""

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []
        self._size = 0

    def feed(self, piece: bytes) -> list[str]:
        """The data of the events that *piece* completed."""
        *lines, self._rest = _LINE_END.split(self._rest + piece)
        if len(self._rest) > LONGEST_LINE_BYTES:
            self._rest = b""
        return [data for line in lines if (data := self._line(line)) is not None]

    def _line(self, line: bytes) -> str | None:
        if not line:
            data, self._data, self._size = self._data, [], 0
            return b"\n".join(data).decode("utf-8", "replace") if data else None
        name, _, value = line.partition(b":")
        if name == b"data" and self._size + len(value) <= LONGEST_LINE_BYTES:
            self._data.append(value.removeprefix(b" "))
            self._size += len(value)
        return None
