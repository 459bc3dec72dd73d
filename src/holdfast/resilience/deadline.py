"""The policy that bounds a whole call: every attempt and every wait together."""

from contextvars import Token
from typing import Any

from holdfast import context
from holdfast.errors import DeadlinePassed
from holdfast.resilience.gate import Gate
from holdfast.resilience.policy import Call

_set, _reset = context.deadline.set, context.deadline.reset


class Deadline(Gate):
    """Gives a call *seconds*, or what an enclosing call has left if that is less.

    It cancels nothing itself: whoever waits further in (limiter, retry, timeout) asks the call
    how much is left, so that an expired deadline is a failure and never looks like the caller's
    own cancellation.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def enter(self, call: Call, now: float) -> Token[float | None]:  # noqa: ARG002  # as any gate
        """Nested guarded calls inherit what is left. Raises `DeadlinePassed`."""
        mine = call.started + self.seconds
        if call.deadline is None or mine < call.deadline:
            call.deadline = mine
        elif call.deadline <= call.started:
            raise DeadlinePassed("the enclosing call's deadline has passed")
        return _set(call.deadline)

    def leave(self, call: Call, token: Token[float | None], answer: Any, now: float) -> None:  # noqa: ARG002
        """What stands around has its own deadline again."""
        _reset(token)

    def fail(self, call: Call, token: Token[float | None], error: BaseException) -> None:  # noqa: ARG002
        """As `leave`."""
        _reset(token)
