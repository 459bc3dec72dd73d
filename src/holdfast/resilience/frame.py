"""Policies for speed: in the same order, but those that wait for nobody in one coroutine.

`compose` says what a row of policies means; a `Row` means the same. Who calls enters gate after
gate; at the first one that makes it wait, or that is no gate, it goes on by the ordinary way.
On its way out it leaves what it entered, innermost first. `guard/guard.py` has the loops; a
property test holds them against the ordinary way.
"""

from collections.abc import Callable, Iterable
from itertools import takewhile
from typing import Any, cast

from holdfast.resilience.breaker import Breaker
from holdfast.resilience.circuit import Circuit
from holdfast.resilience.deadline import Deadline
from holdfast.resilience.gate import MUST_WAIT, Gate, Rescue
from holdfast.resilience.policy import Call, Policy, Proceed, around
from holdfast.resilience.retry import Retry

Enter = Callable[[Call, float], Any]
Leave = Callable[[Gate, Call, Any, Any, float], None]
Exits = tuple[tuple[int, Leave, Gate], ...]
"""The gates that do something at an answer, innermost first: place, ``type(gate).leave``, gate."""


class Row:
    """The outermost gates of *policies*, and all the ways in from each of them to *proceed*.

    *enters* in order, *exits* of a call that entered all of them. *is_whole*: there is nothing but
    gates. *circuit* is the breaker's where it alone decides whether it turns a call away, as long
    as no deadline stands around the call: then nothing has to be made of one, but to `knock`.
    A guard keeps one of these for good, and thousands of guards may be idle: it is kept small.
    """

    __slots__ = (
        "_gates", "_policies", "_proceed", "_retries", "_ways", "circuit", "enters", "exits",
        "is_whole",
    )  # fmt: skip

    def __init__(self, policies: Iterable[Policy], proceed: Proceed) -> None:
        self._policies, self._proceed = tuple(policies), proceed
        self._gates = _leading_gates(self._policies)
        self._ways: tuple[Proceed, ...] = ()
        self.is_whole = len(self._gates) == len(self._policies)
        enters = [gate.enter for gate in self._gates]
        self.enters: tuple[Enter, ...] = (*enters, *([] if self.is_whole else [_stop]))
        leaves: list[tuple[int, Leave, Gate]] = [
            (place, type(gate).leave, gate)
            for place, gate in enumerate(self._gates)
            if type(gate).leave is not Gate.leave
        ]
        self.exits: Exits = tuple(reversed(leaves))
        self.circuit, self._retries = _door(self._gates)

    def way(self, entered: int) -> Proceed:
        """How a call goes on that entered so many gates, and cannot enter the next at once."""
        if not self._ways:
            ways = [self._proceed]
            for policy in reversed(self._policies):
                ways.append(around(policy, ways[-1]))
            self._ways = tuple(reversed(ways))
        return self._ways[entered]

    def exits_after(self, entered: int) -> Exits:
        """What a call leaves that entered so many gates."""
        return tuple(one for one in self.exits if one[0] < entered)

    def shuts(self, now: float, deadline: float | None) -> bool:
        """Whether the *circuit* turns away a call around which others set this *deadline*."""
        return deadline is None and self.circuit is not None and self.circuit.turns_away(now)

    def knock(self) -> None:
        """A call comes as far as the *circuit*, and no further: what it pays on its way."""
        for retry in self._retries:
            retry.deposit()

    def settle(self, call: Call, tokens: list[Any], failure: BaseException) -> BaseException:
        """Leave the gates of *tokens* with *failure*, or with what one makes of it: returned.

        At a gate that will rescue the call it stops: then tokens are left, the last is that one's.
        """
        try:
            while tokens:
                gate = self._gates[len(tokens) - 1]
                try:
                    gate.fail(call, tokens[-1], failure)
                    if _is_rescued(gate, call, failure):
                        return failure
                except BaseException as other:  # noqa: BLE001  # it goes on outwards
                    failure = other
                tokens.pop()
            return failure
        finally:
            del failure  # its traceback may hold this frame: a cycle for the garbage collector

    async def rescue(self, call: Call, tokens: list[Any], failure: BaseException | None) -> Any:
        """What the gates of *tokens* make of a *failure* that the last of them rescues."""
        answer = None
        try:
            while tokens:
                token = tokens.pop()
                gate = self._gates[len(tokens)]
                try:
                    if failure is None:
                        gate.leave(call, token, answer, call.clock.monotonic())
                    elif isinstance(gate, Rescue) and isinstance(failure, Exception):
                        inside = self.way(len(tokens) + 1)
                        answer = await gate.rescue(call, token, failure, inside)
                        failure = None
                except BaseException as other:  # noqa: BLE001  # it goes on outwards
                    failure = self.settle(call, tokens, other)
            if failure is not None:
                raise failure
            return answer
        finally:  # whoever keeps an error keeps this frame, and not the answer with it
            del failure, answer


def _leading_gates(policies: tuple[Policy, ...]) -> tuple[Gate, ...]:
    gates = tuple(takewhile(lambda policy: isinstance(policy, Gate), policies))
    return cast("tuple[Gate, ...]", policies if len(gates) == len(policies) else gates)


def _door(gates: tuple[Gate, ...]) -> tuple[Circuit | None, tuple[Retry, ...]]:
    """The circuit that a call comes to first, and the retries on its way there."""
    retries: list[Retry] = []
    for gate in gates:
        if isinstance(gate, Breaker):
            return gate.circuit, tuple(retries)
        if isinstance(gate, Retry):
            retries.append(gate)
        elif not isinstance(gate, Deadline):
            break
    return None, ()


def _is_rescued(gate: Gate, call: Call, failure: BaseException) -> bool:
    return (
        isinstance(gate, Rescue) and isinstance(failure, Exception) and gate.rescues(call, failure)
    )


def _stop(call: Call, now: float) -> Any:  # noqa: ARG001  # as any gate's
    """No gate comes next."""
    return MUST_WAIT
