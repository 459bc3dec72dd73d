"""How long a stream may keep its reader waiting, and how long it may last."""

import asyncio
import math
from collections.abc import Callable
from types import TracebackType

from holdfast.errors import DeadlineExceeded, TimedOut


class Patience:
    """Bounds what happens under ``with patience:``, the wait for one item of a stream.

    Each wait has *idle_seconds*, all of them together have *whole_seconds* from now (`math.inf`:
    no bound). Who waits too long is interrupted with `TimedOut` or `DeadlineExceeded`; when the
    whole time is up and nobody waits, *unread* is called instead.

    One timer serves many waits: it is set by the first, and looks for the newest when it fires.
    So an item costs no timer of its own.
    """

    __slots__ = (
        "_cancelling", "_idle_seconds", "_last", "_look_again", "_loop", "_over", "_task",
        "_unread", "_until",
    )  # fmt: skip

    def __init__(
        self,
        idle_seconds: float,
        whole_seconds: float,
        unread: Callable[[DeadlineExceeded], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._idle_seconds, self._unread = idle_seconds, unread
        self._task: asyncio.Task[object] | None = None
        self._cancelling, self._until = 0, math.inf
        self._over: TimedOut | None = None
        self._look_again: asyncio.TimerHandle | None = None
        self._last: asyncio.TimerHandle | None = None
        if whole_seconds < math.inf:
            self._last = self._loop.call_later(max(whole_seconds, 0.0), self._end)

    def wait_at_most(self, idle_seconds: float) -> None:
        """From the next wait on, each has *idle_seconds*."""
        self._idle_seconds = idle_seconds
        self.close_idle()

    def close(self) -> None:
        """The stream is over: nobody waits any more."""
        self.close_idle()
        if self._last is not None:
            self._last.cancel()
            self._last = None

    def close_idle(self) -> None:
        """Stop looking for who waits too long, until the next wait."""
        if self._look_again is not None:
            self._look_again.cancel()
            self._look_again = None

    def __enter__(self) -> None:
        task = asyncio.current_task(self._loop)
        if task is None:
            raise RuntimeError("a guarded stream needs a task to be read in")
        self._task, self._cancelling = task, task.cancelling()
        if self._idle_seconds < math.inf:
            self._until = self._loop.time() + self._idle_seconds
            if self._look_again is None:
                self._look_again = self._loop.call_at(self._until, self._look)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        task, self._task = self._task, None
        if self._over is None or task is None:
            return
        # Ours, unless the caller's own cancellation came at the same time: that one goes before.
        if task.uncancel() <= self._cancelling:
            raise self._over from error

    def _look(self) -> None:
        self._look_again = None
        if self._task is None:
            return
        if self._loop.time() < self._until:
            self._look_again = self._loop.call_at(self._until, self._look)
        else:
            self._interrupt(TimedOut(f"no further item within {self._idle_seconds:g} s"))

    def _end(self) -> None:
        self._last = None
        error = DeadlineExceeded("the stream had not ended when the call's time was up")
        if self._task is None:
            self._unread(error)
        else:
            self._interrupt(error)

    def _interrupt(self, error: TimedOut) -> None:
        if self._task is not None and self._over is None:
            self._over = error
            self._task.cancel()
