"""How many sessions began, and how they ended."""

from collections import Counter
from collections.abc import Mapping, Sequence
from threading import Lock

from holdfast.events import Event, SessionEnded, SessionStarted
from holdfast.telemetry.fold import Fold
from holdfast.telemetry.plain import Plain, named, names

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

    def plain(self) -> Plain:
        """Its numbers as JSON can hold them."""
        self.catch_up()
        with self._lock:
            return {"started": _named(self.started), "ended": _named(self.ended)}

    def show(self, plain: Mapping[str, Mapping[str, int]]) -> None:
        """Answer with these from now on: for one that shows what others counted."""
        with self._lock:
            self.started, self.ended = _counter(plain["started"]), _counter(plain["ended"])


def _named(counts: Counter[str]) -> Plain:
    return {named(name): count for name, count in counts.items()}


def _counter(counts: Mapping[str, int]) -> Counter[str]:
    return Counter({names(name)[0]: count for name, count in counts.items()})
