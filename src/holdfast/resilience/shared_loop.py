"""The tasks that share: one looks at the others' breakers, one fetches admissions.

Neither is ever awaited by a call, and neither ends because something went wrong.
"""

import asyncio
import random as randomness
import secrets
from collections.abc import Callable, Hashable

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.events import BreakerMoved, BreakerName, Sink, discard
from holdfast.resilience.bucket import Pace
from holdfast.resilience.circuit import BreakerOptions
from holdfast.resilience.keyed import Lane, own_lane
from holdfast.resilience.limiter import Limiter, LimiterOptions
from holdfast.resilience.shared import Key, SharedState, SharingOptions, SharingStatus
from holdfast.resilience.shared_circuit import SharedBreaker, SharedCircuit
from holdfast.resilience.shared_link import Link
from holdfast.resilience.shared_rate import SharedBucket, SharedLane, SharedRate
from holdfast.resilience.spelling import spelled

_MOST_ASKS = 100
"""How many rates are asked for at once: an answer must not keep others waiting."""


def _ignore(status: SharingStatus) -> None:
    pass


class Sharing:
    """What this process shares with others over *state*, for as long as `run` runs.

    `circuit` and `limiter` make what guards decide by; they work alone before, while and after it
    runs. *on_change* is told when contact is made and lost. Start it after forking, since each run
    is a new member; it may run again, on another event loop too.
    """

    def __init__(
        self,
        state: SharedState,
        options: SharingOptions | None = None,
        *,
        sink: Sink = discard,
        clock: Clock = SYSTEM_CLOCK,
        random: Callable[[], float] = randomness.random,
        on_change: Callable[[SharingStatus], None] = _ignore,
    ) -> None:
        self.options = options or SharingOptions()
        self._state, self._sink, self._clock, self._random = state, sink, clock, random
        self._link = Link(self.options, clock, random, on_change)
        self._breakers: dict[Key, SharedBreaker] = {}
        self._needy: dict[SharedBucket, None] = {}
        self._is_needed = asyncio.Event()
        self._is_over, self._has_ended = asyncio.Event(), asyncio.Event()
        self._has_ended.set()
        self._member = ""

    def circuit(
        self, integration: str, operation: str, options: BreakerOptions | None = None
    ) -> SharedCircuit:
        """The circuit of an operation: the one that exists, else a new one with *options*."""
        key = (integration, operation)
        if key not in self._breakers:
            self._breakers[key] = SharedBreaker(
                key, options or BreakerOptions(), self._random, self._link, self.options
            )
        return self._breakers[key].circuit

    def rate(self, name: str, options: LimiterOptions | None = None) -> SharedRate:
        """A bucket whose *name* (integration, and what else it is for) all processes spell alike.

        It lives as long as whoever asked for it holds it.
        """
        return SharedRate(name, options or LimiterOptions(), self._link, self._needs)

    def limiter(self, name: str, options: LimiterOptions) -> Limiter:
        """A limiter whose common rate is `rate`, and whose keys' rates are shared as well.

        A key that other processes could not spell alike (no string, number, UUID, enum member, nor
        tuple of them) has a rate of this process alone.
        """

        def new_lane(key: Hashable, pace: Pace) -> Lane:
            word = spelled(key)
            if word is None:
                return own_lane(key, pace)
            longest = options.max_wait_seconds
            return SharedLane(f"{name}\0{word}", pace, longest, self._link, self._needs)

        return Limiter(options, rate=self.rate(name, options), new_lane=new_lane)

    def status(self) -> SharingStatus:
        """Whether the others are in reach, since when, and what went wrong last."""
        return self._link.status()

    async def run(self, state: SharedState | None = None) -> None:
        """Share until `stop`, over *state* if given. Raises nothing but its own cancellation."""
        self._begin(state or self._state)
        tasks = [asyncio.create_task(self._look()), asyncio.create_task(self._fetch())]
        try:
            await self._is_over.wait()
        finally:
            self._is_over.set()  # what swallows a cancellation ends all the same
            self._is_needed.set()
            self._link.leave()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._has_ended.set()

    async def stop(self, seconds: float) -> None:
        """End `run`, let others probe what we had leave to, and close the way to them.

        Takes *seconds* at most; raises nothing.
        """
        was_up = self._link.is_up
        self._is_over.set()
        for farewell in (self._leave(was_up), self._state.close()):
            try:
                async with asyncio.timeout(seconds / 2):
                    await farewell
            except Exception as error:  # noqa: BLE001  # what was leased ends by itself
                self._link.lost(error)

    async def look(self) -> None:
        """One round: hear of others' moves, tell ours, ask for leave to probe."""
        await self._hear()
        await self._tell()
        await self._ask_to_probe()

    async def fetch(self) -> None:
        """One round: settle with the others what the rates need."""
        rates = list(self._needy)[:_MOST_ASKS]
        for rate in rates:
            del self._needy[rate]
        now = self._clock.monotonic()
        asks = [rate.ask(now, self._member) for rate in rates]
        try:
            leases = await self._link.ask(self._state.lease(asks))
            for rate, ask, lease in zip(rates, asks, leases, strict=True):
                rate.leased(ask, lease, self._clock.monotonic())
        finally:
            for rate in rates:
                rate.unanswered()

    def _begin(self, state: SharedState) -> None:
        self._state, self._member = state, secrets.token_hex(8)
        self._link.begin()
        # An event belongs to the loop on which it was first waited for.
        self._is_over, self._has_ended = asyncio.Event(), asyncio.Event()
        self._is_needed = asyncio.Event()
        for rate in self._needy:
            rate.unanswered()
        self._needy.clear()

    async def _look(self) -> None:
        while not self._is_over.is_set():
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001  # whatever it is, the next round may do
                self._link.lost(error)
            await asyncio.sleep(self._link.pause_seconds())

    async def _fetch(self) -> None:
        while not self._is_over.is_set():
            await self._is_needed.wait()
            try:
                await self.fetch()
            except Exception as error:  # noqa: BLE001  # as above; the other task looks again
                self._link.lost(error)
            if not self._needy:
                self._is_needed.clear()

    async def _hear(self) -> None:
        known = {key: breaker.known for key, breaker in self._breakers.items()}
        seen = await self._link.ask(self._state.look(self._member, known))
        self._link.members = max(seen.members, 1)
        now = self._clock.monotonic()
        for key, position in seen.moved.items():
            breaker = self._breakers[key]
            before = breaker.circuit.name
            if position.generation != breaker.known and breaker.see(position, now):
                self._moved(breaker, before, now)

    async def _tell(self) -> None:
        now = self._clock.monotonic()
        moving = [
            (breaker, breaker.circuit.generation, move)
            for breaker in self._breakers.values()
            if (move := breaker.move(now)) is not None
        ]
        if not moving:
            return
        told = await self._link.ask(self._state.tell([move for _, _, move in moving]))
        now = self._clock.monotonic()
        for (breaker, generation, _), (accepted, position) in zip(moving, told, strict=True):
            before = breaker.circuit.name
            if accepted:
                breaker.accepted(generation, position)
            elif breaker.see(position, now):
                self._moved(breaker, before, now)

    async def _ask_to_probe(self) -> None:
        asked_at = self._clock.monotonic()
        asking = [
            (breaker, ask)
            for breaker in self._breakers.values()
            if (ask := breaker.probe_ask(asked_at, self._member)) is not None
        ]
        if not asking:
            return
        leaves = await self._link.ask(self._state.probe([ask for _, ask in asking]))
        for (breaker, ask), leave in zip(asking, leaves, strict=True):
            breaker.answered(ask, leave, asked_at)

    async def _leave(self, was_up: bool) -> None:
        await self._has_ended.wait()
        now = self._clock.monotonic()
        given = (breaker.give_back(now, self._member) for breaker in self._breakers.values())
        asks = [ask for ask in given if ask is not None]
        if asks and was_up:
            await self._state.probe(asks)

    def _needs(self, rate: SharedBucket) -> None:
        self._needy[rate] = None
        self._is_needed.set()

    def _moved(self, breaker: SharedBreaker, before: BreakerName, now: float) -> None:
        circuit = breaker.circuit
        if circuit.name == before:
            return
        retry_in = circuit.retry_in_seconds(now) if circuit.name == "open" else None
        reason = f"{circuit.reason} (in another process)"
        integration, operation = breaker.key
        self._sink(
            BreakerMoved(
                integration, operation, self._clock.wall(), before, circuit.name, reason, retry_in
            )
        )
