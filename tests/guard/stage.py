"""A stage for guarded calls: a guard on the jumping clock, and every fact it tells."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any, Literal, TypeVar

from holdfast.errors import Unavailable
from holdfast.events import (
    AttemptFailed,
    BreakerMoved,
    BreakerName,
    CallFinished,
    Event,
    Origin,
    Outcome,
    Scope,
    Verdict,
)
from holdfast.guard.controls import circuit_of
from holdfast.guard.guard import Guard
from holdfast.guard.options import GuardOptions, build
from holdfast.resilience.circuit import BreakerOptions, Circuit
from holdfast.resilience.input_check import Check
from holdfast.resilience.limiter import Limiter, LimiterOptions
from holdfast.resilience.retry import RetryOptions
from holdfast.validation.validator import Validator
from tests.jumping_time import EPOCH, JumpingLoop, jumping_clock

T = TypeVar("T")
Wait = Literal["for ever"] | float

OPTIONS = GuardOptions(
    deadline_seconds=32.0,
    retry=RetryOptions(retries=2, first_wait_seconds=0.5),
    breaker=BreakerOptions(consecutive_failures=4, open_seconds=16.0, jitter=0.0),
    limiter=LimiterOptions(calls=64, per_seconds=64.0, burst=64),
    timeout_seconds=8.0,
)
"""Every policy, all times exact in binary, so that whole facts can be compared."""


FRAGILE = replace(
    OPTIONS, retry=None, breaker=BreakerOptions(consecutive_failures=2, open_seconds=16, jitter=0)
)
"""Two failed calls open its breaker; nothing is tried again."""


class Stage:
    """A guard of ``sun shine`` and the *events* it told; random draws are 1: waits are longest."""

    def __init__(
        self,
        options: GuardOptions = OPTIONS,
        *,
        checks: Sequence[Check] = (),
        validators: Sequence[Validator] = (),
        limiter: Limiter | None = None,
    ) -> None:
        self.events: list[Event] = []
        self.guard = build(
            "sun", "shine", options, checks=checks, validators=validators, limiter=limiter,
            sink=self.events.append, clock=jumping_clock(), random=lambda: 1.0,
        )  # fmt: skip

    def finished(self) -> list[CallFinished]:
        """The ends of calls, in order."""
        return [event for event in self.events if isinstance(event, CallFinished)]

    def outcomes(self) -> list[Outcome]:
        """How the calls ended, in order."""
        return [event.outcome for event in self.finished()]


class Provider:
    """Answers from a script, one line a request: an error is raised, anything else returned.

    *after* seconds each; the last line repeats. *asked* counts the requests that arrived.
    """

    def __init__(self, *script: object, after: float = 0.25) -> None:
        self.script, self.after, self.asked = script, after, 0

    async def __call__(self, *args: object, **kwargs: object) -> object:
        """The next line of the script."""
        line = self.script[min(self.asked, len(self.script) - 1)]
        self.asked += 1
        await asyncio.sleep(self.after)
        if isinstance(line, BaseException):
            raise line
        return line


async def items(*script: object, after: float = 0.25) -> AsyncIterator[object]:
    """A stream of *script*, one line each *after* seconds; an error is raised."""
    for line in script:
        await asyncio.sleep(after)
        if isinstance(line, BaseException):
            raise line
        yield line


def run(main: Coroutine[Any, Any, T]) -> T:
    """The result of *main* on a fresh jumping loop (for tests that are not ``async``)."""
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        return runner.run(main)


async def caught(call: Awaitable[object]) -> BaseException | None:
    """What *call* raised, cancellation included; None when it was answered."""
    try:
        await call
    except BaseException as error:  # noqa: BLE001  # the error is the result
        return error
    return None


async def cancelled_after(seconds: float, call: Coroutine[Any, Any, T]) -> BaseException | None:
    """What became of *call* when its caller went away after *seconds*."""
    task = asyncio.create_task(call)
    await asyncio.sleep(seconds)
    task.cancel()
    return await caught(task)


def failing(times: int, make: Callable[[], Exception], *, then: object = "answer") -> Provider:
    """A provider that fails *times* and answers *then*."""
    return Provider(*(make() for _ in range(times)), then)


def origin(call_id: int = 1) -> Origin:
    """What the stage's facts are about."""
    return Origin("sun", "shine", call_id, Scope())


def ended(
    at: float, outcome: Outcome, latency_ms: float | None, *, call_id: int = 1, attempts: int = 1,
    waited_ms: float = 0.0, total_ms: float | None = None, error: str | None = None,
    reason: str | None = None, verdict: Verdict | None = None, first_byte_ms: float | None = None,
) -> CallFinished:  # fmt: skip
    """The end of a call at *at* on the loop's clock; in all it took its only attempt's time."""
    total_ms = (latency_ms or 0.0) if total_ms is None else total_ms
    return CallFinished(
        origin(call_id), EPOCH + at, outcome, latency_ms, waited_ms, total_ms, attempts,
        error, reason, verdict, first_byte_ms,
    )  # fmt: skip


def attempt_failed(
    at: float, attempt: int, error: str, reason: str, latency_ms: float,
    retry_in_seconds: float | None, *, call_id: int = 1,
) -> AttemptFailed:  # fmt: skip
    """A failed attempt at *at* on the loop's clock."""
    return AttemptFailed(
        origin(call_id), EPOCH + at, attempt, error, reason, latency_ms, retry_in_seconds
    )


def moved(
    at: float, before: BreakerName, after: BreakerName, reason: str,
    retry_in_seconds: float | None = None,
) -> BreakerMoved:  # fmt: skip
    """A move of the stage's breaker at *at* on the loop's clock."""
    return BreakerMoved("sun", "shine", EPOCH + at, before, after, reason, retry_in_seconds)


def breaker_name(guard: Guard) -> BreakerName:
    """The state of the guard's breaker."""
    return circuit(guard).name


def circuit(guard: Guard) -> Circuit:
    """The guard's circuit; it has one."""
    found = circuit_of(guard)
    assert found is not None
    return found


def down() -> Unavailable:
    """A provider that is down."""
    return Unavailable("down", status=503)


async def open_breaker(stage: Stage) -> None:
    """Two calls fail, which opens a `FRAGILE` breaker half a second later."""
    for _ in range(2):
        await caught(stage.guard.call(Provider(down())))
    assert breaker_name(stage.guard) == "open"
