"""The policy that refuses what cannot succeed, before anything is spent."""

from collections.abc import Callable, Sequence
from typing import Any

from holdfast.resilience.policy import Call, Proceed

Check = Callable[[tuple[Any, ...]], None]
"""Looks at the call's positional arguments; raises `InputRefused` with the value and the limit."""


class InputCheck:
    """Runs each check on the arguments of the call."""

    def __init__(self, checks: Sequence[Check]) -> None:
        self.checks = tuple(checks)

    async def __call__(self, call: Call, proceed: Proceed) -> object:
        """The answer; raises `InputRefused`."""
        for check in self.checks:
            check(call.arguments)
        answer: object = await proceed(call)
        return answer
