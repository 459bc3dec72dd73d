"""The policy that has something else to serve: an old answer, another provider, a default.

It stands outside the deadline, so that a provider that used up all the time still gets its stale
answer. Whatever it serves, the same validators have accepted.
"""

import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from holdfast import context
from holdfast.errors import (
    CallFailed,
    CallRefused,
    ChainFailed,
    ChainRefused,
    Conflict,
    ContentRejected,
    InputRefused,
    InvalidRequest,
    LifecycleError,
    NotFound,
    name_and_reason,
)
from holdfast.resilience.gate import Rescue
from holdfast.resilience.policy import Call, Proceed
from holdfast.resilience.timeout import Timeout

Source = Callable[[Call], Awaitable[Any]]
"""Has an answer for a call, or raises why not."""

Accept = Callable[[Call, Any], None]
"""Judges an answer; raises `SemanticError` when it is not acceptable."""

_OWN_MISTAKES = (
    InputRefused, InvalidRequest, NotFound, Conflict, ContentRejected, LifecycleError,
)  # fmt: skip


class _Undeclared:
    def __repr__(self) -> str:
        return "none"


NO_DEFAULT: Final[Any] = _Undeclared()
"""There is no default (None may be one)."""


def is_replaceable(error: Exception) -> bool:
    """Everything but the caller's own mistakes: another answer would only hide those."""
    return not isinstance(error, _OWN_MISTAKES)


@dataclass(frozen=True, slots=True, kw_only=True)
class FallbackOptions:
    """What stands in for a call that was refused or failed, in this order.

    The stale answer, where the cache keeps one; *others* by name, each given the call's arguments
    and *timeout_seconds* (a guard's own bounds hold besides); then *default*. *handles* says
    which errors are replaced. A cancelled call is never replaced, nor is a stream once it opened;
    what stands in for a stream has to be one, and is watched by the guard it comes from.
    """

    others: Mapping[str, Callable[..., Awaitable[Any]]] = field(default_factory=dict)
    default: Any = NO_DEFAULT
    timeout_seconds: float = 10.0
    handles: Callable[[Exception], bool] = is_replaceable

    def __post_init__(self) -> None:
        if self.timeout_seconds <= 0 or not all(self.others):
            raise ValueError(f"fallback needs timeout_seconds > 0 and names, got {self}")


class Fallback(Rescue):
    """Serves the first acceptable answer of its sources; the call then says which, and for what.

    *stale* is the source of old answers; *accept* applies the guard's validators.
    """

    def __init__(
        self, options: FallbackOptions, *, accept: Accept, stale: Source | None = None
    ) -> None:
        self.options = options
        self._accept = accept
        self._timeout = Timeout(options.timeout_seconds)
        self._sources = self._in_order(stale)

    def enter(self, call: Call, now: float) -> float | None:  # noqa: ARG002  # as any gate
        """Remember the deadline that holds out here."""
        return call.deadline

    def rescues(self, call: Call, error: Exception) -> bool:
        """Whether another answer may stand in for this call's own, after this error."""
        return call.replaceable and self.options.handles(error)

    async def rescue(
        self,
        call: Call,
        token: float | None,
        error: Exception,
        proceed: Proceed,  # noqa: ARG002
    ) -> Any:
        """Another answer; raises `ChainRefused` or `ChainFailed` when no source has one either."""
        call.end(error)  # should something further out have given up an opened answer
        call.deadline, call.held = token, False
        return await self._instead_of(error, call)

    async def _instead_of(self, failure: Exception, call: Call) -> Any:
        reasons = [("provider", _said(failure))]
        for name, source in self._sources.items():
            try:
                answer = await source(call)
                self._accept(call, answer)
            except Exception as error:  # noqa: BLE001  # it is told in the chain's own error
                call.stale_age_seconds = None
                reasons.append((name, _said(error)))
            else:
                call.served_from, call.instead_of = name, name_and_reason(failure)
                return answer
        if isinstance(failure, CallRefused):
            raise ChainRefused(reasons, failure.retry_in_seconds) from failure
        retry_after = failure.retry_after_seconds if isinstance(failure, CallFailed) else None
        raise ChainFailed(reasons, retry_after) from failure

    def _in_order(self, stale: Source | None) -> dict[str, Source]:
        sources = {} if stale is None else {"stale": stale}
        for name, function in self.options.others.items():
            ask = partial(self._ask, function)
            sources[f"fallback:{name}"] = partial(self._timeout, proceed=ask)
        if self.options.default is not NO_DEFAULT:
            sources["default"] = self._default
        return sources

    async def _ask(self, function: Callable[..., Awaitable[Any]], call: Call) -> Any:
        until = call.clock.monotonic() + self.options.timeout_seconds
        enclosing = math.inf if call.deadline is None else call.deadline
        token = context.deadline.set(min(until, enclosing))
        try:
            return await function(*call.arguments, **call.named)
        finally:
            context.deadline.reset(token)

    async def _default(self, _call: Call) -> Any:
        return self.options.default


def _said(error: Exception) -> str:
    name, reason = name_and_reason(error)
    return f"{name} ({reason})" if reason else name
