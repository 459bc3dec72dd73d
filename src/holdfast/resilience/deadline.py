"""The policy that bounds a whole call: every attempt and every wait together."""

from holdfast import context
from holdfast.errors import DeadlinePassed
from holdfast.resilience.policy import Call, Proceed


class Deadline:
    """Gives a call *seconds*, or what an enclosing call has left if that is less.

    It cancels nothing itself: whoever waits further in (limiter, retry, timeout) asks the call
    how much is left, so that an expired deadline is a failure and never looks like the caller's
    own cancellation.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    async def __call__(self, call: Call, proceed: Proceed) -> object:
        """The answer; nested guarded calls inherit what is left. Raises `DeadlinePassed`."""
        mine = call.started + self.seconds
        if call.deadline is None or mine < call.deadline:
            call.deadline = mine
        elif call.deadline <= call.started:
            raise DeadlinePassed("the enclosing call's deadline has passed")
        token = context.deadline.set(call.deadline)
        try:
            answer: object = await proceed(call)
        finally:
            context.deadline.reset(token)
        return answer
