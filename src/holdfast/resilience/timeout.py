"""The policy that stops waiting for one attempt."""

import asyncio

from holdfast.errors import DeadlineExceeded, DeadlinePassed, TimedOut
from holdfast.resilience.policy import Call, Proceed


class Timeout:
    """Bounds one attempt to *seconds*, or to what the call's deadline leaves of it."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    async def __call__(self, call: Call, proceed: Proceed) -> object:
        """The answer; raises `TimedOut`, or `DeadlineExceeded` when the whole call's time is up."""
        remaining = call.remaining_seconds()
        if remaining is not None and remaining <= 0:
            raise DeadlinePassed("the call's deadline passed before an attempt could go out")
        shortened = remaining is not None and remaining < self.seconds
        scope = asyncio.timeout(remaining if shortened else self.seconds)
        try:
            async with scope:
                return await proceed(call)
        except TimeoutError as error:
            if not scope.expired():
                raise
            if shortened:
                raise DeadlineExceeded(f"no answer within the {remaining:.3g} s left") from error
            raise TimedOut(f"no answer within {self.seconds:g} s") from error
