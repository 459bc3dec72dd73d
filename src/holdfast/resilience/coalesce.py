"""The policy that lets identical calls in flight share one: a thousand ask, one goes out.

The first caller leads, the others follow. A leader that goes away, or has no time left, hands
the lead to the first follower: no task of ours outlives the callers.
"""

import asyncio
from collections.abc import Hashable, Iterable
from enum import Enum
from types import TracebackType
from typing import Any, NamedTuple

from holdfast.errors import DeadlineExceeded, DeadlinePassed
from holdfast.events import Verdict
from holdfast.resilience.policy import Call, Proceed
from holdfast.resilience.sameness import Key, key_of

_GRAIN_SECONDS = 0.01
"""A deadline so close has come: timers are coarse."""


class _Turn(Enum):
    LEAD = "the leader is gone: go yourself, for all"
    ALONE = "the answer cannot be shared: go yourself, for yourself"
    LATE = "your own time is up"


class _Landed(NamedTuple):
    """How the leader's call ended, for its followers."""

    answer: Any = None
    verdict: Verdict | None = None
    error: Exception | None = None
    trace: TracebackType | None = None


_Followers = dict["asyncio.Future[_Turn | _Landed]", None]
"""In order of arrival."""


class Coalesce:
    """One call to the provider for all that ask the same at the same time (`Key`).

    For idempotent operations only. A stream or a body cannot be shared: each goes by itself.
    """

    def __init__(self, key: Key) -> None:
        self._key = key
        self._flights: dict[Hashable, _Followers] = {}

    def __len__(self) -> int:
        return len(self._flights)

    async def __call__(self, call: Call, proceed: Proceed) -> Any:
        """The answer or the failure of the one call that went out; each has its own deadline."""
        key = key_of(call, self._key)
        if key is None:
            return await proceed(call)
        followers = self._flights.get(key)
        if followers is None:
            followers = self._flights[key] = {}
        else:
            turn = await self._follow(call, key, followers)
            if isinstance(turn, _Landed):
                try:
                    return _share(call, turn)
                finally:
                    del turn  # a failure's traceback holds this frame
            if turn is _Turn.ALONE:
                return await proceed(call)
        try:
            answer = await proceed(call)
        except BaseException as error:
            self._fail(call, key, followers, error)
            raise
        del self._flights[key]
        if followers:
            _tell(followers, _Turn.ALONE if call.held else _Landed(answer, call.verdict))
        return answer

    async def _follow(self, call: Call, key: Hashable, followers: _Followers) -> _Turn | _Landed:
        arrived, remaining = call.clock.monotonic(), call.remaining_seconds()
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[_Turn | _Landed] = loop.create_future()
        followers[turn] = None
        timer = None
        if remaining is not None:
            timer = loop.call_later(remaining, _tell, (turn,), _Turn.LATE)
        try:
            told = await turn
        except BaseException:
            if turn.done() and not turn.cancelled() and turn.result() is _Turn.LEAD:
                self._hand_over(key, followers)
            raise
        finally:
            del followers[turn]
            if timer is not None:
                timer.cancel()
            call.waited_ms += (call.clock.monotonic() - arrived) * 1000
        if told is _Turn.LATE:
            raise DeadlineExceeded(f"no shared answer within the {remaining:.3g} s left")
        return told

    def _fail(self, call: Call, key: Hashable, followers: _Followers, error: BaseException) -> None:
        if not isinstance(error, Exception) or _is_own_deadline(call, error):
            self._hand_over(key, followers)
        else:
            del self._flights[key]
            _tell(followers, _Landed(error=error, trace=error.__traceback__))

    def _hand_over(self, key: Hashable, followers: _Followers) -> None:
        heir = next((turn for turn in followers if not turn.done()), None)
        if heir is None:
            del self._flights[key]
        else:
            heir.set_result(_Turn.LEAD)


def _tell(followers: "Iterable[asyncio.Future[_Turn | _Landed]]", told: _Turn | _Landed) -> None:
    for turn in followers:
        if not turn.done():
            turn.set_result(told)


def _is_own_deadline(call: Call, error: Exception) -> bool:
    remaining = call.remaining_seconds()
    is_late = remaining is not None and remaining <= _GRAIN_SECONDS
    return is_late and isinstance(error, DeadlineExceeded | DeadlinePassed)


def _share(call: Call, landed: _Landed) -> Any:
    call.served_from, call.verdict = "coalesced", landed.verdict
    if landed.error is None:
        return landed.answer
    error, trace = landed.error, landed.trace
    try:
        raise error.with_traceback(trace)
    finally:
        del landed, error, trace  # the traceback holds this frame: a cycle for the collector
