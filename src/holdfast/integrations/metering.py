"""The innermost policy: writes on the call what the provider says it cost."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from holdfast.events import Usage
from holdfast.guard.stream import OpenStream
from holdfast.integrations.delivery import Opened
from holdfast.integrations.exchange import Exchange
from holdfast.resilience.policy import Call, Proceed


class Metering:
    """Reads the usage of every answer, rejected ones included: they were paid for too."""

    def __init__(self, read_usage: Callable[[Exchange], Usage | None]) -> None:
        self._read_usage = read_usage

    async def __call__(self, call: Call, proceed: Proceed) -> Any:
        """The answer, untouched."""
        answer = await proceed(call)
        if isinstance(answer, Exchange):
            call.usage = added(call.usage, self._read_usage(answer))
        elif isinstance(answer, OpenStream):
            head = answer.head
            call.at_end(lambda _error: self._at_end(call, head))
        return answer

    def _at_end(self, call: Call, head: Any) -> None:
        """A stream's watch tells what it cost, a WebSocket's too, else the head of an answer."""
        usage = getattr(getattr(head, "watch", None), "usage", None)
        told: Usage | None = usage() if usage is not None else None
        if told is None and isinstance(head, Opened):
            told = self._read_usage(head.begun)
        call.usage = added(call.usage, told)


def added(before: Usage | None, more: Usage | None) -> Usage | None:
    """The cost of all attempts so far; *remaining* is the newest that was told."""
    if before is None or more is None or before.unit != more.unit:
        return more or before
    remaining = before.remaining if more.remaining is None else more.remaining
    return replace(more, amount=before.amount + more.amount, remaining=remaining)
