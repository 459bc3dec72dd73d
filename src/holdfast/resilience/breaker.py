"""The policy that stops calling what keeps failing, and probes it later."""

import math
import random
from collections.abc import Callable

from holdfast.errors import BreakerOpen, CallFailed, CallRefused, RateLimited
from holdfast.events import BreakerMoved, BreakerName
from holdfast.resilience.circuit import BreakerOptions, Circuit, Refused
from holdfast.resilience.policy import Call, Proceed

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


class Breaker:
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

    async def __call__(self, call: Call, proceed: Proceed) -> object:
        """The answer; raises `BreakerOpen` instead of letting the attempt out."""
        circuit = self.circuit
        permit = circuit.generation if circuit.name == "closed" else self._admit(call)
        try:
            answer: object = await proceed(call)
        except BaseException as error:
            self._settle(call, permit, error)
            raise
        if call.held:
            call.at_end(lambda error: self._settle(call, permit, error))
        else:
            self._settle(call, permit, None)
        return answer

    def _admit(self, call: Call) -> int:
        before = self.circuit.name
        try:
            permit = self.circuit.admit(call.clock.monotonic())
        except Refused as refused:
            origin = call.origin
            name = f"{origin.integration} {origin.operation}"
            raise BreakerOpen(name, refused.retry_in_seconds) from None
        self._tell(call, before)
        return permit

    def _settle(self, call: Call, permit: int, error: BaseException | None) -> None:
        circuit = self.circuit
        before = circuit.name
        bad = False if error is None else self._counts(error)
        if bad is None:
            circuit.give_back(permit)
        else:
            seconds = own_seconds(call) if circuit.slow_seconds < math.inf else 0.0
            now = call.clock.monotonic()
            circuit.record(permit, call.origin.call_id, not bad, now, seconds)
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


def own_seconds(call: Call) -> float:
    """How long the provider took for the last attempt: no waits, and not the reader's pace."""
    first, whole = call.first_byte_ms, call.latency_ms
    milliseconds = first if call.held and first is not None else whole
    return (milliseconds or 0.0) / 1000
