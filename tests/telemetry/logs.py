"""Logs that misbehave on command."""

import asyncio
from collections.abc import Callable

from holdfast.events import ControlUsed, Event
from holdfast.telemetry.event_log import Batch, EventsRefused


def fact(number: int) -> ControlUsed:
    """A small event that one can tell from others."""
    return ControlUsed("openai", None, float(number), "test", str(number))


def poison(number: int) -> ControlUsed:
    """An event that `FakeLog` does not take."""
    return ControlUsed("openai", None, float(number), "poison", str(number))


class FakeLog:
    """Keeps events by their numbers, and behaves as *mood* says at each append."""

    def __init__(self) -> None:
        self.kept: dict[int, Event] = {}
        self.batches: list[int] = []
        self.appends = 0
        self.mood: Callable[[], str] = lambda: "well"

    async def append(self, batch: Batch) -> None:
        """As `EventLog.append`; raises or waits when the mood is not *well*."""
        self.appends += 1
        match self.mood():
            case "away":
                raise ConnectionError("the log is away")
            case "hanging":
                await asyncio.sleep(30.0)
                raise ConnectionError("the connection broke at last")
            case "slow":
                await asyncio.sleep(3.0)
            case "answer lost":
                self._keep(batch)
                raise ConnectionError("the answer is lost")
        self._keep(batch)

    def _keep(self, batch: Batch) -> None:
        if any(
            isinstance(event, ControlUsed) and event.action == "poison" for event in batch.events
        ):
            raise EventsRefused("no column holds this")
        self.batches.append(len(batch))
        self.kept.update(enumerate(batch.events, batch.first))
