"""Whether what is shared is in reach: every question has a bound, every failure is counted."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal, TypeVar

from holdfast.clock import Clock
from holdfast.resilience.shared import SharingFailed, SharingOptions, SharingStatus

T = TypeVar("T")

_MOST_DOUBLINGS = 30


class Link:
    """One process's contact with the others.

    *is_up* is what admission reads: while it is False everybody decides alone. *joins* grows each
    time that contact is made, so that who was alone meanwhile can tell. *members* is the number
    of processes in contact, as last heard.
    """

    def __init__(
        self,
        options: SharingOptions,
        clock: Clock,
        random: Callable[[], float],
        on_change: Callable[[SharingStatus], None],
    ) -> None:
        self.is_up = False
        self.joins = 0
        self.members = options.assumed_processes
        self._options, self._clock, self._random = options, clock, random
        self._on_change = on_change
        self._status: Literal["joining", "ok", "degraded"] = "joining"
        self._since = clock.wall()
        self._failures = self._failures_in_a_row = 0
        self._last_error: str | None = None
        self._last_error_at: float | None = None
        self._round_trip_ms: float | None = None
        self._has_left = False

    async def ask(self, answer: Awaitable[T]) -> T:
        """The *answer*, which shows that the others are in reach; raises what it raises.

        Raises `SharingFailed` when there is none within *answer_seconds*.
        """
        asked_at = self._clock.monotonic()
        try:
            async with asyncio.timeout(self._options.answer_seconds):
                answered = await answer
        except TimeoutError:
            bound = f"no answer within {self._options.answer_seconds:g} s"
            raise SharingFailed(bound) from None
        self._round_trip_ms = (self._clock.monotonic() - asked_at) * 1000
        self._failures_in_a_row = 0
        if not self.is_up and not self._has_left:
            self.is_up = True
            self.joins += 1
            self._become("ok")
        return answered

    def lost(self, error: Exception) -> None:
        """A question failed: decide alone until one is answered."""
        self.is_up = False
        self._failures += 1
        self._failures_in_a_row += 1
        # Only a port's own text is known to be redacted.
        self._last_error = str(error) if isinstance(error, SharingFailed) else type(error).__name__
        self._last_error_at = self._clock.wall()
        if self._status != "degraded":
            self._become("degraded")

    def begin(self) -> None:
        """From now on an answer means that the others are in reach."""
        self._has_left = False

    def leave(self) -> None:
        """Nobody asks any longer, but to say goodbye: decide alone."""
        self.is_up, self._has_left = False, True

    def pause_seconds(self) -> float:
        """Until the next question: short while all is well, longer and longer while it is not."""
        options = self._options
        if self.is_up:
            return options.look_seconds
        doublings = min(max(self._failures_in_a_row - 1, 0), _MOST_DOUBLINGS)
        longest = min(options.first_pause_seconds * 2.0**doublings, options.longest_pause_seconds)
        return longest * (0.5 + 0.5 * self._random())

    def status(self) -> SharingStatus:
        """How it goes, to show."""
        return SharingStatus(
            status=self._status, since=self._since, failures=self._failures, joins=self.joins,
            last_error=self._last_error, last_error_at=self._last_error_at,
            round_trip_ms=self._round_trip_ms,
        )  # fmt: skip

    def _become(self, status: Literal["ok", "degraded"]) -> None:
        self._status, self._since = status, self._clock.wall()
        self._on_change(self.status())
