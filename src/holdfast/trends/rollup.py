"""Calls rolled up into buckets of time, from the counts that are kept anyway: no second count.

Every ten seconds the lifetime counts are compared with the last ones; what was added since goes
into the bucket of each resolution. Histograms merge, so the percentiles of any range of buckets,
of any number of processes, are right.
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


class Counted(Protocol):
    """Lifetime counts by operation, as `telemetry.calls.CallMetrics` has them."""

    def operations_called(self) -> list[tuple[str, str]]:
        """(integration, operation) of every operation that was called."""

    def lifetime(self, integration: str, operation: str | None = None) -> Tally:
        """Everything counted of one operation, as a copy."""


class RollUp:
    """Buckets of one process. `sample` every `SAMPLE_SECONDS`, `take` what is to be written."""

    def __init__(self, calls: Counted) -> None:
        self.dropped = 0
        self._calls = calls
        self._last: dict[tuple[str, str], Tally] = {}
        self._open: dict[BucketKey, Tally] = {}
        self._changed: dict[BucketKey, Tally] = {}
        self._lock = Lock()

    def sample(self, at: float) -> None:
        """Count what was added since the last time into the buckets of *at* (Unix time).

        *at* lies in the ten seconds that are to be accounted for, not after them.
        """
        with self._lock:
            for key in self._calls.operations_called():
                now = self._calls.lifetime(*key)
                added = difference(now, self._last.get(key))
                self._last[key] = now
                if added is not None:
                    self._add(at, key, added)
            self._close(at)

    def take(self) -> list[Bucket]:
        """The buckets that changed since they were last taken, whole."""
        with self._lock:
            taken = [Bucket(key, merged((tally,))) for key, tally in self._changed.items()]
            self._changed = {}
        return taken

    def give_back(self, buckets: Iterable[Bucket]) -> None:
        """These could not be written: they come again, unless they changed in the meantime."""
        with self._lock:
            for bucket in buckets:
                if len(self._changed) >= _MOST_WAITING:
                    self.dropped += 1
                else:
                    self._changed.setdefault(bucket.key, bucket.tally)

    def _add(self, at: float, key: tuple[str, str], added: Tally) -> None:
        for resolution in RESOLUTIONS:
            bucket = BucketKey(resolution, int(at) // resolution * resolution, *key)
            tally = self._open.setdefault(bucket, Tally())
            tally.merge(added)
            self._changed[bucket] = tally

    def _close(self, at: float) -> None:
        for key in [key for key in self._open if key.start + key.resolution_s <= at]:
            del self._open[key]


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
