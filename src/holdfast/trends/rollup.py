"""Calls rolled up into buckets of time, from the counts that are kept anyway: no second count.

Every ten seconds the lifetime counts are compared with the last ones; what was added since goes
into the bucket of each resolution. Histograms merge, so the percentiles of any range of buckets,
of any number of processes, are right. Who reads between two comparisons has one made (`latest`).
"""

from collections.abc import Iterable
from threading import Lock
from typing import NamedTuple, Protocol

from holdfast.fact import fact
from holdfast.telemetry import spent
from holdfast.telemetry.tally import Tally

SAMPLE_SECONDS = 10
RESOLUTIONS = {10: 3_600, 60: 86_400, 3_600: 30 * 86_400, 86_400: 400 * 86_400}
"""Seconds a bucket covers, and seconds it is kept."""

_MOST_WAITING = 50_000
_COUNTS = (
    "attempts", "cancelled", "failed", "fails", "not_judged", "passes", "rate_limited", "refused",
    "rescued", "retries", "succeeded", "warns",
)  # fmt: skip


class BucketKey(NamedTuple):
    """Which bucket: *start* is Unix time, a multiple of *resolution_s*."""

    resolution_s: int
    start: int
    integration: str
    operation: str


@fact
class Bucket:
    """The calls of one bucket, of one process or of several added up."""

    key: BucketKey
    tally: Tally


@fact
class Latest:
    """What *instance* has of its buckets by now: each whole, whether it was written or not."""

    instance: str
    buckets: tuple[Bucket, ...]


class Counted(Protocol):
    """Lifetime counts by operation, as `telemetry.calls.CallMetrics` has them."""

    def operations_called(self) -> list[tuple[str, str]]:
        """(integration, operation) of every operation that was called."""

    def lifetime(self, integration: str, operation: str | None = None) -> Tally:
        """Everything counted of one operation, as a copy."""


class RollUp:
    """Buckets of one process. `sample` every `SAMPLE_SECONDS`, `take` what is to be written.

    *instance* is the name that they are written under.
    """

    def __init__(self, calls: Counted, instance: str = "") -> None:
        self.instance, self.dropped = instance, 0
        self._calls = calls
        self._last: dict[tuple[str, str], Tally] = {}
        self._open: dict[BucketKey, Tally] = {}
        self._changed: dict[BucketKey, Tally] = {}
        self._taken: dict[BucketKey, Tally] = {}
        self._closed_until = 0.0
        self._lock = Lock()

    def sample(self, at: float) -> None:
        """Count what was added since the last time into the buckets of *at* (Unix time).

        *at* lies in the ten seconds that are to be accounted for, not after them.
        """
        with self._lock:
            for key in self._calls.operations_called():
                self._count(at, key)
            self._close(at)

    def latest(self, integration: str, resolution_s: int, at: float) -> Latest:
        """Those of *integration*'s buckets that the record may not tell of as they are at *at*.

        To be asked before the record is: what is not among them was written by then. Nothing is
        closed, so the next `sample` may be one of an earlier moment.
        """
        with self._lock:
            for key in self._calls.operations_called():
                if key[0] == integration:
                    self._count(at, key)
            found = {**self._taken, **self._changed, **self._open}
            return Latest(self.instance, tuple(
                Bucket(key, merged((tally,))) for key, tally in found.items()
                if key.integration == integration and key.resolution_s == resolution_s
            ))  # fmt: skip

    def take(self) -> list[Bucket]:
        """The buckets that changed since they were last taken, whole."""
        with self._lock:
            taken = [Bucket(key, merged((tally,))) for key, tally in self._changed.items()]
            self._changed, self._taken = {}, {one.key: one.tally for one in taken}
        return taken

    def give_back(self, buckets: Iterable[Bucket]) -> None:
        """These could not be written: they come again, unless they changed in the meantime."""
        with self._lock:
            for bucket in buckets:
                if len(self._changed) >= _MOST_WAITING:
                    self.dropped += 1
                else:
                    self._changed.setdefault(bucket.key, bucket.tally)

    def begin_anew(self, instance: str) -> None:
        """Be *instance*, who counts from now on: what was counted is that of the process before."""
        with self._lock:
            self.instance = instance
            self._last = {
                key: self._calls.lifetime(*key) for key in self._calls.operations_called()
            }
            self._open, self._changed, self._taken = {}, {}, {}

    def _count(self, at: float, key: tuple[str, str]) -> None:
        now = self._calls.lifetime(*key)
        added = difference(now, self._last.get(key))
        if added is not None:  # else what it has besides (a verdict) waits for its call
            self._last[key] = now
            self._add(max(at, self._closed_until), key, added)  # the clock may be set back

    def _add(self, at: float, key: tuple[str, str], added: Tally) -> None:
        for resolution in RESOLUTIONS:
            bucket = BucketKey(resolution, int(at) // resolution * resolution, *key)
            tally = self._open.setdefault(bucket, Tally())
            tally.merge(added)
            self._changed[bucket] = tally

    def _close(self, at: float) -> None:
        for key in [key for key in self._open if key.start + key.resolution_s <= at]:
            del self._open[key]
        self._closed_until = max(at, self._closed_until)


def difference(now: Tally, before: Tally | None) -> Tally | None:
    """What *now* has more than *before*; None for nothing. Counts that fell were begun anew."""
    if before is None or now.total < before.total or now.attempts < before.attempts:
        return now if now.total + now.refused + now.cancelled else None
    added = Tally()
    for name in _COUNTS:
        setattr(added, name, getattr(now, name) - getattr(before, name))
    for error, count in now.errors.items():
        if more := count - before.errors.get(error, 0):
            added.errors[error] = more
    added.usage = spent.since(now.usage, before.usage)
    added.latency = now.latency.since(before.latency)
    added.waited = now.waited.since(before.waited)
    is_nothing = not (added.total or added.refused or added.cancelled or added.attempts)
    return None if is_nothing else added


def merged(tallies: Iterable[Tally]) -> Tally:
    """All of them added up, in a new one."""
    together = Tally()
    for tally in tallies:
        together.merge(tally)
    return together


def resolution_for(span_seconds: float, most_buckets: int = 400) -> int:
    """The finest resolution that shows *span_seconds* in at most *most_buckets*.

    Buckets are kept for a time only: what is asked for must not be older.
    """
    return next(
        (
            resolution
            for resolution, kept_seconds in RESOLUTIONS.items()
            if span_seconds <= kept_seconds and span_seconds / resolution <= most_buckets
        ),
        86_400,
    )
