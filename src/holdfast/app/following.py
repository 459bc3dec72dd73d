"""What an application tells of its users' journeys: sessions, steps, issues, business."""

import functools
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Any, TypeVar, overload

from holdfast import context as world
from holdfast.clock import Clock
from holdfast.events import IssueFound, Severity, Sink, discard
from holdfast.sessions.blocks import SessionBlock, StepBlock
from holdfast.sessions.journey import Journeys
from holdfast.sessions.snapshot import Privacy
from holdfast.trends.business import Business, BusinessRule

_LONGEST_NAME = 80
F = TypeVar("F", bound=Callable[..., Any])


class Following:
    """The part of `Monitoring` that follows users."""

    def __init__(self, sink: Sink, clock: Clock, privacy: Privacy | None) -> None:
        self._sink, self._clock = sink, clock
        self._is_off = sink is discard
        self._journeys = Journeys(sink, clock, privacy)
        self._business = Business(sink, clock)

    def session(
        self, session_id: str | None = None, *, user_id: str | None = None,
        service_type: str | None = None, completes: bool = True,
        user_context: Mapping[str, Any] | None = None,
    ) -> SessionBlock:  # fmt: skip
        """A user's whole journey in one block, `with` or `async with`; yields the session's id.

        Without *session_id* it is the request's own (header, baggage, cookie), else a new one.
        *user_context* is what the user came with: kept with the session, redacted and cut.
        """
        return self._journeys.session(
            session_id, user_id=user_id, service_type=service_type, completes=completes,
            user_context=user_context,
        )  # fmt: skip

    @overload
    def monitor_session(self, function: F, /) -> F: ...

    @overload
    def monitor_session(self, /, **options: Any) -> Callable[[F], F]: ...

    def monitor_session(self, function: Any = None, /, **options: Any) -> Any:
        """Each call of the decorated function is a session: def, async def, generators, sockets.

        ``@monitoring.monitor_session`` or ``@monitoring.monitor_session(service_type="guidance",
        session_id="the argument that holds the id")``. Streams and background tasks belong to it.
        """
        if self._is_off:
            return _as_it_is if function is None else function
        if function is not None:
            return self._journeys.monitored(function)
        return functools.partial(self._journeys.monitored, **options)

    def monitor_endpoint(self, name: str) -> Callable[[F], F]:
        """Requests that the decorated endpoint answers are reported under *name*.

        ``@monitoring.monitor_endpoint("guidance")`` below the route's decorator; def, async def
        and generators. Calls inside belong to the step *name* of the request's session. *name*
        has at most 80 characters; it is not a label of Prometheus, the route is.
        """
        if not 0 < len(name) <= _LONGEST_NAME:
            raise ValueError(f"an endpoint's name has 1 to {_LONGEST_NAME} characters: {name!r}")
        if self._is_off:
            return _as_it_is
        return functools.partial(self._journeys.endpoint, name=name)

    def step(
        self, name: str, context: Mapping[str, Any] | None = None, *,
        inputs: Mapping[str, Any] | None = None, requires: Collection[str] = (),
    ) -> StepBlock:  # fmt: skip
        """Calls inside are attempts at the step *name* of the current session.

        *context* is all the session knows at this point, *inputs* only what this step uses;
        *requires* names fields it cannot do without. What got lost on the way is a fact.
        """
        return self._journeys.step(name, context, inputs=inputs, requires=requires)

    def start_session(
        self, session_id: str, *, user_id: str | None = None, service_type: str | None = None,
        user_context: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """A journey over several requests begins; they carry ``X-Session-ID``.

        *user_context* is what the user came with: kept with the session, redacted and cut.
        """
        self._journeys.start(
            session_id, user_id=user_id, service_type=service_type, user_context=user_context
        )

    def complete_session(self, session_id: str | None = None) -> None:
        """The application finished what the user came for; default: the current session.

        Raises ValueError when there is none, unless we are switched off: nobody knows then.
        """
        if not self._is_off:
            self._journeys.complete(session_id)

    def track_business(
        self, name: str, value: float | Decimal = 1, *, kind: str = "count", unit: str = "1",
        session_id: str | None = None, user_id: str | None = None,
        dimensions: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """Something of worth happened: *kind* revenue, credits, conversion or your own word.

        Belongs to the current session and user. Never raises: what cannot be added up, or breaks
        a rule, becomes an issue.
        """
        if self._is_off:
            return
        self._business.track(
            name, value, kind=kind, unit=unit, session_id=session_id, user_id=user_id,
            dimensions=dimensions,
        )  # fmt: skip

    def business_rule(self, rule: BusinessRule) -> None:
        """From now on the business facts of the rule's name must keep it."""
        self._business.add_rule(rule)

    def report_issue(
        self, issue_type: str, description: str, *, severity: Severity = "warning",
        user_impact: str | None = None, details: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        """The application's own logic is violated; a critical issue fails its session."""
        scope, at = world.scope.get(), self._clock.wall()
        self._sink(IssueFound(scope, at, issue_type, severity, description, user_impact, details))


def _as_it_is(function: F) -> F:
    """Nobody watches what it does."""
    return function
