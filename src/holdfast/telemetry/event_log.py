"""The port through which events are kept for good, and the unit in which they are handed over."""

from typing import Protocol

from holdfast.events import Event, fact


@fact
class Batch:
    """Consecutive events of one process; *first* is the number of the first.

    The same event always comes under the same number: that is how a log recognises a batch it
    has kept already although the answer was lost.
    """

    first: int
    events: tuple[Event, ...]

    def __len__(self) -> int:
        return len(self.events)

    def halves(self) -> "tuple[Batch, Batch]":
        """The batch as two smaller ones."""
        middle = len(self.events) // 2
        return (
            Batch(self.first, self.events[:middle]),
            Batch(self.first + middle, self.events[middle:]),
        )


class EventsRefused(Exception):
    """The log is there, but does not take these events as they are: repeating will not help."""


class EventLog(Protocol):
    """Where events are kept."""

    async def append(self, batch: Batch) -> None:
        """Keep all of *batch* or, raising, none; a batch kept before changes nothing.

        Raises `EventsRefused` when one of the events is what is wrong, and anything else when
        the log is away. Ends by itself: nobody cancels it, and nothing else is appended before.
        """
