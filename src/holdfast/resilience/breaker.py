"""The policy that stops calling what keeps failing, and probes it later."""

import math
import random
from collections.abc import Callable

from holdfast.errors import BreakerOpen, CallFailed, CallRefused, RateLimited
from holdfast.events import BreakerMoved, BreakerName
from holdfast.resilience.circuit import BreakerOptions, Circuit, Refused
from holdfast.resilience.gate import Gate
from holdfast.resilience.policy import Call

Counts = Callable[[BaseException], bool | None]
"""Is this error evidence against the provider? None: it says nothing either way."""


def counts_against(error: BaseException) -> bool | None:
    """Failures count; refusals, cancellations and the caller's own mistakes say nothing."""
    if isinstance(error, CallFailed):
        return True if error.counts else None
    if isinstance(error, CallRefused) or not isinstance(error, Exception):
        return None
    return True


def counts_rate_limits_too(error: BaseException) -> bool | None:
    """As `counts_against`, and a provider that keeps asking to slow down counts as failing."""
    return True if isinstance(error, RateLimited) else counts_against(error)


class Breaker(Gate):
    """Refuses attempts while the circuit is open, and tells the circuit how the others went."""

    __slots__ = ("_counts", "circuit")

    def __init__(
        self,
        options: BreakerOptions | None = None,
        *,
        counts: Counts | None = None,
        random: Callable[[], float] = random.random,
        circuit: Circuit | None = None,
    ) -> None:
        options = options or BreakerOptions()
        self.circuit = Circuit(options, random) if circuit is None else circuit
        asked = counts_rate_limits_too if options.counts_rate_limits else counts_against
        self._counts = counts or asked

    def enter(self, call: Call, now: float) -> int:
        """A permit; raises `BreakerOpen` instead of letting the attempt out."""
        circuit = self.circuit
        return circuit.generation if circuit.name == "closed" else self._admit(call, now)

    def leave(self, call: Call, token: int, answer: object, now: float) -> None:  # noqa: ARG002
        """The attempt went well; a held answer is judged at its end."""
        if call.held:
            call.at_end(lambda error: self._settle(call, token, error))
        elif not self.circuit.went_well(token, now):
            self._record(call, token, True, now)

    def fail(self, call: Call, token: int, error: BaseException) -> None:
        """The attempt went badly, or says nothing about the provider."""
        self._settle(call, token, error)

    def _admit(self, call: Call, now: float) -> int:
        circuit = self.circuit
        if circuit.turns_away(now):
            raise _refusal(call, circuit.retry_in_seconds(now))
        before = circuit.name
        try:
            permit = circuit.admit(now)
        except Refused as refused:
            raise _refusal(call, refused.retry_in_seconds) from None
        self._tell(call, before)
        return permit

    def _settle(self, call: Call, permit: int, error: BaseException | None) -> None:
        bad = False if error is None else self._counts(error)
        if bad is None:
            self.circuit.give_back(permit)
        else:
            self._record(call, permit, not bad, call.clock.monotonic())

    def _record(self, call: Call, permit: int, succeeded: bool, now: float) -> None:
        circuit = self.circuit
        before = circuit.name
        seconds = 0.0 if circuit.slow_seconds == math.inf else own_seconds(call)
        circuit.record(permit, call.origin.call_id, succeeded, now, seconds)
        if circuit.name != before:
            self._tell(call, before)

    def _tell(self, call: Call, before: BreakerName) -> None:
        circuit = self.circuit
        if circuit.name != before:
            origin = call.origin
            retry_in = circuit.retry_in_seconds(circuit.since) if circuit.name == "open" else None
            call.emit(
                BreakerMoved(
                    origin.integration, origin.operation, call.clock.wall(),
                    before, circuit.name, circuit.reason, retry_in,
                )
            )  # fmt: skip


def _refusal(call: Call, retry_in_seconds: float | None) -> BreakerOpen:
    origin = call.origin
    return BreakerOpen(f"{origin.integration} {origin.operation}", retry_in_seconds)


def own_seconds(call: Call) -> float:
    """How long the provider took for the last attempt: no waits, and not the reader's pace."""
    first, whole = call.first_byte_ms, call.latency_ms
    milliseconds = first if call.held and first is not None else whole
    return (milliseconds or 0.0) / 1000
