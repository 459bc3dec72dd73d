"""What can happen: frozen facts, and nothing else. Everything shown is a fold over these.

`at` is always Unix time (UTC, seconds); durations are milliseconds and say so.
"""

from collections.abc import Callable, Mapping
from types import FunctionType, MethodType
from typing import Literal

from holdfast.answer import Judgement as Judgement  # noqa: PLC0414 - a word of these facts
from holdfast.answer import Usage as Usage  # noqa: PLC0414
from holdfast.answer import Verdict as Verdict  # noqa: PLC0414
from holdfast.fact import fact as fact  # noqa: PLC0414 - facts are made with it everywhere
from holdfast.origin import Origin as Origin  # noqa: PLC0414 - as fact
from holdfast.origin import Scope as Scope  # noqa: PLC0414 - as fact
from holdfast.seen import ContextSeen, LossKind

Outcome = Literal["succeeded", "failed", "refused", "cancelled"]
"""*refused*: we did not let it out. *cancelled*: the caller went away. Neither is a failure."""

ComponentState = Literal["healthy", "degraded", "unhealthy", "unknown"]

Severity = Literal["critical", "warning", "info"]

BreakerName = Literal["closed", "open", "half_open", "forced_open", "forced_closed", "disabled"]


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
    *status* 0 means that no response was started. *user_type* is the application's own word, as
    is *name* for its endpoint (`monitor_endpoint`).
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
    user_type: str | None = None
    name: str | None = None


@fact
class SessionStarted:
    """A user's journey began.

    *user_context* is what the application said of it, by field: redacted and cut.
    """

    session_id: str
    at: float
    user_id: str | None
    service_type: str | None
    user_context: dict[str, str | float | bool] | None = None


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
    *integration* is None for what concerns all. *value* was compared with *threshold*. *reason*
    says why it is over, when not because all is well again.
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
    reason: str | None = None


@fact
class MetricTracked:
    """The application tells a figure of its own; *labels* are as the metric declares them.

    *value* is seconds for a duration, how many more for a counter, the number itself for a gauge.
    """

    metric: str
    labels: tuple[str, ...]
    value: float
    at: float


@fact
class StepTaken:
    """The application's code for one step of a session ended; *scope* names session and step.

    *error* is the type of what escaped it; *verdict* what the application said of the result: its
    own word on the step, beside the verdicts on the calls inside.
    """

    scope: Scope
    at: float
    outcome: Literal["succeeded", "failed", "cancelled"]
    duration_ms: float
    error: str | None = None
    verdict: Verdict | None = None
    context: ContextSeen | None = None


@fact
class ContextLost:
    """A field did not reach a step as the step before had left it.

    *step* is the first that lacks it (or has it otherwise), *last_step* the last that had it.
    """

    session_id: str
    at: float
    step: str
    field: str
    kind: LossKind
    last_step: str | None


@fact
class IssueFound:
    """The application's own logic is violated: a rule of a business fact, a check of a session.

    *issue_type* names the rule; *details* are small, and redacted before they are kept.
    """

    scope: Scope
    at: float
    issue_type: str
    severity: Severity
    description: str
    user_impact: str | None = None
    details: Mapping[str, str] | None = None


@fact
class BusinessFact:
    """Something of worth to the business happened: *value* of *unit* (``USD``, ``credits``, ``1``).

    *kind* is "revenue", "credits", "conversion" or the application's own word.
    """

    scope: Scope
    at: float
    name: str
    kind: str
    value: float
    unit: str
    dimensions: Mapping[str, str]


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
    | StepTaken
    | ContextLost
    | IssueFound
    | BusinessFact
)
"""The closed vocabulary."""

Sink = Callable[[Event], None]
"""Takes a fact in. Never blocks, never raises, never answers; safe from any thread."""


def discard(event: Event) -> None:
    """The sink of those nobody listens to."""


def bound(sink: Sink) -> Sink:
    """*sink* as it is called fastest: an object's own ``__call__``, found once for all calls."""
    method = type(sink).__call__
    return MethodType(method, sink) if isinstance(method, FunctionType) else sink
