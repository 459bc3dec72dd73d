"""The innermost policy: writes on the call what the provider says it cost."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from holdfast.events import Usage
from holdfast.guard.stream import OpenStream
from holdfast.integrations.delivery import Opened
from holdfast.integrations.exchange import Exchange
from holdfast.resilience.gate import Gate
from holdfast.resilience.policy import Call

CostUsd = Callable[[Usage], float | None]
"""What a usage costs in US dollars; None when that is not known."""


def no_price(_usage: Usage) -> float | None:
    """Nothing is known."""
    return None


class Metering(Gate):
    """Reads the usage of every answer, rejected ones included: they were paid for too."""

    def __init__(
        self, read_usage: Callable[[Exchange], Usage | None], cost_usd: CostUsd = no_price
    ) -> None:
        self._read_usage, self._cost_usd = read_usage, cost_usd

    def leave(self, call: Call, token: None, answer: Any, now: float) -> None:  # noqa: ARG002  # as any gate
        """Read it off the answer, or have it read at its end."""
        if isinstance(answer, Exchange):
            call.usage = added(call.usage, self._priced(self._read_usage(answer)))
        elif isinstance(answer, OpenStream):
            head = answer.head
            call.at_end(lambda _error: self._at_end(call, head))

    def _at_end(self, call: Call, head: Any) -> None:
        """A stream's watch tells what it cost, a WebSocket's too, else the head of an answer."""
        usage = getattr(getattr(head, "watch", None), "usage", None)
        told: Usage | None = usage() if usage is not None else None
        if told is None and isinstance(head, Opened):
            told = self._read_usage(head.begun)
        call.usage = added(call.usage, self._priced(told))

    def _priced(self, usage: Usage | None) -> Usage | None:
        """With its cost, unless the provider told that itself."""
        if usage is None or usage.cost_usd is not None:
            return usage
        return replace(usage, cost_usd=self._cost_usd(usage))


def added(before: Usage | None, more: Usage | None) -> Usage | None:
    """The cost of all attempts so far; *remaining* is the newest that was told.

    One attempt without a price leaves the whole without one.
    """
    if before is None or more is None or before.unit != more.unit:
        return more or before
    costs = (before.cost_usd, more.cost_usd)
    return Usage(
        more.unit,
        before.amount + more.amount,
        before.remaining if more.remaining is None else more.remaining,
        more.model if more.model == before.model else None,
        _together(before.parts, more.parts),
        None if None in costs else sum(cost for cost in costs if cost is not None),
    )


def _together(
    before: Mapping[str, float] | None, more: Mapping[str, float] | None
) -> Mapping[str, float] | None:
    if before is None or more is None:
        return None
    return {part: before.get(part, 0.0) + more.get(part, 0.0) for part in {**before, **more}}
