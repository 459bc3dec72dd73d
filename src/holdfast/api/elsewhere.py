"""What a route reads of all living workers' present; their counts come by the folds."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from holdfast.events import AlertChanged, BreakerName, fact
from holdfast.sessions.session import Session

_GRAVITY: Mapping[BreakerName, int] = {
    "closed": 0, "forced_closed": 1, "disabled": 1, "half_open": 2, "open": 3, "forced_open": 4,
}  # fmt: skip


class Alerts(Protocol):
    """The deployment's alerts, each as it last changed, the oldest first."""

    def firing(self) -> list[AlertChanged]:
        """Those of now."""

    def ended(self) -> list[AlertChanged]:
        """Resolved ones."""

    def others(self) -> list[AlertChanged]:
        """What the record says still fires, and nobody here watches."""

    def forget(self) -> None:
        """Begin anew."""


class LiveSessions(Protocol):
    """The deployment's sessions that are in memory somewhere."""

    def latest(self, limit: int, last_steps: int = 12) -> list[Session]:
        """Those seen last, the latest first."""

    def find(self, session_id: str) -> Session | None:
        """One of them, None when nobody holds it."""


@fact
class BreakerSeen:
    """One worker's breaker; *since* and *retry_at* are Unix seconds, *since* 0 for never moved."""

    instance: str
    state: BreakerName
    reason: str | None
    since: float
    retry_at: float | None
    probes_in_flight: int
    permitted_probes: int
    refused: int
    consecutive_failures: int
    trips: int


@fact
class LimitSeen:
    """A rate limit, all workers' use of it together."""

    limit: int
    per_seconds: float
    used: int
    resets_in_seconds: float
    refused: int
    rate_limited: int


def worst(seen: Iterable[BreakerSeen]) -> BreakerSeen:
    """The one that lets the fewest calls out; of equal ones the one that moved last."""
    return max(seen, key=lambda one: (_GRAVITY[one.state], one.since))
