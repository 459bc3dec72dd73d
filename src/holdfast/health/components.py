"""Every component's health: asked in the background, remembered, told when it changes."""

import asyncio
from threading import Lock

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.errors import ConfigurationError
from holdfast.events import ComponentChanged, Sink, discard, fact
from holdfast.health.check import Check, ask
from holdfast.health.state import Health, State, at_most, overall

MOST_COMPONENTS = 500
"""Names may come from outside: what is beyond is refused, or dropped and counted."""


@fact
class Component:
    """What is known of one component; *checked_at* is Unix seconds, None before the first time."""

    name: str
    health: Health
    since: float
    checked_at: float | None = None
    tags: frozenset[str] = frozenset()
    at_most: State = "unhealthy"
    required: bool = False

    @property
    def weighs(self) -> Health:
        """What it does to the whole."""
        return at_most(self.health, self.at_most)


class Components:
    """The components of one process. Checks run together; what they said last is the answer."""

    def __init__(self, sink: Sink = discard, clock: Clock = SYSTEM_CLOCK) -> None:
        self._sink, self._clock = sink, clock
        self._checks: dict[str, Check] = {}
        self._known: dict[str, Component] = {}
        self._round: asyncio.Task[None] | None = None
        self._lock = Lock()
        self.overflowed = 0

    def register(self, check: Check) -> None:
        """Ask *check* from now on; unknown until then. Raises `ConfigurationError` when full."""
        if check.name not in self._known and len(self._known) >= MOST_COMPONENTS:
            raise ConfigurationError(f"at most {MOST_COMPONENTS} components, got {check.name!r}")
        self._checks[check.name] = check
        self._known[check.name] = Component(
            check.name, Health("unknown", "not checked yet"), self._clock.wall(), None,
            check.tags, check.at_most, check.required,
        )  # fmt: skip

    def set(self, name: str, health: Health) -> None:
        """The application says itself how its component *name* is; safe from any thread."""
        with self._lock:
            before = self._known.get(name)
            if before is None and len(self._known) >= MOST_COMPONENTS:
                self.overflowed += 1
                return
            now = self._clock.wall()
            before = before or Component(name, Health("unknown"), now)
            changed = before.health.state != health.state
            self._known[name] = Component(
                name, health, now if changed else before.since, now, before.tags, before.at_most,
                before.required,
            )  # fmt: skip
        states = before.health.state, health.state
        if changed and states != ("unknown", "healthy"):  # nobody needs to hear that all is well
            self._sink(ComponentChanged(name, now, *states, health.reason))

    def all(self, tag: str | None = None) -> list[Component]:
        """What is known, in the order of registration; *tag* takes a group."""
        known = list(self._known.values())
        return known if tag is None else [one for one in known if tag in one.tags]

    def get(self, name: str) -> Component | None:
        """One of them; None when there is none of this name."""
        return self._known.get(name)

    def overall(self, tag: str | None = None) -> Health:
        """The worst that matters."""
        return overall(one.weighs for one in self.all(tag))

    def missing(self) -> list[Component]:
        """The required components without which this instance is not ready."""
        return [one for one in self.all() if one.required and one.health.state == "unhealthy"]

    async def check(self) -> None:
        """Ask all at once. Who asks while a round is under way waits for that one."""
        if self._round is None or self._round.done():
            self._round = asyncio.create_task(self._ask_all(), name="holdfast-health")
        await asyncio.shield(self._round)

    async def run(self, interval_seconds: float) -> None:
        """Ask all every *interval_seconds*, for ever."""
        while True:
            await self.check()
            await asyncio.sleep(interval_seconds)

    async def _ask_all(self) -> None:
        await asyncio.gather(*(self._ask(check) for check in list(self._checks.values())))

    async def _ask(self, check: Check) -> None:
        self.set(check.name, await ask(check))
