"""A guard as data, and the order its policies stand in."""

import math
import random as randomness
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.events import Sink, discard
from holdfast.guard.guard import Guard
from holdfast.guard.stream import OpenStream
from holdfast.resilience.breaker import Breaker
from holdfast.resilience.budget import RetryBudget
from holdfast.resilience.bulkhead import Bulkhead, BulkheadOptions
from holdfast.resilience.cache import Cache, CacheOptions
from holdfast.resilience.circuit import BreakerOptions
from holdfast.resilience.coalesce import Coalesce
from holdfast.resilience.deadline import Deadline
from holdfast.resilience.fallback import Fallback, FallbackOptions
from holdfast.resilience.fault import Faults
from holdfast.resilience.input_check import Check, InputCheck
from holdfast.resilience.limiter import Limiter, LimiterOptions
from holdfast.resilience.policy import Call, Policy, Trace
from holdfast.resilience.retry import Retry, RetryOptions
from holdfast.resilience.sameness import Key
from holdfast.resilience.shared_loop import Sharing
from holdfast.resilience.timeout import Timeout
from holdfast.validation.validator import Validate, Validator, judge


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardOptions:
    """One operation's protection. None switches a policy off; nobody invents a limit.

    A deadline without a timeout bounds each attempt by what the whole call has left; it bounds a
    stream to its end. *stream_idle_seconds* bounds each wait for a further item of a stream (None:
    as an attempt; `math.inf`: no bound). *coalesce* is the `Key` by which identical calls in
    flight share one: for idempotent operations only.
    """

    deadline_seconds: float | None = 60.0
    retry: RetryOptions | None = field(default_factory=RetryOptions)
    breaker: BreakerOptions | None = field(default_factory=BreakerOptions)
    limiter: LimiterOptions | None = None
    timeout_seconds: float | None = 30.0
    stream_idle_seconds: float | None = None
    bulkhead: BulkheadOptions | None = None
    cache: CacheOptions | None = None
    coalesce: Key | None = None
    fallback: FallbackOptions | None = None

    def __post_init__(self) -> None:
        for seconds in (self.deadline_seconds, self.timeout_seconds, self.stream_idle_seconds):
            if seconds is not None and seconds <= 0:
                raise ValueError(f"guard needs times > 0 (None: no bound), got {self}")


def build(
    integration: str,
    operation: str,
    options: GuardOptions,
    *,
    checks: Sequence[Check] = (),
    validators: Sequence[Validator] = (),
    limiter: Limiter | None = None,
    bulkhead: Bulkhead | None = None,
    budget: RetryBudget | None = None,
    faults: Faults | None = None,
    sharing: Sharing | None = None,
    sink: Sink = discard,
    clock: Clock = SYSTEM_CLOCK,
    new_id: Callable[[], int] | None = None,
    random: Callable[[], float] = randomness.random,
    trace: Trace | None = None,
) -> Guard:
    """The guard of one operation; *limiter*, *bulkhead*, *budget*, *faults* may be shared.

    With *sharing*, other processes have the same breaker and the same limiter.
    """
    if limiter is None and options.limiter is not None:
        limiter = limiter_for(f"{integration} {operation}", options.limiter, sharing)
    if bulkhead is None and options.bulkhead is not None:
        bulkhead = Bulkhead(options.bulkhead)
    cache = Cache(options.cache) if options.cache else None
    timeout_seconds = options.timeout_seconds
    if timeout_seconds is None and (options.deadline_seconds or options.stream_idle_seconds):
        timeout_seconds = math.inf
    policies: tuple[Policy | None, ...] = (  # outermost first; why: docs/explanation/order.md
        trace.call if trace else None,
        InputCheck(checks) if checks else None,
        _fallback(options, cache, validators),
        Deadline(options.deadline_seconds) if options.deadline_seconds is not None else None,
        cache,
        Coalesce(options.coalesce) if options.coalesce else None,
        Retry(options.retry, budget=budget, random=random) if options.retry else None,
        _breaker(integration, operation, options.breaker, sharing, random),
        limiter,
        bulkhead,
        trace.attempt if trace else None,
        Timeout(timeout_seconds, options.stream_idle_seconds) if timeout_seconds else None,
        faults,
        Validate(validators) if validators else None,
    )
    standing = [policy for policy in policies if policy is not None]
    return Guard(integration, operation, standing, sink=sink, clock=clock, new_id=new_id)


def limiter_for(name: str, options: LimiterOptions, sharing: Sharing | None) -> Limiter:
    """A limiter: everybody's under *name* with *sharing*, else this process's own."""
    return Limiter(options) if sharing is None else sharing.limiter(name, options)


def _breaker(
    integration: str, operation: str, options: BreakerOptions | None, sharing: Sharing | None,
    random: Callable[[], float],
) -> Breaker | None:  # fmt: skip
    if options is None:
        return None
    circuit = sharing.circuit(integration, operation, options) if sharing else None
    return Breaker(options, random=random, circuit=circuit)


def _fallback(
    options: GuardOptions, cache: Cache | None, validators: Sequence[Validator]
) -> Fallback | None:
    stale = cache.stale if cache is not None and cache.options.max_stale_seconds else None
    if options.fallback is None and stale is None:
        return None

    def accept(call: Call, answer: Any) -> None:
        if not isinstance(answer, OpenStream):  # that one is judged by its own guard
            judge(call, answer, validators)

    return Fallback(options.fallback or FallbackOptions(), accept=accept, stale=stale)
