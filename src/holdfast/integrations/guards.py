"""The guards of one integration: one for each operation, one rate, seats and budget for all."""

import dataclasses
import itertools
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.errors import InputRefused
from holdfast.events import Sink, discard
from holdfast.guard.controls import Controls
from holdfast.guard.guard import Guard
from holdfast.guard.options import GuardOptions, build, limiter_for
from holdfast.integrations.integration import (
    OTHER,
    Integration,
    Operation,
    RequestCheck,
    ServiceDefaults,
    no_sounds,
)
from holdfast.integrations.metering import Metering
from holdfast.integrations.prices import Prices
from holdfast.integrations.sound_sent import SoundBounds, sound_size
from holdfast.resilience.budget import RetryBudget
from holdfast.resilience.bulkhead import Bulkhead
from holdfast.resilience.circuit import BreakerOptions
from holdfast.resilience.fault import Faults
from holdfast.resilience.input_check import Check
from holdfast.resilience.limiter import LimiterOptions
from holdfast.resilience.policy import Trace
from holdfast.resilience.retry import RetryOptions
from holdfast.resilience.shared_loop import Sharing

_NO_LIMITS: Mapping[str, LimiterOptions] = {}
_BUILT_IN = Prices()


def guards_of(
    integration: Integration,
    options: GuardOptions,
    *,
    controls: Controls,
    sink: Sink = discard,
    clock: Clock = SYSTEM_CLOCK,
    new_id: Callable[[], int] | None = None,
    max_text_length: int | None = None,
    max_audio_size_mb: float | None = None,
    max_audio_duration_sec: float | None = None,
    limits: Mapping[str, LimiterOptions] = _NO_LIMITS,
    prices: Prices = _BUILT_IN,
    trace: Trace | None = None,
    sharing: Sharing | None = None,
    faults: Faults | None = None,
) -> Mapping[str, Guard]:
    """A guard for each operation by name, and one called "other" for unknown paths.

    All are put under *controls*. *max_text_length* is in characters, *max_audio_size_mb* in MiB
    (defaults: the integration's); an operation that is not safe is repeated only when nothing
    was done. An operation named in *limits* has a rate of its own instead of the common one.
    *prices* say what its usage costs. With *sharing* other processes have the same breakers and
    the same rates; *faults* is what may be injected.
    """
    new_id = new_id or itertools.count(1).__next__
    name = integration.name
    common = limiter_for(name, options.limiter, sharing) if options.limiter else None
    if unknown := limits.keys() - {one.name for one in (*integration.operations, OTHER)}:
        raise KeyError(f"{name} has no operations {sorted(unknown)} to limit")
    own = {one: limiter_for(f"{name} {one}", limits[one], sharing) for one in limits}
    retry = options.retry
    budget = RetryBudget(retry.budget) if retry and retry.budget else None
    seats = Bulkhead(options.bulkhead) if options.bulkhead else None
    defaults = integration.defaults
    longest = max_text_length or defaults.max_text_length
    largest = max_audio_size_mb or defaults.max_audio_size_mb
    bounds = SoundBounds(largest, max_audio_duration_sec or defaults.max_audio_duration_sec)

    def guard(operation: Operation) -> Guard:
        built = build(
            integration.name, operation.name, _for(operation, options),
            checks=_checks(operation, longest, bounds), validators=operation.validators,
            limiter=own.get(operation.name, common), bulkhead=seats, budget=budget,
            faults=faults, sharing=sharing, sink=sink, clock=clock, new_id=new_id, trace=trace,
        )  # fmt: skip
        cost_usd = partial(prices.cost_usd, integration.name, operation.name)
        policies = (*built.policies, Metering(integration.read_usage, cost_usd))
        metered = Guard(
            integration.name, operation.name, policies, sink=sink, clock=clock, new_id=new_id
        )
        return controls.add(metered)

    return {known.name: guard(known) for known in (*integration.operations, OTHER)}


def guard_options(defaults: ServiceDefaults) -> GuardOptions:
    """What *defaults* mean: N calls per 60 s of which N/6 at once, and time for every attempt."""
    attempts = defaults.max_retries + 1
    return GuardOptions(
        deadline_seconds=defaults.timeout * attempts,
        timeout_seconds=defaults.timeout,
        retry=RetryOptions(retries=defaults.max_retries, first_wait_seconds=defaults.retry_delay),
        breaker=BreakerOptions(
            consecutive_failures=defaults.max_failures,
            open_seconds=defaults.circuit_breaker_reset_time,
        ),
        limiter=LimiterOptions(
            calls=defaults.rate_limit, per_seconds=60.0, burst=max(1, defaults.rate_limit // 6)
        ),
    )


def text_length(operation: Operation, longest: int) -> RequestCheck:
    """Refuses a request with a text that is blank, or longer than *longest* characters."""

    def check(asked: Any) -> None:
        for text in operation.texts(asked):
            if not text.strip():
                raise InputRefused(f"{operation.name} needs a text, got {text!r}")
            if len(text) > longest:
                raise InputRefused(
                    f"{operation.name} takes at most {longest} characters, got {len(text)}"
                )

    return check


def _for(operation: Operation, options: GuardOptions) -> GuardOptions:
    if options.retry is None:
        return options
    safe = options.retry.safe and operation.safe
    return dataclasses.replace(options, retry=dataclasses.replace(options.retry, safe=safe))


def _checks(operation: Operation, longest: int, bounds: SoundBounds) -> tuple[Check, ...]:
    checks: tuple[RequestCheck, ...] = (*operation.checks, text_length(operation, longest))
    if operation.sounds is not no_sounds:
        checks = (*checks, sound_size(operation.name, operation.sounds, bounds))
    return tuple(lambda arguments, check=check: check(arguments[0]) for check in checks)
