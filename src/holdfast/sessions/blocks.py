"""Sessions and steps as blocks, `with` and `async with`, wherever a journey's code runs."""

from asyncio import CancelledError
from collections.abc import Collection, Mapping
from contextvars import Token
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Literal, Self

from holdfast import context
from holdfast.clock import Clock
from holdfast.events import (
    ContextLost,
    Scope,
    SessionEnded,
    SessionStarted,
    Sink,
    StepTaken,
    Verdict,
    discard,
)
from holdfast.sessions.both_ways import BothWays
from holdfast.sessions.flow import Flow, Observation, flow, flow_of
from holdfast.sessions.losses import Loss
from holdfast.sessions.snapshot import Privacy, described
from holdfast.sessions.verdicts import JUDGEMENTS
from holdfast.telemetry.fault import log_fault

_GONE = (CancelledError, GeneratorExit)
"""Who was waiting left: nothing of ours went wrong."""

StepOutcome = Literal["succeeded", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Ways:
    """What blocks need of the world: who is told, what time it is, what is private."""

    sink: Sink
    clock: Clock
    privacy: Privacy

    def started(
        self, session_id: str, user_id: str | None, service_type: str | None,
        user_context: Mapping[str, Any] | None,
    ) -> None:  # fmt: skip
        """Tell that a session began, and of its *user_context* what may be told."""
        if self.sink is discard:
            return
        told = None
        if user_context:
            with _harmless(SESSION_STEP):
                told = described(user_context, self.privacy) or None
        self.sink(SessionStarted(session_id, self.clock.wall(), user_id, service_type, told))


class SessionBlock(BothWays[str]):
    """A whole session: started, every call inside is a step of it, completed.

    Left by an error it stays active, with the error as its last step: it times out unless it goes
    on elsewhere. Yields the session's id.
    """

    def __init__(
        self, ways: Ways, session_id: str, user_id: str | None, service_type: str | None,
        *, completes: bool = True, begun: Flow | None = None,
        user_context: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        self._user_context = user_context
        self._ways, self._id, self._begun = ways, session_id, begun
        self._user_id, self._service_type, self._completes = user_id, service_type, completes
        self._scope: Token[Scope] | None = None
        self._flow: Token[Flow | None] | None = None
        self._began = 0.0

    def __enter__(self) -> str:
        clock = self._ways.clock
        if self._begun is None:
            self._ways.started(self._id, self._user_id, self._service_type, self._user_context)
        before = context.scope.get()
        self._scope = context.scope.set(
            replace(before, session_id=self._id, user_id=self._user_id or before.user_id, step=None)
        )
        self._begun = self._begun or Flow(self._id, begun=True)
        self._flow = flow.set(self._begun)
        self._began = clock.monotonic()
        return self._id

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:  # fmt: skip
        scope = context.scope.get()
        if self._scope is not None and self._flow is not None:
            _put_back(self._scope, self._flow)
        clock = self._ways.clock
        if error is None:
            if self._completes:
                self._ways.sink(SessionEnded(self._id, clock.wall(), "completed"))
        elif outcome_of(error) == "failed":
            scope = replace(scope, session_id=self._id, step=SESSION_STEP)
            spent_ms = (clock.monotonic() - self._began) * 1000
            name = type(error).__name__
            self._ways.sink(StepTaken(scope, clock.wall(), "failed", spent_ms, name))

    def handed_over(self) -> "SessionBlock":
        """A block that goes on with this session where this one ends, and completes it instead."""
        rest = SessionBlock(
            self._ways, self._id, self._user_id, self._service_type,
            completes=self._completes, begun=self._begun,
        )  # fmt: skip
        self._completes = False
        return rest


SESSION_STEP = "session"
"""The step that an error belongs to which escaped the whole session."""


class StepBlock(BothWays["StepBlock"]):
    """One step of the current session: calls inside are its attempts, its own end is a fact.

    Outside of a session nothing is told. Yields itself.
    """

    def __init__(
        self, ways: Ways, name: str, fields: Mapping[str, Any] | None,
        *, whole: bool, required: Collection[str],
    ) -> None:  # fmt: skip
        self._ways, self._name, self._fields = ways, name, fields
        self._whole, self._required = whole, required
        self._observed: Observation | None = None
        self._verdict: Verdict | None = None
        self._token: Token[Scope] | None = None
        self._began: float | None = None
        self._goes_on = False

    def handed_over(self) -> "StepBlock":
        """A block that goes on with this step where this one ends, and tells of it instead."""
        rest = StepBlock(self._ways, self._name, None, whole=self._whole, required=self._required)
        rest._began, rest._observed, rest._verdict = self._began, self._observed, self._verdict
        self._goes_on = True
        return rest

    def gives(self, fields: Mapping[str, Any] | None = None, /, **more: Any) -> None:
        """The step adds these fields to the session's context, or replaces them in it."""
        if self._observed is not None:
            with _harmless(self._name):
                self._observed.gives({**(fields or {}), **more})

    def drops(self, *names: str) -> None:
        """The step takes these fields out of the context, on purpose: they are not lost."""
        if self._observed is not None:
            self._observed.drops(names)

    def judge(self, verdict: Verdict) -> None:
        """What the application says of the step's result; "fail" makes the step a failed one.

        Kept and shown with the step. It wins for the step: a guarded call inside keeps its own
        verdict, and says nothing more of the step until that is taken again. The last word counts.
        A score that is not 0 to 1 goes to the log instead. Raises ValueError for a judgement that
        is not "pass", "warn" or "fail".
        """
        if verdict.judgement not in JUDGEMENTS:
            words = ", ".join(JUDGEMENTS)
            raise ValueError(f"judgement is {verdict.judgement!r}: say one of {words}")
        if verdict.score is not None and not 0 <= verdict.score <= 1:
            fault = ValueError(f"score is {verdict.score!r}: give 0 to 1, or None")
            log_fault("score_not_kept", fault, step=self._name)
            verdict = replace(verdict, score=None)
        self._verdict = verdict

    def __enter__(self) -> Self:
        if self._ways.sink is discard:
            return self
        before = context.scope.get()
        self._token = context.scope.set(replace(before, step=self._name))
        if self._began is None:
            self._began = self._ways.clock.monotonic()
        if self._fields is not None and before.session_id is not None:
            with _harmless(self._name):
                self._observe(before.session_id, self._fields)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:  # fmt: skip
        if self._token is None or self._began is None:  # nobody is told
            return
        scope = replace(context.scope.get(), step=self._name)
        _put_back(self._token)
        if scope.session_id is None or (self._goes_on and error is None):
            return
        clock = self._ways.clock
        spent_ms = (clock.monotonic() - self._began) * 1000
        outcome = outcome_of(error)
        if outcome == "succeeded" and self._verdict and self._verdict.judgement == "fail":
            outcome = "failed"
        self._ways.sink(
            StepTaken(
                scope, clock.wall(), outcome, spent_ms, type(error).__name__ if error else None,
                self._verdict, self._observed.seen() if self._observed else None,
            )
        )  # fmt: skip

    def _observe(self, session_id: str, fields: Mapping[str, Any]) -> None:
        self._observed = Observation(
            flow_of(session_id), self._name, fields, self._ways.privacy,
            whole=self._whole, required=self._required,
        )  # fmt: skip
        at = self._ways.clock.wall()
        for loss in self._observed.losses:
            self._ways.sink(lost(session_id, at, self._name, loss))


def lost(session_id: str, at: float, step: str, loss: Loss) -> ContextLost:
    """The fact of one *loss*, found at *step*."""
    return ContextLost(session_id, at, step, loss.field, loss.kind, loss.last_step)


def outcome_of(error: BaseException | None) -> StepOutcome:
    """How a block ended that *error* escaped from; a WebSocket's user who leaves is no failure."""
    if error is None:
        return "succeeded"
    gone = isinstance(error, _GONE) or type(error).__name__ == "WebSocketDisconnect"
    return "cancelled" if gone else "failed"


def _put_back(*tokens: Token[Any]) -> None:
    """Undo what a block set. A generator may be closed in another context: nothing to undo."""
    for token in tokens:
        try:
            token.var.reset(token)
        except ValueError:
            return


class _harmless:  # noqa: N801 - reads as a statement
    """What cannot be followed must not fail the step: it goes to the log."""

    def __init__(self, step: str) -> None:
        self._step = step

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:  # fmt: skip
        if isinstance(error, Exception):
            log_fault("context_not_followed", error, step=self._step)
            return True
        return False
