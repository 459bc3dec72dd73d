"""What can happen: frozen facts, and nothing else. Everything shown is a fold over these.

`at` is always Unix time (UTC, seconds); durations are milliseconds and say so.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Literal, TypeVar, dataclass_transform

_T = TypeVar("_T")


@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field,))
def fact(cls: type[_T]) -> type[_T]:
    """A record that type checkers keep frozen.

    At run time it is a plain slots dataclass: a frozen one costs four times as much to make,
    and one is made in every call (docs/decisions/0001-facts-frozen-for-the-type-checker.md).
    """
    return dataclasses.dataclass(slots=True)(cls)


Outcome = Literal["succeeded", "failed", "refused", "cancelled"]
"""*refused*: we did not let it out. *cancelled*: the caller went away. Neither is a failure."""

Judgement = Literal["pass", "warn", "fail"]

ComponentState = Literal["healthy", "degraded", "unhealthy", "unknown"]

Severity = Literal["critical", "warning", "info"]

BreakerName = Literal["closed", "open", "half_open", "forced_open", "forced_closed", "disabled"]


@fact
class Scope:
    """Who a call is made for. All empty outside a request or session.

    *traceparent* is the caller's header (W3C Trace Context), *trace_id* the trace that it names.
    """

    session_id: str | None = None
    user_id: str | None = None
    step: str | None = None
    request_id: str | None = None
    trace_id: str | None = None
    traceparent: str | None = None


@fact
class Origin:
    """Which call a fact is about. *call_id* is unique within one process."""

    integration: str
    operation: str
    call_id: int
    scope: Scope


@fact
class Verdict:
    """What a validator says of an answer.

    *score* is 0-1, or None where the check knows only yes or no; *method* names the check.
    *repeat*: another attempt may bring a better answer; it is paid for again.
    """

    judgement: Judgement
    reason: str = ""
    method: str = ""
    score: float | None = None
    repeat: bool = True


@fact
class Usage:
    """What the provider says the call cost, in its own unit (tokens, characters, credits).

    *parts* splits the amount where prices differ (``{"input": 12, "output": 30}``), *model* is
    what it was spent on, *cost_usd* what that is by the price table; None where it is not known.
    """

    unit: str
    amount: float
    remaining: float | None = None
    model: str | None = None
    parts: Mapping[str, float] | None = None
    cost_usd: float | None = None


@fact
class CallFinished:
    """The one fact every guarded call ends with.

    *latency_ms* is the last attempt's own duration (None when nothing went out), *waited_ms* all
    waiting for limits and between attempts, *total_ms* everything. *verdict* is the accepted or
    rejected judgement of the last answer, None when nothing was judged.

    *served_from* is "provider", "cache", "stale", "coalesced" (another call's answer),
    "fallback:<name>", "default" or "fault:<name>" (injected); *stale_age_seconds* the age of an
    answer from the cache, fresh or stale. When a fallback was served the user got an acceptable
    answer, so the call *succeeded*; *error* and *reason* then say what it stands in for.
    """

    origin: Origin
    at: float
    outcome: Outcome
    latency_ms: float | None
    waited_ms: float
    total_ms: float
    attempts: int
    error: str | None = None
    reason: str | None = None
    verdict: Verdict | None = None
    first_byte_ms: float | None = None
    served_from: str = "provider"
    usage: Usage | None = None
    stale_age_seconds: float | None = None


@fact
class AttemptFailed:
    """One attempt came back wrong; *retry_in_seconds* is None when there is no further one."""

    origin: Origin
    at: float
    attempt: int
    error: str
    reason: str
    latency_ms: float
    retry_in_seconds: float | None


@fact
class AnswerJudged:
    """A validator did not simply accept an answer (a pass rides in `CallFinished`)."""

    origin: Origin
    at: float
    verdict: Verdict


@fact
class BreakerMoved:
    """A breaker changed its state; *retry_in_seconds* until the first probe when it opened."""

    integration: str
    operation: str
    at: float
    before: BreakerName
    after: BreakerName
    reason: str
    retry_in_seconds: float | None = None


@fact
class ControlUsed:
    """An operator, a remedy or a test changed a running guard through its controls."""

    integration: str
    operation: str | None
    at: float
    action: str
    actor: str


@fact
class RequestFinished:
    """The host answered (or lost) one inbound request.

    *route* is the template ("" when none matched), *duration_ms* runs to the last body byte,
    *status* 0 means that no response was started.
    """

    at: float
    method: str
    route: str
    status: int
    outcome: Literal["succeeded", "failed", "client_gone"]
    duration_ms: float
    first_byte_ms: float | None
    request_bytes: int
    response_bytes: int
    error: str | None
    scope: Scope


@fact
class SessionStarted:
    """A user's journey began."""

    session_id: str
    at: float
    user_id: str | None
    service_type: str | None


@fact
class SessionEnded:
    """A user's journey was completed by the application, or timed out."""

    session_id: str
    at: float
    status: Literal["completed", "timed_out"]


@fact
class ComponentChanged:
    """A component's health changed its state: a check said so, or the application did."""

    component: str
    at: float
    before: ComponentState
    after: ComponentState
    reason: str | None


@fact
class AlertChanged:
    """An alert began to fire, changed its severity, or was resolved.

    *fingerprint* is the same each time the same thing goes wrong, *alert_id* is of this once.
    *integration* is None for what concerns all. *value* was compared with *threshold*.
    """

    alert_id: str
    fingerprint: str
    at: float
    since: float
    state: Literal["firing", "resolved"]
    rule: str
    severity: Severity
    integration: str | None
    message: str
    value: float
    threshold: float


@fact
class MetricTracked:
    """The application tells a figure of its own; *labels* are as the metric declares them.

    *value* is seconds for a duration, how many more for a counter, the number itself for a gauge.
    """

    metric: str
    labels: tuple[str, ...]
    value: float
    at: float


Event = (
    CallFinished
    | AttemptFailed
    | AnswerJudged
    | BreakerMoved
    | ControlUsed
    | RequestFinished
    | SessionStarted
    | SessionEnded
    | ComponentChanged
    | AlertChanged
    | MetricTracked
)
"""The closed vocabulary."""

Sink = Callable[[Event], None]
"""Takes a fact in. Never blocks, never raises, never answers; safe from any thread."""


def discard(event: Event) -> None:
    """The sink of those nobody listens to."""
