"""The policy that stops waiting for one attempt.

All attempts under one policy are given the same time, so they run out in the order in which they
began: one timer, for the oldest of them, serves all. A timer each, as `asyncio.timeout` has it,
costs several times as much; one is set only where a deadline leaves an attempt less time.
"""

import asyncio
import math

from holdfast.errors import DeadlineExceeded, DeadlinePassed, TimedOut
from holdfast.resilience.policy import Call, Proceed


class Lasting:
    """An answer that goes on after its attempt: a stream."""

    __slots__ = ()

    def wait_at_most(self, idle_seconds: float) -> None:
        """Bound each wait that is still to come to *idle_seconds* (`math.inf`: no bound)."""
        raise NotImplementedError


class _Attempt:
    __slots__ = ("_cancelling", "_is_over", "_task", "ends_at")

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        task = asyncio.current_task(loop)
        if task is None:
            raise RuntimeError("a guarded call needs a task to run in")
        self._task, self._cancelling = task, task.cancelling()
        self._is_over = False
        self.ends_at = loop.time() + seconds

    def end(self) -> None:
        """Its time is up."""
        self._is_over = True
        self._task.cancel()

    def was_ended(self) -> bool:
        """Whether a cancellation is ours: the caller's own, at the same time, goes before."""
        return self._is_over and self._task.uncancel() <= self._cancelling


class Timeout:
    """Bounds one attempt to *seconds*, or to what the call's deadline leaves of it.

    An answer that lasts is told *idle_seconds* (default: *seconds*) for each wait to come.
    """

    def __init__(self, seconds: float, idle_seconds: float | None = None) -> None:
        self.seconds = seconds
        self.idle_seconds = seconds if idle_seconds is None else idle_seconds
        self._running: dict[_Attempt, None] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_timed = False

    def becoming(self, seconds: float) -> "Timeout":
        """The same with other *seconds*: those of an attempt that is out stay as they were."""
        idle = self.idle_seconds if self.idle_seconds != self.seconds else None
        return Timeout(seconds, idle)

    async def __call__(self, call: Call, proceed: Proceed) -> object:
        """The answer; raises `TimedOut`, or `DeadlineExceeded` when the whole call's time is up."""
        remaining = call.remaining_seconds()
        if remaining is not None and remaining < self.seconds:
            answer = await _shortened(call, proceed, remaining)
        elif self.seconds == math.inf:
            answer = await proceed(call)
        else:
            attempt = self._begin()
            try:
                answer = await proceed(call)
            except asyncio.CancelledError as error:
                if attempt.was_ended():
                    raise TimedOut(f"no answer within {self.seconds:g} s") from error
                raise
            finally:
                self._running.pop(attempt, None)
        if isinstance(answer, Lasting):
            answer.wait_at_most(self.idle_seconds)
        return answer

    def _begin(self) -> _Attempt:
        loop = asyncio.get_running_loop()
        if loop is not self._loop:  # the former loop, its timer and its attempts are gone
            self._loop, self._is_timed = loop, False
            self._running.clear()
        attempt = _Attempt(loop, self.seconds)
        self._running[attempt] = None
        if not self._is_timed:
            self._is_timed = True
            loop.call_at(attempt.ends_at, self._look, loop)
        return attempt

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """End the attempts whose time is up, and come back when the next one's will be."""
        now = loop.time()
        while self._running:
            oldest = next(iter(self._running))
            if oldest.ends_at > now:
                loop.call_at(oldest.ends_at, self._look, loop)
                return
            del self._running[oldest]
            oldest.end()
        self._is_timed = False


async def _shortened(call: Call, proceed: Proceed, seconds: float) -> object:
    if seconds <= 0:
        raise DeadlinePassed("the call's deadline passed before an attempt could go out")
    loop = asyncio.get_running_loop()
    attempt = _Attempt(loop, seconds)
    timer = loop.call_at(attempt.ends_at, attempt.end)
    try:
        return await proceed(call)
    except asyncio.CancelledError as error:
        if attempt.was_ended():
            raise DeadlineExceeded(f"no answer within the {seconds:.3g} s left") from error
        raise
    finally:
        timer.cancel()
