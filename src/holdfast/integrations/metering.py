"""The innermost policy: writes on the call what the provider says it cost."""

from collections.abc import Callable
from typing import Any

from holdfast.events import Usage
from holdfast.guard.stream import OpenStream
from holdfast.integrations.delivery import Opened
from holdfast.integrations.exchange import Exchange
from holdfast.resilience.gate import Gate
from holdfast.resilience.policy import Call


class Metering(Gate):
    """Reads the usage of every answer, rejected ones included: they were paid for too."""

    def __init__(self, read_usage: Callable[[Exchange], Usage | None]) -> None:
        self._read_usage = read_usage

    def leave(self, call: Call, token: None, answer: Any, now: float) -> None:  # noqa: ARG002  # as any gate
        """Read it off the answer, or have it read at its end."""
        if isinstance(answer, Exchange):
            call.usage = added(call.usage, self._read_usage(answer))
        elif isinstance(answer, OpenStream) and isinstance(answer.head, Opened):
            opened = answer.head
            call.at_end(lambda _error: self._at_end(call, opened))

    def _at_end(self, call: Call, opened: Opened) -> None:
        told = opened.watch.usage() if opened.watch else None
        call.usage = added(call.usage, told or self._read_usage(opened.begun))


def added(before: Usage | None, more: Usage | None) -> Usage | None:
    """The cost of all attempts so far; *remaining* is the newest that was told."""
    if before is None or more is None or before.unit != more.unit:
        return more or before
    remaining = before.remaining if more.remaining is None else more.remaining
    return Usage(more.unit, before.amount + more.amount, remaining)
