"""A breaker as one JSON document: the worst of all workers', with what each of them says."""

from collections.abc import Sequence
from typing import Any

from holdfast.api.elsewhere import BreakerSeen, worst
from holdfast.api.services import Services
from holdfast.api.shapes.numbers import rounded
from holdfast.clock import iso


def breaker(services: Services, seen: Sequence[BreakerSeen]) -> dict[str, Any] | None:
    """None when there is none. *refused*, *trips* and *probes_in_flight* are added up."""
    if not seen:
        return None
    shown = worst(seen)
    return {
        "state": shown.state,
        "reason": shown.reason,
        "since": _since(services, shown),
        "retry_in_seconds": rounded(_retry_in_seconds(services, shown), 1),
        "probes_in_flight": sum(one.probes_in_flight for one in seen),
        "permitted_probes": shown.permitted_probes,
        "refused": sum(one.refused for one in seen),
        "consecutive_failures": max(one.consecutive_failures for one in seen),
        "trips": sum(one.trips for one in seen),
        "instances": [
            {"instance": one.instance, "state": one.state, "since": _since(services, one)}
            for one in seen
        ],
    }


def _since(services: Services, one: BreakerSeen) -> str | None:
    return iso(one.since or services.started_at)


def _retry_in_seconds(services: Services, one: BreakerSeen) -> float | None:
    if one.state != "open" or one.retry_at is None:
        return None
    return max(one.retry_at - services.clock.wall(), 0.0)
