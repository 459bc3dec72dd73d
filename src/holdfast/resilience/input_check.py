"""The policy that refuses what cannot succeed, before anything is spent."""

from collections.abc import Callable, Sequence
from typing import Any

from holdfast.resilience.gate import Gate
from holdfast.resilience.policy import Call

Check = Callable[[tuple[Any, ...]], None]
"""Looks at the call's positional arguments; raises `InputRefused` with the value and the limit."""


class InputCheck(Gate):
    """Runs each check on the arguments of the call."""

    def __init__(self, checks: Sequence[Check]) -> None:
        self.checks = tuple(checks)

    def enter(self, call: Call, now: float) -> None:  # noqa: ARG002  # as any gate
        """Raises `InputRefused`."""
        for check in self.checks:
            check(call.arguments)
