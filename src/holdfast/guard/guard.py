"""A guard stands around every call of one operation of one integration."""

import asyncio
import itertools
from asyncio import current_task
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextvars import ContextVar
from functools import partial, wraps
from threading import get_ident
from types import TracebackType
from typing import Any, Generic, ParamSpec, Self, TypeVar, cast

from holdfast import context
from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.errors import BreakerOpen, CallRefused, LifecycleError, name_and_reason
from holdfast.events import CallFinished, Origin, Outcome, Sink, bound, discard
from holdfast.guard.attempt import Attempt, ask
from holdfast.guard.awaitable import explain, must_be_decorable, must_be_iterated
from holdfast.guard.stream import Nothing, OpenStream
from holdfast.resilience.circuit import Circuit
from holdfast.resilience.frame import Row
from holdfast.resilience.gate import MUST_WAIT
from holdfast.resilience.policy import Body, Call, Policy, Unshared, around

P = ParamSpec("P")
T = TypeVar("T")

_scope, _deadline = context.scope.get, context.deadline.get

_bodies: ContextVar[tuple[OpenStream[Any], ...]] = ContextVar("holdfast_bodies", default=())


class Guard:
    """Calls through *policies*, outermost first, and tells *sink* of each call exactly once.

    Three ways in: ``await guard.call(fn, ...)``, ``@guard`` above an ``async def``, and
    ``async with guard:`` - admission, timing and outcome only: a body cannot be repeated,
    replaced or judged. A function that returns an `OpenStream` is held until that ends.
    A guard belongs to one event loop.
    """

    def __init__(
        self,
        integration: str,
        operation: str = "call",
        policies: Iterable[Policy] = (),
        *,
        sink: Sink = discard,
        clock: Clock = SYSTEM_CLOCK,
        new_id: Callable[[], int] | None = None,
    ) -> None:
        self.integration, self.operation = integration, operation
        self.policies = tuple(policies)
        self._sink, self._clock = bound(sink), clock
        self._new_id = new_id or itertools.count(1).__next__
        self._monotonic, self._wall = clock
        self._attempt = Attempt(self._report, self._monotonic)
        self._row = Row(self.policies, around(self._attempt, ask))
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0

    async def call(  # noqa: C901, PLR0912  # one coroutine instead of ten is the point
        self, function: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Await ``function(*args, **kwargs)`` under every policy.

        Raises `CallRefused` when it was not let out, else what the last attempt raised.
        """
        if get_ident() != self._thread or current_task(self._loop) is None:
            self._bind(asyncio.get_running_loop())
        # The row is kept: a policy that is replaced meanwhile changes later calls.
        row, now, deadline = self._row, self._monotonic(), _deadline()
        if row.circuit is not None and row.circuit.name != "closed" and row.shuts(now, deadline):
            raise self._turned_away(row, row.circuit, now)
        origin = Origin(self.integration, self.operation, self._new_id(), _scope())
        call = Call(origin, function, args, self._sink, self._clock, deadline, now)
        if kwargs:
            call.function, call.named = partial(function, **kwargs), kwargs
        answer: T
        tokens: list[Any] = []  # not list[Any](), which costs as much as a breaker
        leaving, leaves, went_out = len(row.enters), row.exits, None
        try:
            for enter in row.enters:
                token = enter(call, now)
                if token is MUST_WAIT:
                    answer = await row.way(len(tokens))(call)
                    leaves = row.exits_after(len(tokens))
                    now = self._monotonic()
                    break
                tokens.append(token)
            else:  # as the gate `Attempt`
                call.attempts, went_out = 1, self._monotonic()
                answer = await call.function(*args)
                now = self._monotonic()
                call.latency_ms = (now - went_out) * 1000
                if isinstance(answer, OpenStream):
                    answer.hold(call, went_out, self._report)
                went_out = None
            for leaving, leave, gate in leaves:
                leave(gate, call, tokens[leaving], answer, now)
        except BaseException as error:  # noqa: BLE001  # raised again, or rescued
            if went_out is not None:
                self._attempt.fail(call, went_out, error)
            del tokens[leaving:]
            failure = row.settle(call, tokens, error)
        else:
            if not call.held:
                self._report(call, None)
            return answer
        try:
            if tokens:
                return cast("T", await self._rescue(row, call, tokens, failure))
            self._lose(call, failure)
            raise failure
        finally:
            del failure  # its traceback holds this frame: a cycle for the garbage collector

    async def stream(
        self, function: Callable[P, AsyncIterator[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> OpenStream[T]:
        """Open ``function(*args, **kwargs)``, an async iterator, under every policy.

        The first item is awaited here, so that a stream that never starts can be retried.
        """
        return await self.call(_Primed(function), *args, **kwargs)

    def __call__(self, function: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
        """Guard every call of *function*; TypeError at a generator, or above ``@classmethod``."""
        must_be_decorable(function)

        @wraps(function)
        async def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
            return await self.call(function, *args, **kwargs)

        return guarded

    async def __aenter__(self) -> Self:
        body: OpenStream[Any] = await self.call(_open_body, self)
        _bodies.set((*_bodies.get(), body))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        bodies = _bodies.get()
        mine = next((body for body in reversed(bodies) if body.head is self), None)
        if mine is None:
            raise LifecycleError(
                f"the body under the guard of {self.integration} {self.operation} "
                "was left in another context than it was entered in"
            )
        _bodies.set(tuple(body for body in bodies if body is not mine))
        mine.end(error)

    def replace(self, old: Policy, new: Policy) -> None:
        """Have *new* stand where *old* stood, for calls from now on."""
        self.policies = tuple(new if policy is old else policy for policy in self.policies)
        self._row = Row(self.policies, around(self._attempt, ask))

    async def _rescue(self, row: Row, call: Call, tokens: list[Any], failure: BaseException) -> Any:
        try:
            answer = await row.rescue(call, tokens, failure)
        except BaseException as error:
            self._lose(call, error)
            raise
        else:
            if not call.held:
                self._report(call, None)
            return answer
        finally:
            answer = None  # whoever keeps the error keeps this frame, and not the answer with it
            del failure

    def _bind(self, loop: asyncio.AbstractEventLoop) -> None:
        if loop is not self._loop and self._loop is not None and not self._loop.is_closed():
            raise LifecycleError(
                f"the guard of {self.integration} {self.operation} belongs to another event loop; "
                "make one guard per loop"
            )
        self._loop, self._thread = loop, get_ident()

    def _turned_away(self, row: Row, circuit: Circuit, now: float) -> BreakerOpen:
        """How a call would end at its breaker, without the call: refusals come in floods."""
        row.knock()
        origin = Origin(self.integration, self.operation, self._new_id(), _scope())
        name = f"{origin.integration} {origin.operation}"
        error = BreakerOpen(name, circuit.retry_in_seconds(now))
        total_ms = (self._monotonic() - now) * 1000
        self._sink(
            CallFinished(
                origin, self._wall(), "refused", None, 0.0, total_ms, 0, "BreakerOpen", str(error)
            )
        )
        return error

    def _lose(self, call: Call, error: BaseException) -> None:
        explain(error, call.function)
        call.end(error)
        self._report(call, error)

    def _report(self, call: Call, error: BaseException | None) -> None:
        if call.finished:
            return
        call.finished = True
        outcome: Outcome = "succeeded"
        name = reason = None
        if error is not None:
            name, reason = name_and_reason(error)
            outcome = outcome_of(error, call.attempts)
        elif call.instead_of is not None:
            name, reason = call.instead_of
        total_ms = (self._monotonic() - call.started) * 1000
        self._sink(
            CallFinished(
                call.origin, self._wall(), outcome, call.latency_ms, call.waited_ms, total_ms,
                call.attempts, name, reason, call.verdict, call.first_byte_ms, call.served_from,
                call.usage, call.stale_age_seconds,
            )
        )  # fmt: skip


def outcome_of(error: BaseException | None, attempts: int) -> Outcome:
    """What an error means: nothing went out is *refused*, the caller's leaving is *cancelled*."""
    if error is None:
        return "succeeded"
    if not isinstance(error, Exception):
        return "cancelled"
    return "refused" if isinstance(error, CallRefused) and attempts == 0 else "failed"


class _Primed(Unshared, Generic[P, T]):
    __slots__ = ("_function",)

    def __init__(self, function: Callable[P, AsyncIterator[T]]) -> None:
        self._function = function

    async def __call__(self, *args: P.args, **kwargs: P.kwargs) -> OpenStream[T]:
        items = self._function(*args, **kwargs)
        must_be_iterated(items, self._function)
        stream = OpenStream(items)
        await stream.prime()
        return stream


class _OpenBody(Body):
    async def __call__(self, guard: Guard) -> OpenStream[Any]:
        return OpenStream(Nothing(), head=guard)


_open_body = _OpenBody()
