"""The innermost gate: the call itself goes out, and is timed."""

from collections.abc import Awaitable, Callable
from typing import Any

from holdfast.errors import CallRefused
from holdfast.guard.stream import OpenStream
from holdfast.resilience.gate import Gate
from holdfast.resilience.policy import Call


class Attempt(Gate):
    """Counts and times each attempt; *report* is told when an answer that is held has ended."""

    __slots__ = ("_monotonic", "_report")

    def __init__(
        self, report: Callable[[Call, BaseException | None], None], monotonic: Callable[[], float]
    ) -> None:
        self._report, self._monotonic = report, monotonic

    def enter(self, call: Call, now: float) -> float:  # noqa: ARG002  # checks may have taken long
        """It goes out now; returns when."""
        call.attempts += 1
        call.verdict = None  # of an earlier answer
        return self._monotonic()

    def leave(self, call: Call, token: float, answer: Any, now: float) -> None:
        """Its time is the provider's latency."""
        call.latency_ms = (now - token) * 1000
        if isinstance(answer, OpenStream):
            answer.hold(call, token, self._report)

    def fail(self, call: Call, token: float, error: BaseException) -> None:
        """As `leave`; a refusal from further in means that nothing went out after all."""
        if isinstance(error, CallRefused):
            call.attempts -= 1
        else:
            call.latency_ms = (self._monotonic() - token) * 1000


def ask(call: Call) -> Awaitable[Any]:
    """The provider's answer."""
    return call.function(*call.arguments)
