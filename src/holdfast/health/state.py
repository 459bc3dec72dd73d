"""Health: one word and one reason."""

from collections.abc import Iterable, Mapping
from typing import Literal

from holdfast.events import fact

State = Literal["healthy", "degraded", "unhealthy", "unknown"]

GRAVITY: Mapping[State, int] = {"healthy": 0, "unknown": 0, "degraded": 1, "unhealthy": 2}


@fact
class Health:
    """*reason* is None when there is nothing to say."""

    state: State
    reason: str | None = None


def overall(parts: Iterable[Health]) -> Health:
    """The worst part decides; the unknown ones only when there is nothing else."""
    known = list(parts)
    bad = [part for part in known if part.state in ("degraded", "unhealthy")]
    if bad:
        gravest = max(bad, key=lambda part: GRAVITY[part.state])
        return Health(gravest.state, f"{len(bad)} of {len(known)} are not well")
    return Health("healthy") if any(one.state == "healthy" for one in known) else Health("unknown")


def at_most(health: Health, worst: State) -> Health:
    """*health*, never graver than *worst*: what the whole can do without."""
    if GRAVITY[health.state] <= GRAVITY[worst]:
        return health
    return Health(worst, health.reason)
