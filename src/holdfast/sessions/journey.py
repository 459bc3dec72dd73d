"""How an application says whose journey it is on: sessions and their steps."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID, uuid4

from holdfast import context
from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.events import SessionEnded, Sink
from holdfast.middleware.endpoint_name import mark
from holdfast.sessions.blocks import SessionBlock, StepBlock, Ways
from holdfast.sessions.decorator import monitored
from holdfast.sessions.flow import Flow, flow
from holdfast.sessions.snapshot import Privacy

F = TypeVar("F", bound=Callable[..., Any])


class Journeys:
    """Tells *sink* when sessions start and end, and marks the calls in between as theirs."""

    def __init__(
        self, sink: Sink, clock: Clock = SYSTEM_CLOCK, privacy: Privacy | None = None
    ) -> None:
        self._ways = Ways(sink, clock, privacy or Privacy())

    def start(
        self, session_id: str, *, user_id: str | None = None, service_type: str | None = None,
        user_context: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """A session begins; its later requests carry ``X-Session-ID``.

        What the running task does from here on belongs to it. *user_context* is what the user
        came with (a question, a language): its first 50 fields are kept, redacted and cut.
        """
        if not session_id:
            raise ValueError("session_id is empty: give the session a name, e.g. a UUID")
        self._ways.started(session_id, user_id, service_type, user_context)
        before = context.scope.get()
        context.scope.set(replace(before, session_id=session_id, user_id=user_id or before.user_id))
        flow.set(Flow(session_id, begun=True))

    def complete(self, session_id: str | None = None) -> None:
        """The application finished what the user came for; default: the current session."""
        session_id = session_id or context.scope.get().session_id
        if session_id is None:
            raise ValueError("no session is going on here: name the one that is complete")
        self._ways.sink(SessionEnded(session_id, self._ways.clock.wall(), "completed"))

    def session(
        self, session_id: str | None = None, *, user_id: str | None = None,
        service_type: str | None = None, completes: bool = True,
        user_context: Mapping[str, Any] | None = None,
    ) -> SessionBlock:  # fmt: skip
        """A whole session in one block, `with` or `async with`.

        Without *session_id* it is the one of the request (header, baggage or cookie), else a new
        one. *completes*: leaving the block is its end; else it goes on in other requests.
        *user_context* as in `start`.
        """
        found = session_id or context.scope.get().session_id or uuid4().hex
        return SessionBlock(
            self._ways, found, user_id, service_type, completes=completes,
            user_context=user_context,
        )  # fmt: skip

    def monitored(
        self, function: F, *, session_id: str = "session_id", user_id: str = "user_id",
        service_type: str | None = None, completes: bool = True,
    ) -> F:  # fmt: skip
        """*function*, each call of it a session; ids are its arguments *session_id*, *user_id*."""
        service = service_type or getattr(function, "__name__", None)

        def block(arguments: Mapping[str, Any]) -> SessionBlock:
            return self.session(
                _name(arguments.get(session_id)), user_id=_name(arguments.get(user_id)),
                service_type=service, completes=completes,
            )  # fmt: skip

        return monitored(function, block)

    def endpoint(self, function: F, *, name: str) -> F:
        """*function*, its requests reported under *name*; calls inside are of the step *name*."""
        wrapped = monitored(function, lambda _: self.step(name))
        mark(wrapped, name)
        return wrapped

    def step(
        self, name: str, context: Mapping[str, Any] | None = None,
        *, inputs: Mapping[str, Any] | None = None, requires: Collection[str] = (),
    ) -> StepBlock:  # fmt: skip
        """Calls inside are attempts at the step *name* of the current session.

        *context* is all that the session knows at this point: what an earlier step had and this
        one lacks is lost. *inputs*, instead, is only what this step uses: absent fields are no
        loss, unless it *requires* them. Raises ValueError for both, and for *requires* alone.
        """
        if context is not None and inputs is not None:
            raise ValueError(f"step {name!r} has context and inputs: give all, or what it uses")
        fields = context if inputs is None else inputs
        if fields is None and requires:
            raise ValueError(f"step {name!r} requires fields: give it its context or its inputs")
        return StepBlock(self._ways, name, fields, whole=inputs is None, required=tuple(requires))


def _name(argument: Any) -> str | None:
    """An id as text, whatever type the application keeps it in; None for what is no id."""
    usable = isinstance(argument, str | int | UUID) and not isinstance(argument, bool)
    return str(argument) or None if usable else None
