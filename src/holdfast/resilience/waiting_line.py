"""Those who wait in front of a bucket."""

import asyncio
from collections.abc import Callable

from holdfast.errors import LimitReached
from holdfast.resilience.bucket import Bucket
from holdfast.resilience.policy import Call

Refusal = Callable[[float], LimitReached]
"""The error for one who would have to wait so many seconds."""


class WaitingLine:
    """In order of arrival; who would wait too long is refused at once.

    Only the first in the line takes places, and only to go at once: who leaves while waiting
    has taken nothing, and nobody who waits slips past a ``Retry-After`` that came meanwhile.
    """

    __slots__ = ("_places", "turns")

    def __init__(self) -> None:
        self.turns: list[asyncio.Future[None]] = []  # an empty deque takes ten times as much
        self._places = 0

    def __len__(self) -> int:
        return len(self.turns)

    def wait_seconds(self, bucket: Bucket, now: float, cost: int) -> float:
        """How long a call of *cost* places that came *now* would wait at the end of the line."""
        return bucket.wait_seconds(now, self._places + cost - 1)

    async def take(
        self, call: Call, bucket: Bucket, cost: int, until: float, refusal: Refusal
    ) -> None:
        """Take *cost* places in turn, at *until* (monotonic) the latest, or raise *refusal*."""
        arrived = call.clock.monotonic()
        if (wait := self.wait_seconds(bucket, arrived, cost)) > max(until - arrived, 0.0):
            raise refusal(wait)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.turns.append(turn)
        self._places += cost
        try:
            if self.turns[0] is not turn:
                await turn
            while (wait := bucket.reserve_several(now := call.clock.monotonic(), cost)) > 0:
                if wait > until - now:
                    raise refusal(wait)
                await bucket.pause(wait)
        finally:
            self._leave(turn, cost)
            call.waited_ms += (call.clock.monotonic() - arrived) * 1000

    def _leave(self, turn: asyncio.Future[None], cost: int) -> None:
        self.turns.remove(turn)
        self._places -= cost
        if self.turns and not self.turns[0].done():
            self.turns[0].set_result(None)
