"""What guards share, in this process's memory: for tests, and for several loops in one process."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from holdfast.resilience.shared import (
    CONTEST_SECONDS,
    MEMBER_SECONDS,
    Key,
    Lease,
    LeaseAsk,
    Move,
    Position,
    ProbeAsk,
    ProbeLeave,
    Seen,
    Told,
)

_MOST_RATES = 10_000


@dataclass(slots=True)
class _Breaker:
    position: Position
    due_at: float
    holder: str = ""
    held_until: float = -math.inf
    wanted_at: float = -math.inf

    def seen(self, now: float) -> Position:
        return self.position._replace(remaining_seconds=max(self.due_at - now, 0.0))


@dataclass(slots=True)
class _Bucket:
    empty_at: float = -math.inf
    blocked_until: float = -math.inf
    members: dict[str, float] = field(default_factory=dict)

    def is_idle(self, now: float) -> bool:
        return max(self.empty_at, self.blocked_until) < now - MEMBER_SECONDS


class MemorySharedState:
    """Fulfils `SharedState`; *monotonic* is its clock, in seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._last_generation = 0
        self._breakers: dict[Key, _Breaker] = {}
        self._buckets: dict[str, _Bucket] = {}
        self._members: dict[str, float] = {}

    def forget(self) -> None:
        """Lose everything, as a server that restarts without a disk."""
        self._breakers.clear()
        self._buckets.clear()
        self._members.clear()

    async def look(self, member: str, known: Mapping[Key, int]) -> Seen:
        """What stands otherwise than *known*."""
        now = self._monotonic()
        standing = {key: self._standing(key, now) for key in known}
        moved = {key: at for key, at in standing.items() if at.generation != known[key]}
        return Seen(moved, _present(self._members, member, now))

    async def tell(self, moves: Sequence[Move]) -> Sequence[Told]:
        """Each move, accepted when nobody moved in between."""
        return [self._tell(move, self._monotonic()) for move in moves]

    async def probe(self, asks: Sequence[ProbeAsk]) -> Sequence[ProbeLeave]:
        """Leave to probe, for one holder at a time."""
        return [self._probe(ask, self._monotonic()) for ask in asks]

    async def lease(self, asks: Sequence[LeaseAsk]) -> Sequence[Lease]:
        """Admissions of each rate."""
        return [self._lease(ask, self._monotonic()) for ask in asks]

    async def close(self) -> None:
        """There is nothing to let go of."""

    def _standing(self, key: Key, now: float) -> Position:
        breaker = self._breakers.get(key)
        return Position(0) if breaker is None else breaker.seen(now)

    def _tell(self, move: Move, now: float) -> Told:
        standing = self._standing(move.key, now)
        if not move.insists and move.position.generation != standing.generation:
            return Told(False, standing)
        self._last_generation += 1
        position = move.position._replace(generation=self._last_generation)
        breaker = _Breaker(position, now + position.remaining_seconds)
        self._breakers[move.key] = breaker
        return Told(True, breaker.seen(now))

    def _probe(self, ask: ProbeAsk, now: float) -> ProbeLeave:
        breaker = self._breakers.get(ask.key)
        if breaker is None or breaker.position.generation != ask.generation:
            return ProbeLeave(False, False)
        is_mine = breaker.holder == ask.holder
        if ask.seconds <= 0:
            if is_mine:
                breaker.holder, breaker.held_until = "", -math.inf
            return ProbeLeave(False, False)
        if breaker.position.name != "open" or breaker.due_at > now:
            return ProbeLeave(False, False)
        if not is_mine and breaker.held_until > now:
            breaker.wanted_at = now
            return ProbeLeave(False, True)
        if not is_mine:
            breaker.holder, breaker.wanted_at = ask.holder, -math.inf
        breaker.held_until = now + ask.seconds
        return ProbeLeave(True, now - breaker.wanted_at < CONTEST_SECONDS)

    def _lease(self, ask: LeaseAsk, now: float) -> Lease:
        bucket = self._bucket(ask.name, now)
        interval, full = ask.interval_seconds, ask.interval_seconds * ask.burst
        empty_at = max(max(bucket.empty_at, now) + ask.owed * interval, now)
        bucket.blocked_until = max(bucket.blocked_until, now + ask.block_seconds)
        free = math.floor((now + full - empty_at) / interval + 1e-9)
        members = _present(bucket.members, ask.member, now)
        part = min(ask.wanted, free, math.ceil(ask.burst / members))
        granted = max(part, 0) if bucket.blocked_until <= now else 0
        bucket.empty_at = empty_at = empty_at + granted * interval
        blocked = max(bucket.blocked_until - now, 0.0)
        empty = max(empty_at + interval - full - now, blocked, 0.0)
        return Lease(granted, empty, blocked, members)

    def _bucket(self, name: str, now: float) -> _Bucket:
        if name not in self._buckets and len(self._buckets) >= _MOST_RATES:
            kept = {one: it for one, it in self._buckets.items() if not it.is_idle(now)}
            self._buckets = dict(list(kept.items())[-_MOST_RATES + 1 :])
        return self._buckets.setdefault(name, _Bucket())


def _present(members: dict[str, float], member: str, now: float) -> int:
    """How many were there lately, *member* among them."""
    members[member] = now
    for one in [one for one, seen_at in members.items() if seen_at < now - MEMBER_SECONDS]:
        del members[one]
    return len(members)
