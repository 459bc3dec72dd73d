"""The policy that stops calling what keeps failing, and probes it later."""

import random
from collections.abc import Callable

from holdfast.errors import BreakerOpen, CallFailed, CallRefused
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


class Breaker:
    """Refuses attempts while the circuit is open, and tells the circuit how the others went."""

    def __init__(
        self,
        options: BreakerOptions | None = None,
        *,
        counts: Counts = counts_against,
        random: Callable[[], float] = random.random,
    ) -> None:
        self.circuit = Circuit(options or BreakerOptions(), random)
        self._counts = counts

    async def __call__(self, call: Call, proceed: Proceed) -> object:
        """The answer; raises `BreakerOpen` instead of letting the attempt out."""
        permit = self._admit(call)
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
        before, now = self.circuit.name, call.clock.monotonic()
        bad = False if error is None else self._counts(error)
        if bad is None:
            self.circuit.give_back(permit)
        else:
            self.circuit.record(permit, call.origin.call_id, not bad, now)
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
