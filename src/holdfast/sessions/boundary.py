"""Losses between two flows of one session, as between two requests: judged from the record.

What came before the first step of a flow may have happened in any process, so only the record can
tell. The process in which that step was taken asks it, once, a moment later: each boundary is
judged by nobody else.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from threading import Lock
from typing import NamedTuple

from holdfast.events import ContextLost, Event, StepTaken
from holdfast.seen import ContextSeen
from holdfast.sessions.blocks import lost
from holdfast.sessions.context_flow import StepSeen, known_before, losses_at
from holdfast.telemetry.fold import Fold

GRACE_SECONDS = 3.0
"""After it, whatever other processes saw before has been written."""

_PATIENCE_SECONDS = 120.0

StepsOf = Callable[[str], Awaitable[Sequence[StepSeen]]]


class _Boundary(NamedTuple):
    session_id: str
    step: str
    at: float
    entered_at: float
    context: ContextSeen


class Boundaries(Fold):
    """A sink that remembers the first step of each flow until it is judged; at most *most*.

    *unjudged* counts those that gave way, or for which the record had no answer in time.
    """

    def __init__(self, *, most: int = 1000) -> None:
        self.unjudged = 0
        self._most = most
        self._waiting: deque[_Boundary] = deque()
        self._lock = Lock()

    def __call__(self, event: Event) -> None:
        """Remember *event* if it is the first step of a flow that goes on with a session."""
        self.take_in((event,), 0.0)

    def take_in(self, events: Sequence[Event], since: float) -> None:  # noqa: ARG002  # as a fold
        """Remember those of *events* that are such steps."""
        for event in events:
            if type(event) is StepTaken and event.context is not None:
                self._remember(event, event.context)

    def _remember(self, event: StepTaken, seen: ContextSeen) -> None:
        scope = event.scope
        if not seen.opening or seen.begun or scope.session_id is None:
            return
        entered_at = event.at - event.duration_ms / 1000
        with self._lock:
            if len(self._waiting) >= self._most:
                self._waiting.popleft()
                self.unjudged += 1
            self._waiting.append(
                _Boundary(scope.session_id, scope.step or "", event.at, entered_at, seen)
            )

    async def judge(self, now: float, steps_of: StepsOf) -> list[ContextLost]:
        """What was lost on the way to those that are old enough at *now* (Unix time).

        Raises what *steps_of* raises; what was not judged then is judged the next time.
        """
        self.catch_up()
        found: list[ContextLost] = []
        while (boundary := self._next(now)) is not None:
            steps = await steps_of(boundary.session_id)
            known = known_before(steps, boundary.entered_at, (boundary.step, boundary.at))
            found += [
                lost(boundary.session_id, boundary.at, boundary.step, loss)
                for loss in losses_at(known, boundary.context)
            ]
            with self._lock:
                if self._waiting and self._waiting[0] is boundary:
                    self._waiting.popleft()
        return found

    def _next(self, now: float) -> _Boundary | None:
        with self._lock:
            while self._waiting and now - self._waiting[0].at > _PATIENCE_SECONDS:
                self._waiting.popleft()
                self.unjudged += 1
            if self._waiting and now - self._waiting[0].at >= GRACE_SECONDS:
                return self._waiting[0]
        return None
