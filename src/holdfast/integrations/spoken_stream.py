"""A watch over streamed speech: it gathers the sound, and has it judged at its end."""

from collections.abc import Callable

from holdfast.events import Usage, Verdict

MOST_WATCHED_BYTES = 8 * 1024 * 1024
"""A longer sound is passed on unjudged."""


class SpokenStream:
    """Has *judge* look at the whole of it; HTTP's own end is its only end marker."""

    complete = False

    def __init__(self, judge: Callable[[bytes], Verdict | None]) -> None:
        self._judge = judge
        self._body = bytearray()
        self._too_long = False

    def feed(self, item: bytes) -> None:
        """See the next bytes."""
        self._too_long = self._too_long or len(self._body) + len(item) > MOST_WATCHED_BYTES
        if not self._too_long:
            self._body += item

    def end(self) -> Verdict | None:
        """Judge the whole; None when it was too long to be kept."""
        return None if self._too_long else self._judge(bytes(self._body))

    def usage(self) -> Usage | None:
        """It is in the head of the answer, which a watch does not see."""
        return None
