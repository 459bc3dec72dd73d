"""How many sessions began, and how they ended."""

from collections import Counter
from threading import Lock

from holdfast.events import Event, SessionEnded, SessionStarted

_MOST_TYPES = 100


class SessionCounts:
    """A sink; *started* is by type of service, *ended* by how."""

    def __init__(self) -> None:
        self.started: Counter[str] = Counter()
        self.ended: Counter[str] = Counter()
        self._lock = Lock()

    def __call__(self, event: Event) -> None:
        """Count *event* if a session began or ended."""
        if isinstance(event, SessionStarted):
            name = event.service_type or ""
            with self._lock:
                known = name in self.started or len(self.started) < _MOST_TYPES
                self.started[name if known else "_overflow"] += 1
        elif isinstance(event, SessionEnded):
            with self._lock:
                self.ended[event.status] += 1
