"""What usage costs: a dated table, and the price of a call by it. What is not known has no price.

Only public pay-as-you-go prices in US dollars whose source we can name are here. Where a plan
decides (credits, characters of a subscription), or sources differ, there is no row: say your own
(`price_file`).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from holdfast.events import Usage

MOST_REMEMBERED = 1000
"""Models whose price is remembered; provider's answers name them, so there must be an end."""

_SNAPSHOT = re.compile(r"-\d{4}-\d{2}-\d{2}")
"""What follows a model's name in that of its dated version: ``gpt-4o-mini-2024-07-18``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """*usd* for *per* units of *integration*; *operation*, *model* None: whatever it is.

    *part* is the share of the usage it is for (``Usage.parts``), None the whole. *source* was
    read on *dated*.
    """

    integration: str
    unit: str
    usd: float
    per: float = 1.0
    operation: str | None = None
    model: str | None = None
    part: str | None = None
    dated: date
    source: str


_OPENAI, _READ = "https://developers.openai.com/api/docs/pricing", date(2026, 11, 5)


def _chat(model: str, fresh: float, cached: float | None, output: float) -> Iterable[Price]:
    for part, usd in (("input", fresh), ("cached", cached), ("output", output)):
        if usd is not None:
            yield Price(
                integration="openai", operation="chat", model=model, unit="tokens", part=part,
                usd=usd, per=1e6, dated=_READ, source=_OPENAI,
            )  # fmt: skip


def _embedding(model: str, usd: float) -> Price:
    return Price(
        integration="openai", operation="embeddings", model=model, unit="tokens", usd=usd, per=1e6,
        dated=_READ, source=_OPENAI,
    )  # fmt: skip


PRICES: tuple[Price, ...] = (
    *_chat("gpt-4o", 2.50, 1.25, 10.00),
    *_chat("gpt-4o-2024-05-13", 5.00, None, 15.00),
    *_chat("gpt-4o-mini", 0.15, 0.075, 0.60),
    *_chat("gpt-4.1", 2.00, 0.50, 8.00),
    *_chat("gpt-4.1-mini", 0.40, 0.10, 1.60),
    *_chat("gpt-4.1-nano", 0.10, None, 0.40),
    _embedding("text-embedding-3-small", 0.02),
    _embedding("text-embedding-3-large", 0.13),
    _embedding("text-embedding-ada-002", 0.10),
)


class Prices:
    """The built-in table under *own* rows: where one of those fits, it decides alone."""

    def __init__(self, own: Iterable[Price] = ()) -> None:
        self._tables = (tuple(own), PRICES)
        self._remembered: dict[tuple[str, str, str, str], Mapping[str | None, float]] = {}

    def cost_usd(self, integration: str, operation: str, usage: Usage) -> float | None:
        """What *usage* costs; None when any share of it has no price."""
        per_unit = self._per_unit(integration, operation, usage.unit, usage.model or "")
        if usage.parts and None not in per_unit:
            if usage.parts.keys() - per_unit.keys():
                return None
            return sum(amount * per_unit[part] for part, amount in usage.parts.items())
        whole = per_unit.get(None)
        return None if whole is None else usage.amount * whole

    def _per_unit(self, *key: str) -> Mapping[str | None, float]:
        found = self._remembered.get(key)  # type: ignore[arg-type]
        if found is None:
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            found = next(
                (rows for rows in (_best(table, *key) for table in self._tables) if rows), {}
            )
            self._remembered[key] = found  # type: ignore[index]
        return found


def _best(
    table: Iterable[Price], integration: str, operation: str, unit: str, model: str
) -> Mapping[str | None, float]:
    """The most particular rows that fit: an exact model, its dated version, any model."""
    fitting = [
        (_rank(row, operation, model), row)
        for row in table
        if (row.integration, row.unit) == (integration, unit)
    ]
    top = max((rank for rank, _ in fitting), default=0)
    return {row.part: row.usd / row.per for rank, row in fitting if rank == top > 0}


def _rank(row: Price, operation: str, model: str) -> int:
    """0: it does not fit; else the higher, the more particular."""
    if row.operation not in (None, operation):
        return 0
    by_operation = 1 if row.operation is None else 2
    if row.model is None:
        return by_operation
    if row.model == model:
        return by_operation + 4
    is_snapshot = model.startswith(row.model) and _SNAPSHOT.fullmatch(model[len(row.model) :])
    return by_operation + 2 if is_snapshot else 0
