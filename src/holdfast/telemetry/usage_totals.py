"""What calls used of what is paid for, and what that cost, by the providers' own words."""

from collections.abc import Sequence
from threading import Lock

from holdfast.events import CallFinished, Event
from holdfast.telemetry.fold import Fold

Labels = tuple[str, str, str, str]
"""(integration, operation, model, unit)."""

_OVERFLOW: Labels = ("_overflow", "_overflow", "_overflow", "_overflow")


class Amount:
    """*cost_usd* is None while no price was known."""

    __slots__ = ("amount", "cost_usd", "remaining")

    def __init__(self) -> None:
        self.amount = 0.0
        self.cost_usd: float | None = None
        self.remaining: float | None = None


class UsageTotals(Fold):
    """A sink that adds usage up; at most *most_series* label sets, the rest in one overflow."""

    def __init__(self, *, most_series: int = 1000) -> None:
        self.overflowed = 0
        self._most_series = most_series
        self._amounts: dict[Labels, Amount] = {}
        self._lock = Lock()

    def __call__(self, event: Event) -> None:
        """Count *event* if a provider said what it used."""
        self.take_in((event,), 0.0)

    def take_in(self, events: Sequence[Event], since: float) -> None:  # noqa: ARG002  # as a fold
        """Count those of *events* of which providers said what they used."""
        for event in events:
            if isinstance(event, CallFinished) and event.usage is not None:
                with self._lock:
                    self._add(event)

    def amounts(self) -> dict[Labels, Amount]:
        """Every series, to read at once."""
        self.catch_up()
        with self._lock:
            return dict(self._amounts)

    def _add(self, event: CallFinished) -> None:
        usage, origin = event.usage, event.origin
        if usage is None:
            return
        labels: Labels = (origin.integration, origin.operation, usage.model or "", usage.unit)
        if labels not in self._amounts and len(self._amounts) >= self._most_series:
            self.overflowed += 1
            labels = _OVERFLOW
        amount = self._amounts.setdefault(labels, Amount())
        amount.amount += usage.amount
        if usage.cost_usd is not None:
            amount.cost_usd = (amount.cost_usd or 0.0) + usage.cost_usd
        if usage.remaining is not None and labels is not _OVERFLOW:
            amount.remaining = usage.remaining
