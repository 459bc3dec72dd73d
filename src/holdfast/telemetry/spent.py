"""What calls used up and cost, by unit and model, in a shape that can be added up."""

from collections.abc import Mapping
from typing import Any

from holdfast.events import Usage
from holdfast.telemetry.plain import Plain

MOST_MODELS = 50
"""Per operation; providers name the models, so what is new beyond it is counted together."""

OVERFLOW = "_overflow"

Spending = dict[tuple[str, str], "Spent"]
"""By (unit, model); the model is "" where the provider told none."""


class Spent:
    """*amount* of a unit in *calls* calls. *unpriced* of them have no known price.

    *cost_usd* is that of the others. *remaining* is what the provider said last, at *told_at*.
    """

    __slots__ = ("amount", "calls", "cost_usd", "remaining", "told_at", "unpriced")

    def __init__(self) -> None:
        self.calls = self.unpriced = 0
        self.amount = self.cost_usd = 0.0
        self.remaining: float | None = None
        self.told_at = 0.0

    def add(self, usage: Usage, at: float) -> None:
        """Count one call's *usage*."""
        self.calls += 1
        self.amount += usage.amount
        if usage.cost_usd is None:
            self.unpriced += 1
        else:
            self.cost_usd += usage.cost_usd
        self._tell(usage.remaining, at)

    def merge(self, other: "Spent") -> None:
        """Add all that *other* counted."""
        self.calls += other.calls
        self.unpriced += other.unpriced
        self.amount += other.amount
        self.cost_usd += other.cost_usd
        self._tell(other.remaining, other.told_at)

    def plain(self) -> Plain:
        """Its numbers as JSON can hold them."""
        sums = [self.calls, self.unpriced, self.amount, self.cost_usd]
        return {"sums": sums, "told": [self.told_at, self.remaining]}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> "Spent":
        """The one that *plain* tells of."""
        made = cls()
        made.calls, made.unpriced, made.amount, made.cost_usd = plain["sums"]
        made.told_at, made.remaining = plain["told"]
        return made

    def since(self, before: "Spent | None") -> "Spent":
        """What this counted after *before*, an earlier state of the same count."""
        added = Spent()
        added.merge(self)
        if before is not None:
            added.calls -= before.calls
            added.unpriced -= before.unpriced
            added.amount -= before.amount
            added.cost_usd -= before.cost_usd
        return added

    def _tell(self, remaining: float | None, at: float) -> None:
        if remaining is not None and at >= self.told_at:
            self.remaining, self.told_at = remaining, at


def spend(spending: Spending, usage: Usage, at: float) -> None:
    """Count one call's *usage* among *spending*."""
    _of(spending, usage.unit, usage.model or "").add(usage, at)


def merge(spending: Spending, other: Spending) -> None:
    """Add all that *other* counted."""
    for (unit, model), spent in other.items():
        _of(spending, unit, model).merge(spent)


def since(spending: Spending, before: Spending) -> Spending:
    """What *spending* has more than *before*, an earlier state of it."""
    added = {key: spent.since(before.get(key)) for key, spent in spending.items()}
    return {key: spent for key, spent in added.items() if spent.calls}


def cost_usd(spending: Spending) -> float | None:
    """What all of it cost together; None when nothing in it has a price."""
    priced = [spent.cost_usd for spent in spending.values() if spent.calls > spent.unpriced]
    return sum(priced) if priced else None


def _of(spending: Spending, unit: str, model: str) -> Spent:
    found = spending.get((unit, model))
    if found is None:
        key = (unit, model if len(spending) < MOST_MODELS else OVERFLOW)
        found = spending.setdefault(key, Spent())
    return found
