"""The policy that bounds how many calls are out at once: one slow provider takes only its seats."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any

from holdfast.errors import BulkheadFull
from holdfast.resilience.gate import MUST_WAIT, Gate
from holdfast.resilience.policy import Call


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkheadOptions:
    """*seats* calls at once; *max_waiting* others wait in line, each up to *max_wait_seconds*.

    With either of the latter 0 nobody waits: a call gets a free seat at once, or is refused.
    """

    seats: int = 20
    max_waiting: int = 100
    max_wait_seconds: float = 5.0

    def __post_init__(self) -> None:
        if self.seats < 1 or self.max_waiting < 0 or self.max_wait_seconds < 0:
            raise ValueError(f"bulkhead needs seats >= 1, bounds of waiting >= 0, got {self}")


class Bulkhead(Gate):
    """Gives each call a seat until it ends (a stream's: until its last item), first come first.

    A seat that becomes free is handed to the first in line: nobody who comes later takes it, and
    who leaves with a seat just handed to it hands it on.
    """

    def __init__(self, options: BulkheadOptions | None = None) -> None:
        self.options = options or BulkheadOptions()
        self._seats = self.options.seats
        self.taken = 0
        self.refused = 0
        self._line: deque[asyncio.Future[bool]] = deque()

    @property
    def waiting(self) -> int:
        """How many calls stand in line."""
        return len(self._line)

    def enter(self, call: Call, now: float) -> Any:  # noqa: ARG002  # as any gate
        """A free seat at once."""
        if self.taken >= self._seats:
            return MUST_WAIT
        self.taken += 1  # nobody is in line while a seat is free
        return None

    async def wait(self, call: Call) -> None:
        """A seat in turn; raises `BulkheadFull` with the numbers."""
        await self._wait(call)

    def leave(self, call: Call, token: None, answer: Any, now: float) -> None:  # noqa: ARG002
        """The seat is free again, after an answer that is held at its end."""
        if call.held:
            call.at_end(self._leave)
        elif self._line:
            self._leave()
        else:
            self.taken -= 1

    def fail(self, call: Call, token: None, error: BaseException) -> None:  # noqa: ARG002
        """The seat is free again."""
        self._leave()

    def become(self, options: BulkheadOptions) -> None:
        """Have so many seats from now on: more go to the line at once, fewer as calls end."""
        self.options = options
        while self._line and self.taken < options.seats:
            self.taken += 1
            self._leave()

    async def _wait(self, call: Call) -> None:
        arrived, patience = call.clock.monotonic(), self._patience_seconds(call)
        if patience <= 0 or len(self._line) >= self.options.max_waiting:
            raise self._full(call, len(self._line), 0.0)
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[bool] = loop.create_future()
        self._line.append(turn)
        timer = loop.call_later(patience, self._give_up, turn)
        try:
            has_seat = await turn
        except BaseException:
            self._withdraw(turn)
            raise
        finally:
            timer.cancel()
            waited = call.clock.monotonic() - arrived
            call.waited_ms += waited * 1000
        if not has_seat:
            raise self._full(call, len(self._line), waited)

    def _leave(self, _error: BaseException | None = None) -> None:
        while self._line and self.taken <= self.options.seats:
            turn = self._line.popleft()
            if not turn.done():
                turn.set_result(True)
                return
        self.taken -= 1

    def _give_up(self, turn: asyncio.Future[bool]) -> None:
        if not turn.done():
            self._line.remove(turn)
            turn.set_result(False)

    def _withdraw(self, turn: asyncio.Future[bool]) -> None:
        if turn.done() and not turn.cancelled():
            if turn.result():
                self._leave()
        elif turn in self._line:  # else it was passed over on its way out
            self._line.remove(turn)

    def _patience_seconds(self, call: Call) -> float:
        remaining, longest = call.remaining_seconds(), self.options.max_wait_seconds
        return longest if remaining is None else min(longest, remaining)

    def _full(self, call: Call, waiting: int, waited_seconds: float) -> BulkheadFull:
        self.refused += 1
        name = f"{call.origin.integration} {call.origin.operation}"
        return BulkheadFull(name, self.options.seats, waiting, waited_seconds)
