"""Sessions that nobody saw for long are over: one worker says so, for all who share the record."""

import asyncio
from collections.abc import Callable

from holdfast.clock import Clock
from holdfast.events import SessionEnded, Sink
from holdfast.sessions.session import SessionLog
from holdfast.sessions.tracker import Sessions

_CHECK_SECONDS = 10.0
_PATIENCE_SECONDS = 5.0
_GRACE_SECONDS = 30.0
"""How much longer the others hold a session for active, who are not told of its end."""


class IdleSessions:
    """*decides* says whether it is this worker who tells *sink*; *log* is None without a record.

    The record knows every worker's steps, so it is asked what is idle; memory only without it.
    """

    def __init__(
        self, sessions: Sessions, log: Callable[[], SessionLog | None],
        decides: Callable[[], bool], sink: Sink, clock: Clock, idle_seconds: float,
    ) -> None:  # fmt: skip
        self._sessions, self._log, self._decides = sessions, log, decides
        self._sink, self._clock, self._idle_seconds = sink, clock, idle_seconds

    async def run(self) -> None:
        """Look now and then, for ever."""
        while True:
            await asyncio.sleep(_CHECK_SECONDS)
            await self.look()

    async def look(self) -> None:
        """Look once."""
        now = self._clock.wall()
        if self._decides():
            for session_id in await self._idle(now):
                self._sink(SessionEnded(session_id, now, "timed_out"))
        else:
            for ended in self._sessions.timed_out(now, self._idle_seconds + _GRACE_SECONDS):
                self._sessions(ended)

    async def _idle(self, now: float) -> list[str]:
        log = self._log()
        held = [one.session_id for one in self._sessions.timed_out(now, self._idle_seconds)]
        if log is None:
            return held
        try:
            asked = log.idle(now - self._idle_seconds)
            recorded = await asyncio.wait_for(asked, _PATIENCE_SECONDS)
        except Exception:  # noqa: BLE001 - whatever the record says, memory decides meanwhile
            return held
        return recorded
