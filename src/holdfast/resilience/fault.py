"""The policy that breaks calls on purpose, so that an outage can be rehearsed before it comes.

It stands where the provider would be: what it does is timed, judged, retried and counted like
the provider's own doing.
"""

import asyncio
import random as randomness
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

from holdfast.resilience.gate import Gate
from holdfast.resilience.policy import Call

MOST_FAULTS = 100
"""How many can run at once in one place."""

Told = Callable[[str, str], None]
"""Hears of each switch: the action (``start_fault:<name>``, ``stop_fault:<name>``), the actor."""


def _nobody(action: str, actor: str) -> None:
    """Hears nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way to be broken, for *rate* (0-1) of the attempts that *where* selects (None: all).

    The answer comes *delay_seconds* later; instead of it *error* is raised (one of our classes, or
    what makes an exception of a message), or *answer* is called with the call's arguments and
    returns a wrong one. The provider is not asked for either.
    """

    rate: float = 1.0
    delay_seconds: float = 0.0
    error: Callable[[str], Exception] | None = None
    answer: Callable[..., Any] | None = None
    where: Callable[[Call], bool] | None = None

    def __post_init__(self) -> None:
        if not 0 < self.rate <= 1 or self.delay_seconds < 0:
            raise ValueError(f"fault needs 0 < rate <= 1 and delay_seconds >= 0, got {self}")
        done = (self.delay_seconds > 0, self.error is not None, self.answer is not None)
        if not any(done) or all(done[1:]):
            raise ValueError(f"fault needs a delay, and at most one of error, answer, got {self}")


class Faults(Gate):
    """The faults of one or more guards, switched at run time; none until one is started.

    *random* draws from [0, 1), once per attempt and fault that could strike. *told* hears of
    each switch, so that it becomes a fact.
    """

    def __init__(
        self, *, random: Callable[[], float] = randomness.random, told: Told = _nobody
    ) -> None:
        self._random, self._told = random, told
        self._running: dict[str, Fault] = {}

    @property
    def running(self) -> Mapping[str, Fault]:
        """What is injected now, by name, in the order in which it was started."""
        return MappingProxyType(self._running)

    def start(self, name: str, fault: Fault, *, actor: str) -> None:
        """Inject *fault* from the next attempt on, instead of one of the same name."""
        if not name or (len(self._running) >= MOST_FAULTS and name not in self._running):
            raise ValueError(f"a fault needs a name, and room among {MOST_FAULTS}, got {name!r}")
        self._running[name] = fault
        self._told(f"start_fault:{name}", actor)

    def stop(self, name: str, *, actor: str) -> None:
        """Inject it no more. KeyError when it is not running."""
        del self._running[name]
        self._told(f"stop_fault:{name}", actor)

    def enter(self, call: Call, now: float) -> Any:  # noqa: ARG002  # as any gate
        """Put the first fault that strikes in the provider's place."""
        struck = self._struck(call) if self._running else None
        if struck is None:
            return None
        provider = call.function
        call.function = partial(_broken, *struck, call, provider)
        return provider

    def leave(self, call: Call, token: Any, answer: Any, now: float) -> None:  # noqa: ARG002
        """The provider is in its place again."""
        if token is not None:
            call.function = token

    def fail(self, call: Call, token: Any, error: BaseException) -> None:  # noqa: ARG002
        """As `leave`, and no wrong answer was served."""
        if token is not None:
            call.function, call.served_from = token, "provider"

    def _struck(self, call: Call) -> tuple[str, Fault] | None:
        for name, fault in self._running.items():
            if fault.answer is not None and not call.replaceable:
                continue
            if (fault.where is None or fault.where(call)) and self._random() < fault.rate:
                return name, fault
        return None


async def _broken(
    name: str, fault: Fault, call: Call, provider: Callable[..., Awaitable[Any]], *arguments: Any
) -> Any:
    if fault.delay_seconds:
        await asyncio.sleep(fault.delay_seconds)
    if fault.error is not None:
        raise fault.error(f"injected by fault {name!r}")
    if fault.answer is not None:
        call.served_from = f"fault:{name}"
        return fault.answer(*arguments, **call.named)
    return await provider(*arguments)
