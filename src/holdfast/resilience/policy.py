"""The one shape of everything done to a call, and the loop that composes it."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from typing import Any, Protocol

from holdfast.clock import Clock
from holdfast.events import Event, Origin, Sink, Usage, Verdict

_NO_NAMES: Mapping[str, Any] = {}


class Unshared:
    """Marks a function whose answer is for its one caller: a stream can be read only once."""

    __slots__ = ()


class Body(Unshared):
    """Marks the function behind ``async with guard``: no other answer can stand in for a body."""

    __slots__ = ()


class Call:
    """One call on its way through a guard: what the policies learn about it on the way.

    *deadline* is monotonic seconds. *held* means that the answer is still open (a stream, or the
    body of ``async with guard``): policies settle at its end instead of at once. *finished* means
    that it was reported. *arguments* and *named* are what the caller handed in. *instead_of* is
    the error (name, reason) that a fallback stands in for.
    """

    __slots__ = (
        "_at_end", "arguments", "attempts", "clock", "deadline", "finished", "first_byte_ms",
        "function", "held", "instead_of", "latency_ms", "named", "origin", "served_from", "sink",
        "stale_age_seconds", "started", "usage", "verdict", "waited_ms",
    )  # fmt: skip
    latency_ms: float | None
    first_byte_ms: float | None
    verdict: Verdict | None
    usage: Usage | None
    stale_age_seconds: float | None
    instead_of: tuple[str, str | None] | None
    _at_end: list[Callable[[BaseException | None], None]] | None

    def __init__(
        self, origin: Origin, function: Callable[..., Awaitable[Any]], arguments: tuple[Any, ...],
        sink: Sink, clock: Clock, deadline: float | None, started: float | None = None,
    ) -> None:  # fmt: skip
        self.origin, self.function, self.arguments = origin, function, arguments
        self.sink, self.clock, self.deadline = sink, clock, deadline
        self.started = clock.monotonic() if started is None else started
        self.attempts, self.waited_ms, self.served_from = 0, 0.0, "provider"
        self.held = self.finished = False
        self.named = _NO_NAMES
        self.latency_ms = self.first_byte_ms = self.verdict = self.usage = None
        self.stale_age_seconds = self.instead_of = self._at_end = None

    def emit(self, event: Event) -> None:
        """Tell whoever listens."""
        self.sink(event)

    @property
    def replaceable(self) -> bool:
        """Whether another answer may stand in for this call's own."""
        return not isinstance(self.function, Body)

    @property
    def shareable(self) -> bool:
        """Whether its answer may be given to others, and theirs to it."""
        function = self.function
        if isinstance(function, partial):  # it has named arguments
            function = function.func
        return not isinstance(function, Unshared)

    def remaining_seconds(self) -> float | None:
        """Time left until the deadline (may be negative), None without one."""
        return None if self.deadline is None else self.deadline - self.clock.monotonic()

    def at_end(self, settle: Callable[[BaseException | None], None]) -> None:
        """Have *settle* told the error, or None, when a held answer has ended."""
        if self._at_end is None:
            self._at_end = []
        self._at_end.append(settle)

    def end(self, error: BaseException | None) -> None:
        """A held answer has ended: settle, innermost first."""
        settling, self._at_end = self._at_end or (), None
        for settle in settling:
            settle(error)


Proceed = Callable[[Call], Awaitable[Any]]
"""The rest of the way: the policies further in, and at last the call itself."""


class Policy(Protocol):
    """Stands around a call: may refuse it, repeat it, bound it or replace its answer."""

    async def __call__(self, call: Call, proceed: Proceed) -> Any:
        """The answer of ``proceed(call)``, or what the policy makes of it."""


class Trace(Protocol):
    """Two policies that only look on: around the whole call, and around each attempt."""

    async def call(self, call: Call, proceed: Proceed) -> Any:
        """The answer of ``proceed(call)``, untouched."""

    async def attempt(self, call: Call, proceed: Proceed) -> Any:
        """The answer of ``proceed(call)``, untouched."""


def compose(policies: Iterable[Policy], proceed: Proceed) -> Proceed:
    """*proceed* with *policies* around it, the first one outermost."""
    for policy in reversed(tuple(policies)):
        proceed = around(policy, proceed)
    return proceed


def around(policy: Policy, proceed: Proceed) -> Proceed:
    """*proceed* with one *policy* around it."""
    return _Around(policy, proceed)


class _Around:
    """A closure would take five times the memory, for every policy of every guard."""

    __slots__ = ("_policy", "_proceed")

    def __init__(self, policy: Policy, proceed: Proceed) -> None:
        self._policy, self._proceed = policy, proceed

    def __call__(self, call: Call) -> Awaitable[Any]:
        return self._policy(call, self._proceed)
