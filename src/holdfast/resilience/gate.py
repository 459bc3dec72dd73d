"""Policies that let a call in and out without waiting, so that many can share one coroutine.

A gate is written once, as what happens when a call enters and when it leaves. By itself it is an
ordinary policy; a run of gates is fused into one frame (`resilience/frame.py`), in which a call
that nobody has to wait for, and that succeeds, passes them all without a coroutine for each.
"""

from typing import Any, Final

from holdfast.resilience.policy import Call, Proceed


class _MustWait:
    def __repr__(self) -> str:
        return "must wait"


MUST_WAIT: Final[Any] = _MustWait()
"""What `Gate.enter` returns when the call cannot enter at once; nothing was changed then."""


class Gate:
    """A policy in halves. Each entered call leaves once: by `leave` or by `fail`.

    *token* is what entering returned. Nothing here awaits, but `wait`.
    """

    __slots__ = ()

    def enter(self, call: Call, now: float) -> Any:
        """Let *call* in at *now* (monotonic); raises `CallRefused`, or returns `MUST_WAIT`."""

    async def wait(self, call: Call) -> Any:
        """Let *call* in later, after `MUST_WAIT`; returns its token or raises `CallRefused`."""
        raise NotImplementedError(f"{type(self).__name__} has nothing to wait for, {call}")

    def leave(self, call: Call, token: Any, answer: Any, now: float) -> None:
        """An *answer* came at *now*. May still raise: then the call has failed."""

    def fail(self, call: Call, token: Any, error: BaseException) -> None:
        """*error* came instead. May raise another one in its place."""

    async def __call__(self, call: Call, proceed: Proceed) -> Any:
        """The answer of ``proceed(call)``."""
        token = self.enter(call, call.clock.monotonic())
        if token is MUST_WAIT:
            token = await self.wait(call)
        try:
            answer = await proceed(call)
        except BaseException as error:
            self.fail(call, token, error)
            raise
        self.leave(call, token, answer, call.clock.monotonic())
        return answer


class Rescue(Gate):
    """A gate that may turn a failure into an answer."""

    __slots__ = ()

    def rescues(self, call: Call, error: Exception) -> bool:
        """Whether to try."""
        raise NotImplementedError

    async def rescue(self, call: Call, token: Any, error: Exception, proceed: Proceed) -> Any:
        """The answer after all, or *error* or another is raised. The call has left by `fail`."""
        raise NotImplementedError

    async def __call__(self, call: Call, proceed: Proceed) -> Any:
        """The answer of ``proceed(call)``, or what stands in for it."""
        token = self.enter(call, call.clock.monotonic())
        try:
            answer = await proceed(call)
        except BaseException as error:
            self.fail(call, token, error)
            if not isinstance(error, Exception) or not self.rescues(call, error):
                raise
            failure = error
        else:
            self.leave(call, token, answer, call.clock.monotonic())
            return answer
        try:
            return await self.rescue(call, token, failure, proceed)
        finally:
            del failure  # its traceback holds this frame: a cycle for the garbage collector
