"""The policy that stops waiting for one attempt.

All attempts under one policy are given the same time, so they run out in the order in which they
began: one timer, for the oldest of them, serves all. A timer each, as `asyncio.timeout` has it,
costs several times as much; one is set only where a deadline leaves an attempt less time.
"""

import asyncio
import math
from typing import Any

from holdfast.clock import Clock
from holdfast.errors import DeadlineExceeded, DeadlinePassed, TimedOut
from holdfast.resilience.gate import Gate
from holdfast.resilience.policy import Call


class Lasting:
    """An answer that goes on after its attempt: a stream."""

    __slots__ = ()

    def wait_at_most(self, idle_seconds: float) -> None:
        """Bound each wait that is still to come to *idle_seconds* (`math.inf`: no bound)."""
        raise NotImplementedError


_Attempt = tuple[float, asyncio.Task[Any], int]
"""When it ends (monotonic), the task it runs in, and how often that had been cancelled before."""


class _Shortened:
    """An attempt with a timer of its own: the call's deadline leaves it less time."""

    __slots__ = ("_task", "cancelling", "is_over", "seconds", "timer")

    def __init__(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        self._task = _current_task(loop)
        self.cancelling, self.is_over, self.seconds = self._task.cancelling(), False, seconds
        self.timer = loop.call_later(seconds, self._end)

    def was_ended(self) -> bool:
        """Whether a cancellation is ours: the caller's own, at the same time, goes before.

        Asked once: the task is told that what we asked of it is done.
        """
        return self.is_over and self._task.uncancel() <= self.cancelling

    def _end(self) -> None:
        self.is_over = True
        self._task.cancel()


class Timeout(Gate):
    """Bounds one attempt to *seconds*, or to what the call's deadline leaves of it.

    An answer that lasts is told *idle_seconds* (default: *seconds*) for each wait to come.
    """

    def __init__(self, seconds: float, idle_seconds: float | None = None) -> None:
        self.seconds = seconds
        self.idle_seconds = seconds if idle_seconds is None else idle_seconds
        self._running: dict[Call, _Attempt] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_timed = False

    def becoming(self, seconds: float) -> "Timeout":
        """The same with other *seconds*: those of an attempt that is out stay as they were."""
        idle = self.idle_seconds if self.idle_seconds != self.seconds else None
        return Timeout(seconds, idle)

    def enter(self, call: Call, now: float) -> _Attempt | _Shortened | None:
        """Time begins; raises `DeadlinePassed` when there is none left."""
        seconds, deadline = self.seconds, call.deadline
        if deadline is not None and deadline - now < seconds:
            if deadline <= now:
                raise DeadlinePassed("the call's deadline passed before an attempt could go out")
            return _Shortened(deadline - now)
        if seconds == math.inf:
            return None
        loop = self._loop
        task = None if loop is None else asyncio.current_task(loop)
        if task is None or not self._is_timed:
            task = self._start_timing(call)
        attempt = self._running[call] = (now + seconds, task, task.cancelling())
        return attempt

    def leave(
        self,
        call: Call,
        token: _Attempt | _Shortened | None,
        answer: Any,
        now: float,  # noqa: ARG002
    ) -> None:
        """Time no longer matters to it."""
        if type(token) is tuple:
            if self._running.pop(call, None) is None:  # it answered in spite of its cancellation
                token[1].uncancel()
        elif isinstance(token, _Shortened):
            token.timer.cancel()
            token.was_ended()
        if call.held and isinstance(answer, Lasting):
            answer.wait_at_most(self.idle_seconds)

    def fail(self, call: Call, token: _Attempt | _Shortened | None, error: BaseException) -> None:
        """Raises `TimedOut`, or `DeadlineExceeded` when the whole call's time was up."""
        is_cancelled = isinstance(error, asyncio.CancelledError)
        if isinstance(token, _Shortened):
            token.timer.cancel()
            if token.was_ended() and is_cancelled:
                raise DeadlineExceeded(
                    f"no answer within the {token.seconds:.3g} s left"
                ) from error
        elif token is not None:
            _, task, cancelling = token
            was_ended = self._running.pop(call, None) is None and task.uncancel() <= cancelling
            if was_ended and is_cancelled:
                raise TimedOut(f"no answer within {self.seconds:g} s") from error

    def _start_timing(self, call: Call) -> asyncio.Task[Any]:
        loop = asyncio.get_running_loop()
        if loop is not self._loop:  # the former loop, its timer and its attempts are gone
            self._loop, self._is_timed = loop, False
            self._running.clear()
        task = _current_task(loop)
        if not self._is_timed:
            self._is_timed = True
            loop.call_later(self.seconds, self._look, loop, call.clock)
        return task

    def _look(self, loop: asyncio.AbstractEventLoop, clock: Clock) -> None:
        """End the attempts whose time is up, and come back when the next one's will be."""
        now = clock.monotonic()
        while self._running:
            oldest = next(iter(self._running))
            ends_at, task, _ = self._running[oldest]
            if ends_at > now:
                loop.call_later(ends_at - now, self._look, loop, clock)
                return
            del self._running[oldest]
            task.cancel()
        self._is_timed = False


def _current_task(loop: asyncio.AbstractEventLoop) -> asyncio.Task[Any]:
    task = asyncio.current_task(loop)
    if task is None:
        raise RuntimeError("a guarded call needs a task to run in")
    return task
