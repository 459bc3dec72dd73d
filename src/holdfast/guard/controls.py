"""The controls: every way to change a running guard, and the only way back into a call."""

from collections.abc import Iterator, Mapping
from typing import Literal

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.events import BreakerMoved, BreakerName, ControlUsed, Sink, discard
from holdfast.guard.guard import Guard
from holdfast.resilience.breaker import Breaker
from holdfast.resilience.budget import RetryBudget
from holdfast.resilience.circuit import Circuit
from holdfast.resilience.limiter import Limiter, Rate
from holdfast.resilience.retry import Retry

Key = tuple[str, str]
"""(integration, operation)."""

Forced = Literal["forced_open", "forced_closed", "disabled"]


class Controls(Mapping[Key, Guard]):
    """The guards of a running process, and what may be done to them. Each use is a fact."""

    def __init__(self, *, sink: Sink = discard, clock: Clock = SYSTEM_CLOCK) -> None:
        self._guards: dict[Key, Guard] = {}
        self._sink, self._clock = sink, clock

    def add(self, guard: Guard) -> Guard:
        """Put *guard* under control, and return it."""
        return self._guards.setdefault((guard.integration, guard.operation), guard)

    def __getitem__(self, key: Key) -> Guard:
        return self._guards[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._guards)

    def __len__(self) -> int:
        return len(self._guards)

    def of(self, integration: str) -> tuple[Guard, ...]:
        """Every guard of *integration*; empty when it has none."""
        return tuple(guard for guard in self._guards.values() if guard.integration == integration)

    def force_breaker(self, key: Key, name: Forced, *, actor: str) -> None:
        """Hold the breaker open, closed or off until it is reset. KeyError without a breaker."""
        self._move(key, name, "force", actor)

    def reset_breaker(self, key: Key, *, actor: str) -> None:
        """Close the breaker and forget its counts. KeyError without a breaker."""
        self._move(key, "closed", "reset", actor)

    def _move(self, key: Key, name: BreakerName, action: str, actor: str) -> None:
        circuit = circuit_of(self._guards[key])
        if circuit is None:
            raise KeyError(f"the guard of {key[0]} {key[1]} has no breaker")
        at, before = self._clock.wall(), circuit.name
        circuit.force(name, self._clock.monotonic(), f"{action} by {actor}")
        self._sink(ControlUsed(key[0], key[1], at, f"{action}_breaker:{name}", actor))
        if name != before:
            self._sink(BreakerMoved(key[0], key[1], at, before, name, circuit.reason))


def circuit_of(guard: Guard) -> Circuit | None:
    """The guard's breaker state, to read."""
    found = (policy.circuit for policy in guard.policies if isinstance(policy, Breaker))
    return next(found, None)


def limiter_of(guard: Guard) -> Limiter | None:
    """The guard's limiter: to read, and to tell what the provider announced."""
    return next((policy for policy in guard.policies if isinstance(policy, Limiter)), None)


def rate_of(guard: Guard) -> Rate | None:
    """The guard's rate limit, to read."""
    limiter = limiter_of(guard)
    return None if limiter is None else limiter.rate


def budget_of(guard: Guard) -> RetryBudget | None:
    """What the guard has left for retries, to read."""
    found = (policy.budget for policy in guard.policies if isinstance(policy, Retry))
    return next(found, None)
