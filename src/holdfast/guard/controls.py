"""The controls: every way to change a running guard, and the only way back into a call."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Literal, TypeVar, get_args

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.errors import ConfigurationError
from holdfast.events import BreakerMoved, BreakerName, ControlUsed, Sink, discard
from holdfast.guard.guard import Guard
from holdfast.guard.numbers import count, seconds
from holdfast.resilience.breaker import Breaker
from holdfast.resilience.budget import RetryBudget
from holdfast.resilience.bulkhead import Bulkhead
from holdfast.resilience.cache import Cache
from holdfast.resilience.circuit import Circuit
from holdfast.resilience.deadline import Deadline
from holdfast.resilience.fault import Fault, Faults
from holdfast.resilience.limiter import Limiter, Rate
from holdfast.resilience.policy import Policy
from holdfast.resilience.retry import Retry
from holdfast.resilience.timeout import Timeout

P = TypeVar("P", bound=Policy)

Key = tuple[str, str]
"""(integration, operation)."""

Forced = Literal["forced_open", "forced_closed", "disabled"]
"""*forced_open* is what others call isolated: nobody goes until it is reset."""

EVERY = "*"
"""The integration that a fault names when it may strike any."""


class Controls(Mapping[Key, Guard]):
    """The guards of a running process, and what may be done to them. Each use is a fact.

    KeyError without such a guard, or without the policy in it; ValueError at a value that cannot
    be: nothing is changed then. What a policy shared by several operations becomes, it becomes for
    all of them, and the fact names no operation. *faults* is what guards inject, None when that is
    off. A breaker's moves are shared with other processes, all else is this process's own.
    """

    def __init__(
        self, *, sink: Sink = discard, clock: Clock = SYSTEM_CLOCK, faults: Faults | None = None
    ) -> None:
        self._guards: dict[Key, Guard] = {}
        self._sink, self._clock, self.faults = sink, clock, faults

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

    def forget_refusals(self, integration: str | None) -> None:
        """Count anew what the limits of *integration*, or all, refuse; they stay as they are."""
        for guard in self._guards.values():
            rate = rate_of(guard)
            if rate is not None and integration in (None, guard.integration):
                rate.refused = 0

    def force_breaker(self, key: Key, name: Forced, *, actor: str) -> None:
        """Hold the breaker open, closed or off until it is reset."""
        if name not in get_args(Forced):
            raise ValueError(f"a breaker is forced {', '.join(get_args(Forced))}, not {name!r}")
        self._move(key, name, "force", actor)

    def reset_breaker(self, key: Key, *, actor: str) -> None:
        """Close the breaker and forget its counts."""
        self._move(key, "closed", "reset", actor)

    def change_rate(
        self, key: Key, *, calls: int | None = None, per_seconds: float | None = None,
        burst: int | None = None, actor: str,
    ) -> None:  # fmt: skip
        """Let *calls* per *per_seconds* out, *burst* of them at once; None: as it was."""
        limiter = self._find(key, Limiter)
        before = limiter.rate.options
        options = replace(
            before,
            calls=before.calls if calls is None else count("calls", calls, 1),
            per_seconds=before.per_seconds if per_seconds is None else seconds(per_seconds),
            burst=before.burst if burst is None else count("burst", burst, 1),
        )
        limiter.become(options, self._clock.monotonic())
        rate = f"{options.calls} per {options.per_seconds:g} s, {options.burst} at once"
        self._tell(key, limiter, f"change_rate:{rate}", actor)

    def change_seats(self, key: Key, seats: int, *, actor: str) -> None:
        """Let *seats* calls be out at once: more go to the line now, fewer as calls end."""
        bulkhead = self._find(key, Bulkhead)
        bulkhead.become(replace(bulkhead.options, seats=count("seats", seats, 1)))
        self._tell(key, bulkhead, f"change_seats:{seats}", actor)

    def change_timeout(self, key: Key, time_seconds: float, *, actor: str) -> None:
        """Bound each attempt from now on; those that are out keep what they were given."""
        timeout = self._find(key, Timeout)
        self._guards[key].replace(timeout, timeout.becoming(seconds(time_seconds)))
        self._tell(key, timeout, f"change_timeout:{time_seconds:g}", actor)

    def change_deadline(self, key: Key, time_seconds: float, *, actor: str) -> None:
        """Bound each call from now on."""
        deadline = self._find(key, Deadline)
        self._guards[key].replace(deadline, Deadline(seconds(time_seconds)))
        self._tell(key, deadline, f"change_deadline:{time_seconds:g}", actor)

    def change_retries(self, key: Key, retries: int, *, actor: str) -> None:
        """Allow a call so many further attempts from now on; 0: none."""
        retry = self._find(key, Retry)
        options = replace(retry.options, retries=count("retries", retries, 0))
        self._guards[key].replace(retry, retry.becoming(options))
        self._tell(key, retry, f"change_retries:{retries}", actor)

    def clear_cache(self, key: Key, *, actor: str) -> int:
        """Forget the answers kept; how many those were."""
        cache = self._find(key, Cache)
        forgotten = cache.clear()
        self._tell(key, cache, f"clear_cache:{forgotten}", actor)
        return forgotten

    def start_fault(
        self, name: str, fault: Fault, *, actor: str, integration: str = EVERY,
        operation: str | None = None,
    ) -> None:  # fmt: skip
        """Inject *fault* from the next attempt on; ConfigurationError when faults are off.

        *integration* and *operation* are what the fact says of it; the fault itself selects.
        """
        self._injecting().start(name, fault, actor=actor)
        self._fact(integration, operation, f"start_fault:{name}", actor)

    def stop_fault(self, name: str, *, actor: str) -> None:
        """Inject it no more. KeyError when it is not running."""
        self._injecting().stop(name, actor=actor)
        self._fact(EVERY, None, f"stop_fault:{name}", actor)

    def _injecting(self) -> Faults:
        if self.faults is None:
            raise ConfigurationError("fault injection is off: set HOLDFAST_FAULTS=on to rehearse")
        return self.faults

    def _move(self, key: Key, name: BreakerName, action: str, actor: str) -> None:
        circuit = self._find(key, Breaker).circuit
        at, before = self._clock.wall(), circuit.name
        circuit.force(name, self._clock.monotonic(), f"{action} by {actor}")
        self._fact(*key, f"{action}_breaker:{name}", actor)
        if name != before:
            self._sink(BreakerMoved(key[0], key[1], at, before, name, circuit.reason))

    def _find(self, key: Key, kind: type[P]) -> P:
        found = policy_of(self._guards[key], kind)
        if found is None:
            raise KeyError(f"the guard of {key[0]} {key[1]} has no {kind.__name__.lower()}")
        return found

    def _tell(self, key: Key, policy: Policy, action: str, actor: str) -> None:
        sharers = [guard for guard in self.of(key[0]) if policy in guard.policies]
        self._fact(key[0], None if len(sharers) > 1 else key[1], action, actor)

    def _fact(self, integration: str, operation: str | None, action: str, actor: str) -> None:
        self._sink(ControlUsed(integration, operation, self._clock.wall(), action, actor))


def policy_of(guard: Guard, kind: type[P]) -> P | None:
    """The guard's policy of this *kind*, if it has one."""
    return next((policy for policy in guard.policies if isinstance(policy, kind)), None)


def circuit_of(guard: Guard) -> Circuit | None:
    """The guard's breaker state, to read."""
    breaker = policy_of(guard, Breaker)
    return None if breaker is None else breaker.circuit


def limiter_of(guard: Guard) -> Limiter | None:
    """The guard's limiter: to read, and to tell what the provider announced."""
    return policy_of(guard, Limiter)


def rate_of(guard: Guard) -> Rate | None:
    """The guard's rate limit, to read."""
    limiter = limiter_of(guard)
    return None if limiter is None else limiter.rate


def budget_of(guard: Guard) -> RetryBudget | None:
    """What the guard has left for retries, to read."""
    retry = policy_of(guard, Retry)
    return None if retry is None else retry.budget
