"""A rate for each key (a tenant, a model): as many buckets as were used lately, and no more."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from holdfast.errors import ConfigurationError
from holdfast.resilience.bucket import Bucket, Pace
from holdfast.resilience.policy import Call
from holdfast.resilience.waiting_line import Refusal, WaitingLine

_LOOKS = 8
"""How many of the longest unused keys are looked at for one that can be forgotten."""

LimitKey = Callable[..., Hashable | None]
"""Given a call's own arguments, named ones included; None means: no limit but the common one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedOptions:
    """*calls* per *per_seconds* for each *key*, *burst* of them at once.

    Beyond *most_keys* the one that was not used for longest is forgotten: one that owes nothing
    if there is any, never one that somebody waits at. What the provider announces ("not before")
    holds for everybody, or with *told_for_key* only for the key that it was told to.
    """

    key: LimitKey
    calls: int
    per_seconds: float = 60.0
    burst: int = 1
    most_keys: int = 100_000
    told_for_key: bool = False

    def __post_init__(self) -> None:
        if min(self.calls, self.burst, self.most_keys) < 1 or self.per_seconds <= 0:
            raise ValueError(f"limiter needs calls, burst, keys >= 1 and a time > 0, got {self}")


class Lane(Bucket):
    """One key's bucket, and those who wait at it, if any do."""

    __slots__ = ("line",)

    def __init__(self, pace: Pace) -> None:
        super().__init__(pace)
        self.line: WaitingLine | None = None


NewLane = Callable[[Hashable, Pace], Lane]
"""The bucket of a key that was not used lately."""


def own_lane(key: Hashable, pace: Pace) -> Lane:
    """A lane of this process alone."""
    del key
    return Lane(pace)


class Lanes:
    """The buckets of the keys used lately. Finding one costs the same among any number."""

    def __init__(self, options: KeyedOptions, new_lane: NewLane = own_lane) -> None:
        self.options = options
        self._new_lane = new_lane
        self._pace = Pace(options.per_seconds / options.calls, options.burst)
        self._lanes: OrderedDict[Hashable, Lane] = OrderedDict()

    def __len__(self) -> int:
        return len(self._lanes)

    @property
    def waiting(self) -> int:
        """How many calls wait at all keys together."""
        return sum(len(lane.line) for lane in self._lanes.values() if lane.line is not None)

    def find(self, arguments: tuple[Any, ...], named: Mapping[str, Any], now: float) -> Lane | None:
        """The lane of a call with these arguments. Raises `ConfigurationError` at a wrong key."""
        key = self.options.key(*arguments, **named)
        if key is None:
            return None
        try:
            lane = self._lanes.get(key)
        except TypeError:
            kind = type(key).__name__
            raise ConfigurationError(
                f"the key of a limit must be hashable (a string, a tuple of them), got a {kind}"
            ) from None
        if lane is not None:
            self._lanes.move_to_end(key)
            return lane
        if len(self._lanes) >= self.options.most_keys:
            self._forget_one(now)
        lane = self._lanes[key] = self._new_lane(key, self._pace)
        return lane

    async def take(self, call: Call, lane: Lane, cost: int, until: float, refusal: Refusal) -> None:
        """Take *cost* places of *lane*, at once or in turn."""
        line = lane.line
        if line is None:
            if lane.reserve_several(call.clock.monotonic(), cost) == 0.0:
                return
            line = lane.line = WaitingLine()
        try:
            await line.take(call, lane, cost, until, refusal)
        finally:
            if not line:
                lane.line = None

    def _forget_one(self, now: float) -> None:
        debtors = []
        for key, lane in list(islice(self._lanes.items(), _LOOKS)):
            if lane.line is not None:
                self._lanes.move_to_end(key)
            elif lane.full_in_seconds(now) == 0.0:
                del self._lanes[key]
                return
            else:
                debtors.append(key)
        if debtors:
            del self._lanes[debtors[0]]
