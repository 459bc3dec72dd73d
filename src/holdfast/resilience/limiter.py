"""The policy that keeps us within a rate: our own, and the one a provider announces."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from holdfast.errors import ConfigurationError, InputRefused, LimitReached, RateLimited
from holdfast.resilience.bucket import Bucket, Pace
from holdfast.resilience.gate import MUST_WAIT, Gate
from holdfast.resilience.keyed import KeyedOptions, Lane, Lanes, NewLane, own_lane
from holdfast.resilience.policy import Call
from holdfast.resilience.waiting_line import WaitingLine
from holdfast.resilience.window import Window

_GRAIN_SECONDS = 1e-6
"""Patience allows for the rounding error by which timers are early."""

_NO_NAMES: Mapping[str, Any] = {}

Cost = Callable[..., int]
"""How many places a call takes, given its own arguments, named ones included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimiterOptions:
    """*calls* per *per_seconds*, *burst* of them at once; others wait up to *max_wait_seconds*.

    A call takes one place, or its *cost* (1 to *burst*: more could never go). *keyed* is a
    second limit for each key, which a call must keep as well.
    """

    calls: int = 60
    per_seconds: float = 60.0
    burst: int = 10
    max_wait_seconds: float = 5.0
    cost: Cost | None = None
    keyed: KeyedOptions | None = None

    def __post_init__(self) -> None:
        if min(self.calls, self.burst) < 1 or self.per_seconds <= 0 or self.max_wait_seconds < 0:
            raise ValueError(f"limiter needs calls, burst >= 1 and times > 0, got {self}")

    @property
    def highest_cost(self) -> int:
        """What a call may cost at most."""
        return min(self.burst, self.keyed.burst) if self.keyed else self.burst


_USED_BUCKETS = 12
"""How finely what was used is remembered: a twelfth of the time it is counted over."""


class Rate(Bucket):
    """One bucket that counts: *used* places, *refused* calls, and those the provider limited."""

    __slots__ = ("options", "rate_limited", "refused", "used")

    def __init__(self, options: LimiterOptions) -> None:
        super().__init__(Pace(options.per_seconds / options.calls, options.burst))
        self.options = options
        self.refused = 0
        self.rate_limited = 0
        self.used = Window(options.per_seconds, buckets=_USED_BUCKETS)

    def reserve(self, now: float) -> float:
        """Take a place when one is free: 0.0. Else the seconds until one is, and none is taken."""
        interval, burst = self._pace
        empty_at = self._empty_at
        if empty_at <= now >= self._blocked_until:
            self._empty_at = now + interval
        else:
            if empty_at - interval * (burst - 1) > now or self._blocked_until > now:
                wait = self.wait_seconds(now)
                if wait > 0.0:
                    return wait
            self._empty_at = max(empty_at, now) + interval
        used = self.used
        if now < used.ends:
            used.fresh += 1
        else:
            used.add(now, False)
        return 0.0

    def reserve_several(self, now: float, cost: int) -> float:
        """Take *cost* places when all are free: 0.0. Else the seconds until then; none is taken."""
        return self.reserve(now) if cost == 1 else super().reserve_several(now, cost)

    def book(self, now: float, cost: int) -> None:
        """Note that *cost* places were taken."""
        super().book(now, cost)
        self.used.add_several(now, cost)

    def become(self, options: LimiterOptions, now: float) -> None:
        """Go by *options* from *now* on."""
        self.change(Pace(options.per_seconds / options.calls, options.burst), now)
        if options.per_seconds != self.options.per_seconds:
            self.used = Window(options.per_seconds, buckets=60)
        self.options = options


class Limiter(Gate):
    """Lets calls out at the allowed rate, in order of arrival; refuses who would wait too long.

    A call waits for a place of its key first, so that nobody stands in the way of another key's
    calls, and then for one of the common rate. *rate* and *new_lane* may be shared with others.
    """

    __slots__ = ("_cost", "_highest_cost", "_is_plain", "_queue", "_turns", "lanes", "rate")

    def __init__(
        self, options: LimiterOptions | None = None, *,
        rate: Rate | None = None, new_lane: NewLane = own_lane,
    ) -> None:  # fmt: skip
        options = options or LimiterOptions()
        self.rate = Rate(options) if rate is None else rate
        self.lanes = Lanes(options.keyed, new_lane) if options.keyed else None
        self._cost, self._highest_cost = options.cost, options.highest_cost
        self._is_plain = options.cost is None and options.keyed is None
        self._queue = WaitingLine()
        self._turns = self._queue.turns

    def enter(self, call: Call, now: float) -> Any:
        """A place that is free at once; raises `LimitReached` when waiting would be too long."""
        if not self._is_plain or self._turns:
            return MUST_WAIT
        wait = self.rate.reserve(now)
        if wait == 0.0:
            return None
        if wait > max(self._until(call, now) - now, 0.0):
            raise self._refusal(call, wait)
        return MUST_WAIT

    async def wait(self, call: Call) -> Lane | None:
        """A place in turn, of its key and of the common rate."""
        if not self._is_plain:
            return await self._take(call)
        await self._wait(call, 1, self._until(call, call.clock.monotonic()))
        return None

    def fail(self, call: Call, token: Lane | None, error: BaseException) -> None:
        """A provider that asks to slow down is listened to."""
        if isinstance(error, RateLimited):
            self.rate.rate_limited += 1
            self._block(token, call.clock.monotonic(), error.retry_after_seconds or 0.0)

    def become(self, options: LimiterOptions, now: float) -> None:
        """Let calls out by *options* from *now* on; the rates of keys stay as they are."""
        self.rate.become(options, now)
        self._highest_cost = options.highest_cost

    def learn(
        self, now: float, seconds: float, arguments: tuple[Any, ...] = (),
        named: Mapping[str, Any] = _NO_NAMES,
    ) -> None:  # fmt: skip
        """The provider says, to a call with these arguments: none left for *seconds* from now."""
        lane = self.lanes.find(arguments, named, now) if self.lanes is not None else None
        self._block(lane, now, seconds)

    def _block(self, lane: Lane | None, now: float, seconds: float) -> None:
        keyed = self.rate.options.keyed
        bucket = lane if lane is not None and keyed and keyed.told_for_key else self.rate
        bucket.block(now, seconds)

    async def _take(self, call: Call) -> Lane | None:
        cost, lane = self._cost_of(call), None
        if self.lanes is not None:
            lane = self.lanes.find(call.arguments, call.named, call.clock.monotonic())
        if lane is not None:
            await self._take_both(call, lane, cost)
        elif self._turns or self.rate.reserve_several(call.clock.monotonic(), cost) > 0:
            await self._wait(call, cost, self._until(call, call.clock.monotonic()))
        return lane

    async def _take_both(self, call: Call, lane: Lane, cost: int) -> None:
        now = call.clock.monotonic()
        until = self._until(call, now)
        wait = self._queue.wait_seconds(self.rate, now, cost)
        if wait > max(until - now, 0.0):  # then it need not use up its key's place
            raise self._refusal(call, wait)
        if self.lanes is not None:
            await self.lanes.take(call, lane, cost, until, lambda wait: self._refusal(call, wait))
        if self._turns or self.rate.reserve_several(call.clock.monotonic(), cost) > 0:
            try:
                await self._wait(call, cost, until)
            except BaseException:  # cancelled, or refused after all: the key has lost nothing
                lane.give_back(call.clock.monotonic(), cost)
                raise

    async def _wait(self, call: Call, cost: int, until: float) -> None:
        await self._queue.take(call, self.rate, cost, until, lambda wait: self._refusal(call, wait))

    def _until(self, call: Call, now: float) -> float:
        longest = now + self.rate.options.max_wait_seconds + _GRAIN_SECONDS
        return longest if call.deadline is None else min(longest, call.deadline - _GRAIN_SECONDS)

    def _refusal(self, call: Call, wait: float) -> LimitReached:
        self.rate.refused += 1
        return LimitReached(call.origin.integration, wait)

    def _cost_of(self, call: Call) -> int:
        cost = self._cost(*call.arguments, **call.named) if self._cost else 1
        name = f"{call.origin.integration} {call.origin.operation}"
        if not isinstance(cost, int) or cost < 1:
            raise ConfigurationError(f"the cost of {name} must be a whole number >= 1, got {cost}")
        if cost > self._highest_cost:
            raise InputRefused(
                f"a call of {name} costs {cost} places, at most {self._highest_cost} go at once"
            )
        return cost
