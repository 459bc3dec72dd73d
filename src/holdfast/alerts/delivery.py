"""Takes alerts to where people read them: in its own time, bounded, and never in the way."""

import asyncio
import contextlib
from collections import Counter, deque
from typing import Protocol

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.errors import HoldfastError, InvalidRequest
from holdfast.events import AlertChanged, Event, Sink, discard
from holdfast.guard.guard import Guard
from holdfast.guard.options import GuardOptions, build
from holdfast.resilience.circuit import BreakerOptions
from holdfast.resilience.retry import RetryOptions

_AGAIN_SECONDS = 15.0

_GUARDED = GuardOptions(
    deadline_seconds=60.0,
    timeout_seconds=5.0,
    retry=RetryOptions(retries=3, first_wait_seconds=1.0, safe=True),
    breaker=BreakerOptions(consecutive_failures=5, open_seconds=30.0),
    limiter=None,
)


class Notifier(Protocol):
    """One place where people read. *name* says which, without its secrets."""

    name: str

    async def tell(self, alert: AlertChanged) -> None:
        """Deliver *alert*; raises `InvalidRequest` when it never will, else `HoldfastError`."""


class Delivery:
    """A sink: queues what *notifier* shall be told, guarded like any other call of ours.

    Above *most_waiting* the oldest go; *dropped* counts by reason what was never delivered.
    """

    def __init__(
        self, notifier: Notifier, *, most_waiting: int = 100, sink: Sink = discard,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:  # fmt: skip
        self.dropped: Counter[str] = Counter()
        self.delivered = 0
        self.last_error: str | None = None
        self._notifier, self._most = notifier, most_waiting
        self._waiting: deque[AlertChanged] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._come = asyncio.Event()
        self._guard: Guard = build(
            "alerts", notifier.name, _GUARDED, sink=sink, clock=clock
        )  # fmt: skip

    def __call__(self, event: Event) -> None:
        """Queue *event* if it is an alert; from any thread."""
        if not isinstance(event, AlertChanged):
            return
        if len(self._waiting) >= self._most:
            self._waiting.popleft()
            self.dropped["alerts_waiting"] += 1
        self._waiting.append(event)
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._come.set)

    async def run(self) -> None:
        """Deliver one after the other, for ever."""
        self._loop = asyncio.get_running_loop()
        self._come = asyncio.Event()
        while True:
            while self._waiting and await self._delivered(self._waiting[0]):
                pass
            self._come.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_AGAIN_SECONDS if self._waiting else None):
                    await self._come.wait()

    async def _delivered(self, alert: AlertChanged) -> bool:
        try:
            await self._guard.call(self._notifier.tell, alert)
        except InvalidRequest:
            self.dropped["alert_rejected"] += 1
        except HoldfastError as error:
            self.last_error = str(error)
            return False
        else:
            self.delivered += 1
        if self._waiting and self._waiting[0] is alert:  # else it was dropped meanwhile
            self._waiting.popleft()
        return True
