"""One sink that feeds many, so that none can hurt a call or another sink."""

from collections.abc import Iterable
from threading import Lock

from holdfast.events import Event, Sink


class Fanout:
    """Hands each event to each sink in turn; what one raises is counted by sink, not passed on."""

    def __init__(self, sinks: Iterable[Sink] = ()) -> None:
        self._sinks = tuple(sinks)
        self.failures: dict[str, int] = {}
        self._lock = Lock()

    def add(self, sink: Sink) -> None:
        """Feed *sink* too, from the next event on."""
        self._sinks = (*self._sinks, sink)

    def __call__(self, event: Event) -> None:
        """Feed all."""
        for sink in self._sinks:
            try:
                sink(event)
            except Exception:  # noqa: BLE001  # what cannot be told must not fail the call
                self._count(getattr(sink, "__name__", type(sink).__name__))

    def _count(self, name: str) -> None:
        with self._lock:
            self.failures[name] = self.failures.get(name, 0) + 1
