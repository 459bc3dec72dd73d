"""One sink that feeds many, so that none can hurt a call or another sink, nor hold it up."""

from collections.abc import Iterable
from threading import Lock, RLock

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.events import CallFinished, Event, RequestFinished, Sink
from holdfast.telemetry.fold import Fold

MOST_WAITING = 128
"""When so many facts wait for the folds, whoever brings the next one has them told."""

_MAY_WAIT = (CallFinished, RequestFinished)


class Fanout:
    """Hands each event to each sink in turn; what one raises is counted by sink, not passed on.

    Sinks are told at once, and folds (`Fold`) a little later: before anybody reads them, before
    anything but a plain end of a call or request is told, and when `MOST_WAITING` facts wait.
    Nothing that waits is ever dropped. Whoever keeps folds in time for nobody to read them
    (the record, a log) has to `flush`.
    """

    def __init__(self, sinks: Iterable[Sink] = (), *, clock: Clock = SYSTEM_CLOCK) -> None:
        self._sinks: tuple[Sink, ...] = ()
        self._folds: tuple[Fold, ...] = ()
        self.failures: dict[str, int] = {}
        self._lock, self._turn = Lock(), RLock()
        self._monotonic = clock.monotonic
        self._waiting: list[Event] = []  # appends come from any thread; removal has its turn
        self._since = 0.0
        self._is_telling = False
        for sink in sinks:
            self.add(sink)

    def add(self, sink: Sink) -> None:
        """Feed *sink* too, from the next event on."""
        if isinstance(sink, Fold):
            self.flush()
            sink.catch_up = self.flush
            self._folds = (*self._folds, sink)
        else:
            self._sinks = (*self._sinks, sink)

    def __call__(self, event: Event) -> None:
        """Feed all."""
        for sink in self._sinks:
            try:
                sink(event)
            except Exception:  # noqa: BLE001  # what cannot be told must not fail the call
                self._count(sink)
        waiting = self._waiting
        if not waiting:
            self._since = self._monotonic()
        waiting.append(event)
        may_wait = type(event) in _MAY_WAIT and event.outcome != "failed"  # type: ignore[union-attr]
        if not may_wait or len(waiting) >= MOST_WAITING:
            self.flush()

    def flush(self) -> None:
        """Tell the folds all that waits, in order; when it returns they know it."""
        if not self._waiting and not self._is_telling:
            return
        with self._turn:
            if self._is_telling:  # a fold tells or reads in its turn: the outer one goes on
                return
            self._is_telling = True
            try:
                while self._waiting:
                    self._tell()
            finally:
                self._is_telling = False

    def _tell(self) -> None:
        waiting, since = self._waiting, self._since
        events = waiting[: len(waiting)]
        del waiting[: len(events)]  # not what another thread appended meanwhile
        self._since = self._monotonic()
        for fold in self._folds:
            try:
                fold.take_in(events, since)
            except Exception:  # noqa: BLE001  # as above
                self._count(fold)

    def _count(self, sink: object) -> None:
        name = getattr(sink, "__name__", type(sink).__name__)
        with self._lock:
            self.failures[name] = self.failures.get(name, 0) + 1
