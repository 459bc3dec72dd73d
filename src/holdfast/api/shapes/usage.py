"""What was used up and what it cost, as JSON rows: by operation, unit and model."""

from collections.abc import Iterable
from typing import Any

from holdfast.api.services import Services
from holdfast.api.shapes.numbers import rounded


def usage(services: Services, integration: str) -> list[dict[str, Any]]:
    """Since the process started. *cost_usd* is that of the calls that have a price.

    *unpriced_calls* are the others, None of whose cost is in it; *remaining* is what the provider
    said last that is left.
    """
    return [
        {
            "operation": operation,
            "model": model or None,
            "unit": unit,
            "calls": spent.calls,
            "amount": spent.amount,
            "remaining": spent.remaining,
            "cost_usd": rounded(spent.cost_usd, 6) if spent.calls > spent.unpriced else None,
            "unpriced_calls": spent.unpriced,
        }
        for operation in services.calls.operations(integration)
        for (unit, model), spent in services.calls.lifetime(integration, operation).usage.items()
    ]


def totals(services: Services, integrations: Iterable[str]) -> dict[str, Any]:
    """The cost of all together, None where nothing has a price."""
    rows = [row for name in integrations for row in usage(services, name)]
    costs = [row["cost_usd"] for row in rows if row["cost_usd"] is not None]
    return {
        "cost_usd": rounded(sum(costs), 6) if costs else None,
        "unpriced_calls": sum(row["unpriced_calls"] for row in rows),
    }
