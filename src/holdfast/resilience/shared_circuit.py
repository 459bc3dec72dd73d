"""A breaker that several processes share: opened by one, open in all, probed by one at a time.

Admission reads this process's own circuit and nothing else. While the others are in reach it
follows their moves, and lets probes out only with a leave that is given to one process at a
time; while they are not, it is an ordinary circuit.
"""

import math
from collections.abc import Callable

from holdfast.events import BreakerName
from holdfast.resilience.circuit import BreakerOptions, Circuit, Refused
from holdfast.resilience.shared import (
    MOST_REASON_CHARACTERS,
    Key,
    Move,
    Position,
    ProbeAsk,
    ProbeLeave,
    SharingOptions,
)
from holdfast.resilience.shared_link import Link

_PATIENCE_SECONDS = 1.0
"""What a caller is told to wait while somebody else probes."""

_IDLE_SECONDS = 1.0
"""Who holds the leave, does not use it and knows of others who would, gives it back after this."""


class SharedCircuit(Circuit):
    """A circuit that asks *may_probe* (told the time) before its probes go out."""

    def __init__(
        self, options: BreakerOptions, random: Callable[[], float],
        may_probe: Callable[[float], bool],
    ) -> None:  # fmt: skip
        super().__init__(options, random)
        self.forced_in = -1
        self._may_probe = may_probe

    def admit(self, now: float) -> int:
        """As any circuit; a probe without leave is refused like one too many."""
        name, retry_at = self.name, self.retry_at
        if name == "closed":
            return self.generation
        if name == "open" and retry_at is not None and now < retry_at:
            self.refused += 1
            raise Refused(retry_at - now)
        if self.is_due(now) and not self._may_probe(now):
            self.refused += 1
            raise Refused(_PATIENCE_SECONDS)
        return super().admit(now)

    def force(self, name: BreakerName, now: float, reason: str) -> None:
        """As any circuit; *forced_in* is the generation that an operator's word began."""
        super().force(name, now, reason)
        self.forced_in = self.generation

    def follow(self, position: Position, now: float) -> None:
        """Stand where the others stand; late answers of before are ignored."""
        super().force(position.name, now, position.reason)
        if position.name == "open":
            self.retry_at = now + position.remaining_seconds
            self._open_seconds = position.open_seconds

    def position(self, generation: int, now: float) -> Position:
        """Where it stands, for others who know it in *generation*."""
        remaining = 0.0 if self.retry_at is None else max(self.retry_at - now, 0.0)
        reason = self.reason[:MOST_REASON_CHARACTERS]
        return Position(generation, self.name, remaining, self._open_seconds, reason)

    def is_due(self, now: float) -> bool:
        """Whether the next call let out would be a probe."""
        if self.name == "open":
            return self.retry_at is not None and now >= self.retry_at
        return self.name == "half_open"


class SharedBreaker:
    """One breaker as this process and as the others know it. Told the time, awaits nothing.

    *known* is the generation that the others' last known move began, `_settled` the circuit's own
    generation that says the same.
    """

    def __init__(
        self, key: Key, options: BreakerOptions, random: Callable[[], float],
        link: Link, sharing: SharingOptions,
    ) -> None:  # fmt: skip
        self.key = key
        self.circuit = SharedCircuit(options, random, self.may_probe)
        self.known = 0
        self._link, self._sharing = link, sharing
        self._settled = self.circuit.generation
        self._refused_before = 0
        self._opened_here = False
        self._not_before = -math.inf
        self._leave_until = self._idle_since = self._rests_until = -math.inf
        self._contested = False

    def may_probe(self, now: float) -> bool:
        """With the leave; or without, when there is nobody to ask."""
        return now < self._leave_until or not self._link.is_up

    def move(self, now: float) -> Move | None:
        """What the others do not know yet. Half open is nobody's business: it has the leave."""
        circuit = self.circuit
        if circuit.generation == self._settled or circuit.name == "half_open":
            return None
        position = circuit.position(self.known, now)
        if position.name == "open":
            remaining = max(position.remaining_seconds, self._not_before - now)
            position = position._replace(remaining_seconds=remaining)
        return Move(self.key, position, insists=circuit.forced_in == circuit.generation)

    def accepted(self, generation: int, position: Position) -> None:
        """The others stand at *position* now: what this circuit said in its own *generation*."""
        self.known = position.generation
        self._settle(generation)
        self._opened_here = position.name == "open"

    def see(self, position: Position, now: float) -> bool:
        """The others stand at *position*, newer than what was known; True when it was followed."""
        circuit = self.circuit
        self.known = position.generation
        if position.generation == 0:
            self._forgotten(now)
            return False
        if circuit.forced_in == circuit.generation != self._settled:
            return False  # an operator's word that is still to be told
        if position.name != "closed" or circuit.name != "closed":
            circuit.follow(position, now)
        self._settle(circuit.generation)
        self._opened_here = False
        return True

    def probe_ask(self, now: float, holder: str) -> ProbeAsk | None:
        """What to ask about probing, if anything: the leave, more time for it, or its return."""
        circuit = self.circuit
        if not circuit.is_due(now) or self.known == 0 or now < self._rests_until:
            return None
        if circuit.name == "open" and circuit.generation != self._settled:
            return None  # the others do not know yet that it is open
        holds = now < self._leave_until
        if circuit.probes_in_flight or not holds:
            self._idle_since = now
        if holds and self._contested and now - self._idle_since >= _IDLE_SECONDS:
            return self.give_back(now, holder)
        if not (self._opened_here or circuit.refused > self._refused_before):
            return None  # nobody called here since it opened
        return ProbeAsk(self.key, self.known, holder, self._sharing.probe_seconds)

    def give_back(self, now: float, holder: str) -> ProbeAsk | None:
        """Drop the leave, and the words to tell so. First drop, then tell: never two holders."""
        if now >= self._leave_until or self.circuit.probes_in_flight:
            return None
        self._leave_until = -math.inf
        self._rests_until = now + 2 * self._sharing.look_seconds
        return ProbeAsk(self.key, self.known, holder, 0.0)

    def answered(self, ask: ProbeAsk, leave: ProbeLeave, asked_at: float) -> None:
        """What came of *ask*; time counts from *asked_at*, before the others' clock started."""
        if ask.seconds > 0 and ask.generation == self.known:
            self._leave_until = asked_at + ask.seconds if leave.granted else -math.inf
            self._contested = leave.contested

    def _settle(self, generation: int) -> None:
        self._settled = generation
        self._refused_before = self.circuit.refused
        self._leave_until = -math.inf

    def _forgotten(self, now: float) -> None:
        """The others lost everything: who stands elsewhere than closed tells it again.

        Whoever may still probe by the leave of before is given time to end.
        """
        self._settled = self.circuit.generation if self.circuit.name == "closed" else -1
        self._not_before = now + self._sharing.probe_seconds
        self._leave_until = -math.inf
