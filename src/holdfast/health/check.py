"""A check: asks one component how it is, within a bounded time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from holdfast.errors import name_and_reason
from holdfast.health.state import Health, State

Probe = Callable[[], Awaitable[Health | bool | None]]
"""Answers a `Health`; True or None mean healthy, False is the check's *on_failure*."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One component's *probe*. *on_failure* is what a fault or a late answer means.

    *at_most* bounds what the component can do to the whole (a cache only degrades it). With
    *required* the instance is not ready while the component is unhealthy. *tags* group checks.
    """

    name: str
    probe: Probe
    timeout_seconds: float = 5.0
    on_failure: State = "unhealthy"
    at_most: State = "unhealthy"
    required: bool = False
    tags: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not self.name or self.timeout_seconds <= 0:
            raise ValueError(f"a check needs a name and a timeout > 0, got {self}")


async def ask(check: Check) -> Health:
    """How the component is; whatever the probe does, this answers in time and raises nothing."""
    try:
        async with asyncio.timeout(check.timeout_seconds):
            found = await check.probe()
    except TimeoutError:
        return Health(check.on_failure, f"no answer within {check.timeout_seconds:g} s")
    except Exception as error:  # noqa: BLE001 - a failing check is an answer
        name, reason = name_and_reason(error)
        return Health(check.on_failure, f"{name}: {reason}" if reason else name)
    if isinstance(found, Health):
        return found
    return Health(check.on_failure, "the check says no") if found is False else Health("healthy")
