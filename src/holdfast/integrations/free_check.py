"""A service's health from a question that costs nothing."""

from collections.abc import Awaitable, Callable

from holdfast.errors import (
    BulkheadFull,
    DeadlinePassed,
    HoldfastError,
    LimitReached,
    PermissionDenied,
    RateLimited,
)
from holdfast.integrations.access import HealthState, ServiceHealth

_STATES: tuple[tuple[tuple[type[HoldfastError], ...], HealthState], ...] = (
    ((PermissionDenied,), "unknown"),  # a key may be narrower than the question
    ((RateLimited, LimitReached, BulkheadFull, DeadlinePassed), "degraded"),
)


async def free_check(evidence: str, check: Callable[[], Awaitable[ServiceHealth]]) -> ServiceHealth:
    """What *check* finds by asking *evidence*, or what its `HoldfastError` means for health."""
    try:
        return await check()
    except HoldfastError as error:
        found = (state for kinds, state in _STATES if isinstance(error, kinds))
        return ServiceHealth(next(found, "unhealthy"), evidence, str(error))
