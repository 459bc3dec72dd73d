"""How many sessions began, and how they ended."""

from collections import Counter
from collections.abc import Sequence
from threading import Lock

from holdfast.events import Event, SessionEnded, SessionStarted
from holdfast.telemetry.fold import Fold

_MOST_TYPES = 100


class SessionCounts(Fold):
    """A sink; *started* is by type of service, *ended* by how."""

    def __init__(self) -> None:
        self.started: Counter[str] = Counter()
        self.ended: Counter[str] = Counter()
        self._lock = Lock()

    def __call__(self, event: Event) -> None:
        """Count *event* if a session began or ended."""
        self.take_in((event,), 0.0)

    def take_in(self, events: Sequence[Event], since: float) -> None:  # noqa: ARG002  # as a fold
        """Count those sessions that began or ended in *events*."""
        for event in events:
            if isinstance(event, SessionStarted):
                name = event.service_type or ""
                with self._lock:
                    known = name in self.started or len(self.started) < _MOST_TYPES
                    self.started[name if known else "_overflow"] += 1
            elif isinstance(event, SessionEnded):
                with self._lock:
                    self.ended[event.status] += 1
