"""How many sessions began, and how they ended: each once, however often this worker is told."""

from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from threading import Lock

from holdfast.events import Event, SessionEnded, SessionStarted
from holdfast.telemetry.fold import Fold
from holdfast.telemetry.plain import Plain, named, names

_MOST_TYPES = 100
_MOST_KNOWN = 10_000


class SessionCounts(Fold):
    """A sink; *started* is by type of service, *ended* by how.

    Every block of a session tells of its beginning, and there may be one in each of its requests.
    It counts unless the session is known to be going on here: it began less than *idle_seconds*
    before, or its last beginning was told then, and no end of it was. Nor does an end count twice.
    The last 10,000 sessions are known; those of other workers are not.
    """

    def __init__(self, idle_seconds: float = 1_800.0) -> None:
        self.started: Counter[str] = Counter()
        self.ended: Counter[str] = Counter()
        self._idle_seconds = idle_seconds
        self._going_on: OrderedDict[str, float | None] = OrderedDict()  # None: it ended
        self._lock = Lock()

    def __call__(self, event: Event) -> None:
        """Count *event* if a session began or ended."""
        self.take_in((event,), 0.0)

    def take_in(self, events: Sequence[Event], since: float) -> None:  # noqa: ARG002  # as a fold
        """Count those sessions that began or ended in *events*."""
        for event in events:
            if isinstance(event, SessionStarted):
                with self._lock:
                    self._start(event)
            elif isinstance(event, SessionEnded):
                with self._lock:
                    self._end(event)

    def plain(self) -> Plain:
        """Its numbers as JSON can hold them."""
        self.catch_up()
        with self._lock:
            return {"started": _named(self.started), "ended": _named(self.ended)}

    def show(self, plain: Mapping[str, Mapping[str, int]]) -> None:
        """Answer with these from now on: for one that shows what others counted."""
        with self._lock:
            self.started, self.ended = _counter(plain["started"]), _counter(plain["ended"])

    def _start(self, event: SessionStarted) -> None:
        told_at = self._going_on.get(event.session_id)
        self._know(event.session_id, event.at)
        if told_at is not None and event.at - told_at < self._idle_seconds:
            return
        name = event.service_type or ""
        known = name in self.started or len(self.started) < _MOST_TYPES
        self.started[name if known else "_overflow"] += 1

    def _end(self, event: SessionEnded) -> None:
        has_ended = self._going_on.get(event.session_id, event.at) is None
        self._know(event.session_id, None)
        if not has_ended:
            self.ended[event.status] += 1

    def _know(self, session_id: str, told_at: float | None) -> None:
        self._going_on[session_id] = told_at
        self._going_on.move_to_end(session_id)
        if len(self._going_on) > _MOST_KNOWN:
            self._going_on.popitem(last=False)


def _named(counts: Counter[str]) -> Plain:
    return {named(name): count for name, count in counts.items()}


def _counter(counts: Mapping[str, int]) -> Counter[str]:
    return Counter({names(name)[0]: count for name, count in counts.items()})
