"""One worker's own part: what it counted, as a snapshot that can be published."""

from collections.abc import Callable, Mapping

from holdfast.clock import Clock
from holdfast.telemetry.deployment.aligned import wall_steps
from holdfast.telemetry.deployment.folds import Folds
from holdfast.telemetry.deployment.snapshot import ALL, Resets, Snapshot, encode_part
from holdfast.telemetry.plain import Plain, minus, named, plus
from holdfast.telemetry.rolling import STEP_SECONDS

SLICES = 60
"""How many make the window."""

GAUGES = "gauges"
"""In a snapshot's *extra*: what the application says is so right now."""

_GRACE_SECONDS = 1.5
"""How long a slice that is over stays in the head: its last facts may still be told."""


def _nothing_else(integration: str | None) -> None:
    """Counts are all that is reset."""


class Publisher:
    """Reads the folds of this process; *clock* is an aligned one, that of the folds.

    *counters* are totals by name. *on_reset* is told the integration, None for all, wherever it was
    asked for. *present* tells what is so right now, and is asked only by `look_around`, in the
    thread of whoever calls that.
    """

    def __init__(
        self, folds: Folds, clock: Clock, *,
        counters: Callable[[], Mapping[str, int]] = dict, present: Callable[[], Plain] = dict,
        on_reset: Callable[[str | None], None] = _nothing_else,
    ) -> None:  # fmt: skip
        self.instance = ""
        self.resets: dict[str, int] = {}
        self._folds, self._clock = folds, clock
        self._counters, self._present, self._on_reset = counters, present, on_reset
        self._extra: Plain = {}
        self._base: Plain = {}
        self._base_open: dict[int, Plain] = {}
        self._closed_until = -1
        self._closed: list[int] = []
        self._waiting: dict[int, bytes] = {}

    def look_around(self) -> None:
        """Take the present into the snapshots to come."""
        gauges = self._folds.application.gauges()
        self._extra = {**self._present(), **({GAUGES: gauges} if gauges else {})}

    def snapshot(self) -> Snapshot:
        """Everything as it is now. Slices that ended since the last one wait (`waiting`)."""
        now, steps = self._clock.monotonic(), wall_steps(self._clock)
        last = int(now / STEP_SECONDS)
        newest_closed = last - (2 if now - last * STEP_SECONDS < _GRACE_SECONDS else 1)
        totals = self._totals()
        self._close(newest_closed, steps)
        self._closed = [number for number in self._closed if number > last + steps - SLICES]
        opened = {n + steps: self._slice(n, steps) for n in range(newest_closed + 1, last + 1)}
        held = {number: one for number, one in opened.items() if one["calls"] or one["routes"]}
        return Snapshot(
            self.instance, dict(self.resets), totals, held, tuple(self._closed), self._extra
        )

    def waiting(self) -> Mapping[int, bytes]:
        """Closed slices that nobody was known to have when this was asked."""
        return dict(self._waiting)

    def oldest(self) -> int:
        """The number of the oldest slice that anybody wants."""
        return int(self._clock.monotonic() / STEP_SECONDS) + wall_steps(self._clock) - SLICES + 1

    def delivered(self, numbers: Mapping[int, bytes]) -> None:
        """These slices are on the board."""
        for number in numbers:
            self._waiting.pop(number, None)

    def tell_all_again(self) -> None:
        """Nobody has any of the slices yet."""
        self._closed_until, self._closed, self._waiting = -1, [], {}

    def begin_again(self, published: Snapshot | None) -> None:
        """What *published* holds counts as somebody else's from now on."""
        self._closed = list(self._waiting)
        if published is not None:
            self._base = plus(self._base, published.totals)
            for number, one in published.open.items():
                self._base_open[number] = plus(self._base_open.get(number, {}), one)

    def forget(self) -> None:
        """Count from nothing: what is here was inherited from the process that forked this one."""
        self._base = plus(self._base, self._totals())
        last, steps = int(self._clock.monotonic() / STEP_SECONDS), wall_steps(self._clock)
        base = plus(self._base_open.get(last + steps, {}), self._slice(last, steps))
        self._closed_until, self._base_open = last - 1, {last + steps: base}
        self._closed, self._waiting = [], {}

    def hear(self, newest: Resets) -> bool:
        """Reset what was reset elsewhere; whether there was any."""
        news = [name for name, count in newest.items() if count > self.resets.get(name, 0)]
        for name in news:
            self.resets[name] = newest[name]
            self._reset(None if name == ALL else name)
        return bool(news)

    def reset(self, integration: str | None) -> None:
        """Count anew, here; who reads the next snapshot does so too."""
        name = integration or ALL
        self.resets[name] = self.resets.get(name, 0) + 1
        self._reset(integration)

    def _reset(self, integration: str | None) -> None:
        self._folds.calls.reset(integration)
        self._on_reset(integration)
        for base in (self._base, *self._base_open.values()):
            if calls := base.get("calls"):
                base["calls"] = {
                    key: one for key, one in calls.items()
                    if integration is not None and not key.startswith(named(integration)[:-1])
                }  # fmt: skip

    def _totals(self) -> Plain:
        found = {
            "calls": self._folds.calls.plain(),
            "requests": self._folds.requests.plain(),
            "rest": self._folds.rest(),
            "pulse": self._folds.pulse(),
            "counters": {named(name): count for name, count in self._counters().items()},
            "since": self._folds.calls.since,
        }
        return minus(found, self._base) if self._base else found

    def _close(self, until: int, steps: int) -> None:
        for number in range(max(self._closed_until + 1, until - SLICES + 2, 0), until + 1):
            one = self._slice(number, steps)
            if one["calls"] or one["routes"]:
                self._waiting[number + steps] = encode_part(self.resets, one)
                self._closed.append(number + steps)
        self._closed_until = max(self._closed_until, until)
        oldest = until + steps - SLICES
        self._waiting = {number: one for number, one in self._waiting.items() if number > oldest}
        self._base_open = {n: one for n, one in self._base_open.items() if n > oldest}

    def _slice(self, number: int, steps: int) -> Plain:
        found = {
            "calls": self._folds.calls.plain_slice(number),
            "routes": self._folds.requests.plain_slice(number),
        }
        base = self._base_open.get(number + steps)
        return minus(found, base) if base else found
