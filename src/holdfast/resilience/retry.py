"""The policy that tries again what failed and may succeed, later and later."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from holdfast.errors import CallFailed, CallRefused, HoldfastError, SemanticError
from holdfast.events import AttemptFailed
from holdfast.resilience.budget import BudgetOptions, RetryBudget
from holdfast.resilience.gate import Rescue
from holdfast.resilience.policy import Call, Proceed

_MOST_DOUBLINGS = 60
"""Beyond it every wait is the longest one, and a float would overflow at last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryOptions:
    """At most *retries* further attempts, as far as the *budget* goes (None: there is none).

    Waits grow from *first_wait_seconds* to *max_wait_seconds*: a draw between 0 and the doubled
    one (*full* jitter), or between the first and three times the last (*decorrelated*).
    A provider's own ``Retry-After`` wins over the jitter, unless it is longer than the longest:
    then there is no retry. An operation that is not *safe* to repeat is tried again only when
    nothing was done (429, no connection); when that is unknown its failure is `is_ambiguous`.
    """

    retries: int = 2
    first_wait_seconds: float = 0.5
    max_wait_seconds: float = 20.0
    safe: bool = True
    jitter: Literal["full", "decorrelated"] = "full"
    budget: BudgetOptions | None = field(default_factory=BudgetOptions)

    def __post_init__(self) -> None:
        if self.retries < 0 or min(self.first_wait_seconds, self.max_wait_seconds) < 0:
            raise ValueError(f"retry needs retries and waits >= 0, got {self}")


def is_worth_retrying(error: Exception, safe: bool) -> bool:
    """What failed for a while, and is safe to repeat. What was refused never is."""
    if isinstance(error, SemanticError) and not error.verdict.repeat:
        return False
    if isinstance(error, CallFailed):
        return error.retryable and (safe or error.effect == "none")
    return safe and isinstance(error, OSError | TimeoutError)


class Retry(Rescue):
    """Repeats failed attempts. When a further one is refused, the failure before it stands."""

    def __init__(
        self,
        options: RetryOptions | None = None,
        *,
        budget: RetryBudget | None = None,
        random: Callable[[], float] = random.random,
    ) -> None:
        self.options = options or RetryOptions()
        if budget is None and self.options.budget is not None:
            budget = RetryBudget(self.options.budget)
        self.budget = budget
        self._random = random

    def becoming(self, options: RetryOptions) -> "Retry":
        """The same under *options*, paid for by the same budget."""
        return Retry(options, budget=self.budget, random=self._random)

    def enter(self, call: Call, now: float) -> None:  # noqa: ARG002  # as any gate
        """Each call pays into the budget."""
        budget = self.budget
        if budget is not None and budget.left < budget.options.most:
            budget.deposit()

    def deposit(self) -> None:
        """As `enter`, for a call that is turned away further in and was never made."""
        if self.budget is not None:
            self.budget.deposit()

    def rescues(self, call: Call, error: Exception) -> bool:  # noqa: ARG002
        """What was refused is never tried again."""
        return not isinstance(error, CallRefused)

    async def rescue(self, call: Call, token: None, error: Exception, proceed: Proceed) -> Any:  # noqa: ARG002
        """The first good answer of further attempts, or the last failure."""
        failure, attempt, wait = error, 0, None
        try:
            while True:
                attempt += 1
                wait = self._wait_seconds(call, failure, attempt, wait)
                self._tell(call, failure, wait)
                if wait is None:
                    raise failure
                await _pause(call, wait)
                try:
                    return await proceed(call)
                except CallRefused as refusal:
                    raise failure from refusal
                except Exception as again:  # noqa: BLE001  # raised when there is no other attempt
                    failure = again
        finally:
            del failure, error  # their tracebacks hold this frame: cycles for the collector

    def _wait_seconds(
        self, call: Call, error: Exception, attempt: int, last: float | None
    ) -> float | None:
        options = self.options
        if not options.safe and isinstance(error, CallFailed):
            error.is_ambiguous = error.effect == "unknown"
        if attempt > options.retries or not is_worth_retrying(error, options.safe):
            return None
        asked = error.retry_after_seconds if isinstance(error, CallFailed) else None
        wait = self._jittered(attempt, last) if asked is None else max(asked, 0.0)
        remaining = call.remaining_seconds()
        if wait > options.max_wait_seconds or (remaining is not None and wait >= remaining):
            return None
        if self.budget is not None and not self.budget.withdraw():
            return None
        return wait

    def _jittered(self, attempt: int, last: float | None) -> float:
        first, longest = self.options.first_wait_seconds, self.options.max_wait_seconds
        if self.options.jitter == "full":
            return self._random() * min(first * 2.0 ** min(attempt - 1, _MOST_DOUBLINGS), longest)
        most = 3 * max(first, last or 0.0)
        return min(first + self._random() * (most - first), longest)

    def _tell(self, call: Call, error: Exception, wait: float | None) -> None:
        reason = str(error) if isinstance(error, HoldfastError) else ""
        call.emit(
            AttemptFailed(
                call.origin, call.clock.wall(), call.attempts, type(error).__name__,
                reason, call.latency_ms or 0.0, wait,
            )
        )  # fmt: skip


async def _pause(call: Call, seconds: float) -> None:
    since = call.clock.monotonic()
    try:
        await asyncio.sleep(seconds)
    finally:
        call.waited_ms += (call.clock.monotonic() - since) * 1000
