"""The policy that stops waiting for one attempt.

All attempts under one policy are given the same time, so they run out in the order in which they
began: one timer, for the oldest of them, serves all. A timer each, as `asyncio.timeout` has it,
costs about ten times as much; it is used only where a deadline leaves an attempt less time.
"""

import asyncio
import math

from holdfast.errors import DeadlineExceeded, DeadlinePassed, TimedOut
from holdfast.resilience.policy import Call, Proceed


class _Attempt:
    __slots__ = ("cancelling", "ends_at", "is_over", "task")

    def __init__(self, task: "asyncio.Task[object]", ends_at: float) -> None:
        self.task, self.ends_at = task, ends_at
        self.cancelling = task.cancelling()
        self.is_over = False


class Lasting:
    """An answer that is still coming (a stream)."""

    def wait_at_most(self, idle_seconds: float) -> None:
        """Bound each further wait for a part of it."""


class Timeout:
    """Bounds one attempt to *seconds*, or to what the call's deadline leaves of it.

    Of an answer that is still coming, each wait for a further part is bounded to *idle_seconds*
    (None: the same).
    """

    def __init__(self, seconds: float, idle_seconds: float | None = None) -> None:
        self.seconds = seconds
        self.idle_seconds = seconds if idle_seconds is None else idle_seconds
        self._running: dict[_Attempt, None] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_timed = False

    async def __call__(self, call: Call, proceed: Proceed) -> object:
        """The answer; raises `TimedOut`, or `DeadlineExceeded` when the whole call's time is up."""
        remaining = call.remaining_seconds()
        if remaining is not None and remaining < self.seconds:
            return self._held(call, await _shortened(call, proceed, remaining))
        attempt = self._begin()
        try:
            answer = await proceed(call)
            return self._held(call, answer) if call.held else answer
        except asyncio.CancelledError as error:
            # Ours, unless the caller's own came at the same time: that one goes before.
            if attempt.is_over and attempt.task.uncancel() <= attempt.cancelling:
                raise TimedOut(f"no answer within {self.seconds:g} s") from error
            raise
        finally:
            self._running.pop(attempt, None)

    def _held(self, call: Call, answer: object) -> object:
        if call.held and self.idle_seconds < math.inf and isinstance(answer, Lasting):
            answer.wait_at_most(self.idle_seconds)
        return answer

    def _begin(self) -> _Attempt:
        loop = asyncio.get_running_loop()
        task = asyncio.current_task(loop)
        if task is None:
            raise RuntimeError("a guarded call needs a task to run in")
        if loop is not self._loop:  # the former loop, its timer and its attempts are gone
            self._loop, self._is_timed = loop, False
            self._running.clear()
        attempt = _Attempt(task, loop.time() + self.seconds)
        self._running[attempt] = None
        if not self._is_timed and self.seconds < math.inf:
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
            oldest.is_over = True
            oldest.task.cancel()
        self._is_timed = False


async def _shortened(call: Call, proceed: Proceed, seconds: float) -> object:
    if seconds <= 0:
        raise DeadlinePassed("the call's deadline passed before an attempt could go out")
    scope = asyncio.timeout(seconds)
    try:
        async with scope:
            return await proceed(call)
    except TimeoutError as error:
        if scope.expired():
            raise DeadlineExceeded(f"no answer within the {seconds:.3g} s left") from error
        raise
