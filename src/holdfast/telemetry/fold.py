"""Sinks that count: they may hear of facts a little later, many at once, which is cheaper."""

from collections.abc import Callable, Sequence

from holdfast.clock import Clock
from holdfast.events import Event


def _nothing_waits() -> None:
    """Nobody keeps facts back."""


class Fold:
    """A sink for batches. Its readers call `catch_up` first, so that what they read is exact.

    One `Fanout` feeds it, and says how to catch up; without one it is told each fact at once.
    """

    catch_up: Callable[[], None] = staticmethod(_nothing_waits)

    def __call__(self, event: Event) -> None:
        """Count *event*, which happened just now."""
        raise NotImplementedError

    def take_in(self, events: Sequence[Event], since: float) -> None:
        """Count *events*, in the order they happened; none before *since* (monotonic seconds)."""
        raise NotImplementedError


def happened(at: float, since: float, now: float, clock: Clock) -> float:
    """When a fact with the stamp *at* happened, monotonic: not before *since*, not after *now*."""
    return max(now - max(clock.wall() - at, 0.0), since)
