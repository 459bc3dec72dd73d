"""All workers' snapshots as the two folds that every surface reads."""

from collections.abc import Iterable, Mapping
from functools import reduce

from holdfast.clock import Clock
from holdfast.events import fact
from holdfast.telemetry.calls import Key
from holdfast.telemetry.counted import Counted
from holdfast.telemetry.deployment.aligned import wall_steps
from holdfast.telemetry.deployment.folds import Folds, Rest
from holdfast.telemetry.deployment.publisher import GAUGES, SLICES
from holdfast.telemetry.deployment.snapshot import Resets, Snapshot, still_counts
from holdfast.telemetry.merged import Merged, are_same, gathered
from holdfast.telemetry.plain import Plain, names, plus
from holdfast.telemetry.requests import Exposed, Labels, RequestTally
from holdfast.telemetry.rolling import STEP_SECONDS, Rolling
from holdfast.telemetry.tally import Tally

Part = tuple[Resets, Plain]


@fact
class Member:
    """One worker as it was last seen, with those of its closed slices that were fetched."""

    token: str
    is_alive: bool
    is_folded: bool
    snapshot: Snapshot
    closed: dict[int, Part]


@fact
class Picture:
    """What the board held at one moment; *newest* are the resets anybody knows of."""

    members: Mapping[str, Member]
    departed: Part
    newest: Resets


@fact
class Slice:
    """One slice of the window, of everybody."""

    calls: dict[Key, Tally]
    routes: dict[Key, RequestTally]


@fact
class Shown:
    """Everything that a view answers with."""

    calls: dict[Key, Counted]
    since: float
    lifetime: RequestTally
    exposed: dict[Labels, Exposed]
    routes: dict[Key, Rolling[RequestTally]]
    counters: dict[str, int]
    rest: Rest


class View:
    """*folds* answer like those of one process, for all of them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.folds = Folds(clock)
        self.counters: dict[str, int] = {}
        self._slices: dict[int, tuple[list[Plain], Resets, Slice]] = {}
        self._counted, self._exposed = Merged(Counted.of), Merged(Exposed.of)
        self._tallies, self._requests = Merged(Tally.of), Merged(RequestTally.of)

    def made_of(self, picture: Picture) -> Shown:
        """What `show` takes: this is the work, and may be done in another thread."""
        parts = [_kept(part, picture.newest) for part in _totals(picture)]
        counted = self._counted.all(part["calls"] for part in parts)
        exposed = self._exposed.all(part["requests"]["exposed"] for part in parts)
        shown = Shown(
            {_pair(key): one.afresh() for key, one in counted.items()},
            min((part["since"] for part in parts), default=self.folds.calls.since),
            RequestTally.of([part["requests"]["lifetime"] for part in parts] or [_NO_REQUESTS]),
            {_labels(key): one for key, one in exposed.items()},
            {},
            {names(key)[0]: sum(each) for key, each in gathered(
                part["counters"] for part in parts).items()},
            self.folds.read_rest(
                [part["rest"] for part in parts], [part["pulse"] for part in parts],
                _gauges(picture),
            ),
        )  # fmt: skip
        self._place(picture, shown)
        for merged in (self._counted, self._exposed, self._tallies, self._requests):
            merged.done()
        return shown

    def show(self, shown: Shown) -> None:
        """Answer with this from now on."""
        self.folds.calls.show(shown.calls, shown.since)
        self.folds.requests.show(shown.lifetime, shown.exposed, shown.routes)
        self.folds.show_rest(shown.rest)
        self.counters = shown.counters

    def _place(self, picture: Picture, shown: Shown) -> None:
        steps = wall_steps(self._clock)
        last = int(self._clock.monotonic() / STEP_SECONDS)
        for number in range(last - SLICES + 1, last + 1):
            one = self._slice(picture, number + steps)
            for key, tally in one.calls.items():
                if key in shown.calls:
                    shown.calls[key].rolling.put(number, tally)
            for key, requests in one.routes.items():
                shown.routes.setdefault(key, Rolling(RequestTally)).put(number, requests)
        oldest = last + steps - SLICES
        self._slices = {n: one for n, one in self._slices.items() if n > oldest}

    def _slice(self, picture: Picture, number: int) -> Slice:
        """The slice of this number; one made of what it was made of last time is not made again."""
        parts, newest = list(_parts(picture, number)), dict(picture.newest)
        plains = [plain for _, plain in parts]
        known = self._slices.get(number)
        if known is None or known[1] != newest or not are_same(known[0], plains):
            kept = [_kept(part, newest) for part in parts]
            calls = self._tallies.all((one["calls"] for one in kept), of=number)
            routes = self._requests.all((one["routes"] for one in kept), of=number)
            known = self._slices[number] = (plains, newest, Slice(
                {_pair(key): one for key, one in calls.items()},
                {_pair(key): one for key, one in routes.items()},
            ))  # fmt: skip
        return known[2]


def totals(picture: Picture) -> Plain:
    """Everybody's totals in one, the dead ones' once."""
    return reduce(plus, (_kept(part, picture.newest) for part in _totals(picture)))


_NO_REQUESTS = RequestTally().plain()


def _totals(picture: Picture) -> Iterable[Part]:
    if picture.departed[1]:
        yield picture.departed
    for one in picture.members.values():
        if not one.is_folded:
            yield one.snapshot.resets, one.snapshot.totals


def _gauges(picture: Picture) -> list[Plain]:
    living = (one.snapshot for one in picture.members.values() if one.is_alive)
    return [one.extra[GAUGES] for one in living if GAUGES in one.extra]


def _parts(picture: Picture, number: int) -> Iterable[Part]:
    for one in picture.members.values():
        if number in one.snapshot.open:
            yield one.snapshot.resets, one.snapshot.open[number]
        elif number in one.closed:
            yield one.closed[number]


def _kept(part: Part, newest: Resets) -> Plain:
    resets, plain = part
    return {**plain, "calls": still_counts(plain["calls"], resets, newest)}


def _pair(key: str) -> Key:
    first, second = names(key)
    return first, second


def _labels(key: str) -> Labels:
    method, route, status, error = names(key)
    return method, route, status, error
