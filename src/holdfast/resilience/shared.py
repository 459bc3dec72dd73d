"""What the guards of several processes share: a small port, and the words that pass through it.

No call ever waits for the port. Every process decides from what it knows, and a task in the
background (`shared_loop`) tells and asks. Times cross the port as *seconds from now*: no two
machines need to agree on what time it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from holdfast.errors import HoldfastError
from holdfast.events import BreakerName

Key = tuple[str, str]
"""(integration, operation): whose breaker is meant."""

MOST_REASON_CHARACTERS = 200

CONTEST_SECONDS = 1.0
"""How long a refused wish to probe is remembered."""

MEMBER_SECONDS = 10.0
"""How long a process counts after it last looked, or asked for admissions of a rate."""


class SharingFailed(HoldfastError):
    """What is shared is out of reach; the text is redacted. Never raised into a call."""


class Position(NamedTuple):
    """Where a shared breaker stands.

    *generation* names the move that brought it there (0: nobody told of any). *open_seconds* is
    what a further failed probe grows from, *remaining_seconds* the time until the first probe.
    """

    generation: int
    name: BreakerName = "closed"
    remaining_seconds: float = 0.0
    open_seconds: float = 0.0
    reason: str = ""


class Move(NamedTuple):
    """A breaker moved to *position*, whose generation is the one it knew before.

    *insists*: an operator's word, which stands whatever others did meanwhile.
    """

    key: Key
    position: Position
    insists: bool = False


class Seen(NamedTuple):
    """What a look found: the breakers that *moved*, and how many *members* looked lately."""

    moved: Mapping[Key, Position]
    members: int


class Told(NamedTuple):
    """Whether a move was *accepted*, and where the breaker stands now."""

    accepted: bool
    position: Position


class ProbeAsk(NamedTuple):
    """*holder* asks to probe alone for *seconds* from now; 0 gives the leave back.

    Only the *generation* meant is probed, and only when its open time is over.
    """

    key: Key
    generation: int
    holder: str
    seconds: float


class ProbeLeave(NamedTuple):
    """Whether the probes may go out, and whether somebody else wants to probe as well."""

    granted: bool
    contested: bool


class LeaseAsk(NamedTuple):
    """*member* asks for *wanted* admissions of the rate *name*, and tells what it took unasked.

    *owed* admissions are taken off first (negative: given back). *block_seconds* is how long the
    provider asked everybody to stay away. The rate admits one call each *interval_seconds* and
    *burst* of them at once.
    """

    name: str
    interval_seconds: float
    burst: int
    wanted: int
    owed: int
    block_seconds: float
    member: str


class Lease(NamedTuple):
    """*granted* admissions, and what is known of the rest.

    The next one is free in *empty_seconds*; nobody may go for *blocked_seconds*; *members*
    processes, the asker among them, used the rate in the last few seconds.
    """

    granted: int
    empty_seconds: float
    blocked_seconds: float
    members: int


class SharedState(Protocol):
    """Where processes meet. Each answer is atomic for its breaker or rate, never for all.

    Every method may raise (`SharingFailed` with a redacted text is best) and may take for ever:
    whoever asks bounds the time. An asker that got no answer must not assume either way.
    """

    async def look(self, member: str, known: Mapping[Key, int]) -> Seen:
        """The breakers that stand in another generation than the *known* one (0: forgotten)."""

    async def tell(self, moves: Sequence[Move]) -> Sequence[Told]:
        """Move each breaker that still stands in the generation that its mover knew."""

    async def probe(self, asks: Sequence[ProbeAsk]) -> Sequence[ProbeLeave]:
        """Let at most one holder probe each breaker that is open and due."""

    async def lease(self, asks: Sequence[LeaseAsk]) -> Sequence[Lease]:
        """Hand out admissions of each rate, by the generic cell rate algorithm.

        At once nobody gets more than his part of the burst: others may have taken theirs unasked.
        """

    async def close(self) -> None:
        """Let go of every connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingOptions:
    """How often the others are looked at, and how long anything may take.

    A move is everywhere within two *look_seconds* plus two answers. What takes longer than
    *answer_seconds* is away: then each process decides alone and asks again after a jittered
    pause, from *first_pause_seconds* doubling to *longest_pause_seconds*. A leave to probe ends
    *probe_seconds* after its holder was last heard of. Until others were in reach for the first
    time there are *assumed_processes*.
    """

    look_seconds: float = 0.2
    answer_seconds: float = 0.5
    first_pause_seconds: float = 0.25
    longest_pause_seconds: float = 5.0
    probe_seconds: float = 2.0
    assumed_processes: int = 1

    def __post_init__(self) -> None:
        times = (self.look_seconds, self.answer_seconds, self.first_pause_seconds)
        if min(times) <= 0 or self.longest_pause_seconds < self.first_pause_seconds:
            raise ValueError(f"sharing needs times > 0 and first pause <= longest, got {self}")
        if self.probe_seconds < 2 * (self.look_seconds + self.answer_seconds):
            raise ValueError(
                f"sharing needs probe_seconds >= 2 x (look_seconds + answer_seconds), got {self}"
            )
        if self.assumed_processes < 1:
            raise ValueError(f"sharing needs assumed_processes >= 1, got {self}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingStatus:
    """How sharing goes: *ok*, or what is decided alone and since when (Unix time).

    *failures* counts the questions without a good answer, *joins* the times that contact was made
    after there had been none; *last_error* is redacted. *round_trip_ms* is the last answer's.
    """

    status: Literal["joining", "ok", "degraded"]
    since: float
    failures: int
    joins: int
    last_error: str | None
    last_error_at: float | None
    round_trip_ms: float | None
