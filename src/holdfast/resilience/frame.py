"""Policies for speed: in the same order, but those that wait for nobody in one coroutine.

`compose` says what a row of policies means; a `Row` means the same. Who calls enters gate after
gate; at the first one that makes it wait, or that is no gate, it goes on by the ordinary way.
On its way out it leaves what it entered, innermost first. `guard/guard.py` has the loops; a
property test holds them against the ordinary way.
"""

from collections.abc import Callable, Iterable
from typing import Any

from holdfast.resilience.gate import MUST_WAIT, Gate, Rescue
from holdfast.resilience.policy import Call, Policy, Proceed, around

Enter = Callable[[Call, float], Any]
Leave = Callable[[Call, Any, Any, float], None]
Exits = tuple[tuple[int, Leave], ...]
"""The gates that do something at an answer, innermost first, with their places."""


class Row:
    """The outermost gates of *policies*, and all the ways in from each of them to *proceed*.

    *enters* in order. *ways*: how it goes on at a gate that makes the call wait. *exits*: what to
    leave when so many gates were entered. *is_whole*: there is nothing but gates.
    """

    __slots__ = ("_gates", "enters", "exits", "is_whole", "ways")

    def __init__(self, policies: Iterable[Policy], proceed: Proceed) -> None:
        policies = tuple(policies)
        self._gates = _leading_gates(policies)
        self.is_whole = len(self._gates) == len(policies)
        self.ways = [proceed]
        for policy in reversed(policies):
            self.ways.insert(0, around(policy, self.ways[0]))
        enters = [gate.enter for gate in self._gates]
        self.enters: tuple[Enter, ...] = (*enters, *([] if self.is_whole else [_stop]))
        leaves = [
            (place, gate.leave)
            for place, gate in enumerate(self._gates)
            if type(gate).leave is not Gate.leave
        ]
        self.exits: tuple[Exits, ...] = tuple(
            tuple(one for one in reversed(leaves) if one[0] < entered)
            for entered in range(len(self._gates) + 1)
        )

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
                        inside = self.ways[len(tokens) + 1]
                        answer = await gate.rescue(call, token, failure, inside)
                        failure = None
                except BaseException as other:  # noqa: BLE001  # it goes on outwards
                    failure = self.settle(call, tokens, other)
            if failure is not None:
                raise failure
            return answer
        finally:  # whoever keeps an error keeps this frame, and not the answer with it
            del failure, answer


def _leading_gates(policies: tuple[Policy, ...]) -> list[Gate]:
    gates: list[Gate] = []
    for policy in policies:
        if not isinstance(policy, Gate):
            break
        gates.append(policy)
    return gates


def _is_rescued(gate: Gate, call: Call, failure: BaseException) -> bool:
    return (
        isinstance(gate, Rescue) and isinstance(failure, Exception) and gate.rescues(call, failure)
    )


def _stop(call: Call, now: float) -> Any:  # noqa: ARG001  # as any gate's
    """No gate comes next."""
    return MUST_WAIT
