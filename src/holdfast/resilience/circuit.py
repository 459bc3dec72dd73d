"""The rules of a circuit breaker: a state machine that is told the time and awaits nothing.

closed --failures--> open --time--> half open --probes succeed--> closed
                       ^---------- a probe fails ----------'
After Nygard, "Release It!", with the generation number of sony/gobreaker: an answer to a
question asked in an earlier state changes nothing. By hand it can be forced open (what Polly
calls *isolated*: nobody goes until it is released), forced closed (it counts nothing) and
disabled (the same, and says that nobody wants a breaker here).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from holdfast.events import BreakerName
from holdfast.resilience.trip_rates import TripRates
from holdfast.resilience.window import Window

_PROBE_PATIENCE_SECONDS = 1.0
"""What a caller is told to wait while others probe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerOptions:
    """When a breaker opens, and how it comes back.

    It opens after *consecutive_failures* failed attempts in a row, or at one of the *rates* - in
    each case only if at least two calls are witnesses, so that one user's retries cannot open it.
    It stays open for *open_seconds*, growing by *growth* each time a probe fails up to
    *max_open_seconds* (if that is more), plus up to *jitter* (0-1) of it; then *probes* calls
    are let out. A provider's 429 says nothing about its health, unless *counts_rate_limits*.
    """

    consecutive_failures: int = 5
    rates: TripRates | None = field(default_factory=TripRates)
    open_seconds: float = 60.0
    growth: float = 1.5
    max_open_seconds: float = 600.0
    jitter: float = 0.1
    probes: int = 1
    counts_rate_limits: bool = False

    def __post_init__(self) -> None:
        if min(self.consecutive_failures, self.probes) < 1:
            raise ValueError(f"breaker needs counts >= 1, got {self}")
        times = (self.open_seconds, self.max_open_seconds)
        if min(times) <= 0 or self.growth < 1 or not 0 <= self.jitter <= 1:
            raise ValueError(f"breaker needs times > 0, growth >= 1, 0 <= jitter <= 1, got {self}")


class Refused(Exception):
    """The circuit lets nobody out for *retry_in_seconds* (None: until it is released)."""

    def __init__(self, retry_in_seconds: float | None) -> None:
        super().__init__(retry_in_seconds)
        self.retry_in_seconds = retry_in_seconds


class Circuit:
    """One breaker's state. Every method takes *now* in monotonic seconds.

    An attempt that takes *slow_seconds* is slow (infinite: nobody asks).
    """

    __slots__ = (
        "_last_failing_call", "_last_slow_call", "_open_seconds", "_probes_passed", "_random",
        "_same_call_failures", "_same_call_slow", "_window",
        "consecutive_failures", "generation", "name", "options", "probes_in_flight", "reason",
        "refused", "retry_at", "since", "slow_seconds", "trips",
    )  # fmt: skip
    _last_failing_call: int | None
    _last_slow_call: int | None
    _same_call_failures: int
    _same_call_slow: int

    def __init__(self, options: BreakerOptions, random: Callable[[], float]) -> None:
        rates = options.rates
        self.options = options
        self.name: BreakerName = "closed"
        self.generation = 0
        self.since = 0.0
        self.retry_at: float | None = None
        self.reason = ""
        self.refused = 0
        self.trips = 0
        self._random = random
        self._open_seconds = 0.0
        self._window = rates.window() if rates else None
        self.slow_seconds = rates.slow_seconds if rates and rates.slow_rate else math.inf
        self._forget()

    def admit(self, now: float) -> int:
        """Let a call out and return its permit, or raise `Refused`."""
        if self.name in ("closed", "forced_closed", "disabled"):
            return self.generation
        if self.name == "open" and self.retry_at is not None and now >= self.retry_at:
            self._become("half_open", now, "time to probe")
        if self.name == "half_open" and self.probes_in_flight < self._probes_wanted():
            self.probes_in_flight += 1
            return self.generation
        self.refused += 1
        raise Refused(self.retry_in_seconds(now))

    def turns_away(self, now: float) -> bool:
        """Refuse a call that `admit` would certainly refuse, without an error; it is counted."""
        retry_at = self.retry_at
        if self.name == "forced_open" or (retry_at is not None and now < retry_at):
            self.refused += 1
            return True
        return False

    def record(
        self, permit: int, call_id: int, succeeded: bool, now: float, seconds: float = 0.0
    ) -> None:
        """An attempt of the call *call_id* ended, for the provider well or badly, in *seconds*."""
        if permit != self.generation:
            return
        is_slow = seconds >= self.slow_seconds
        if self.name != "closed":
            if self.name == "half_open":
                self._record_probe(succeeded, is_slow, now)
            return
        if self._window is not None:
            self._window.add(now, not succeeded, is_slow)
        if succeeded:
            self.consecutive_failures = 0
        if is_slow or not succeeded:
            self._witness(call_id, succeeded, is_slow)
            if why := self._why_open():
                self._open(now, why)

    def went_well(self, permit: int, now: float) -> bool:
        """As `record` of a success, where that moves the circuit nowhere; else False, and nothing.

        That is so in a closed circuit that does not look for slow attempts.
        """
        if self.name != "closed" or self.slow_seconds != math.inf:
            return False
        if permit == self.generation:
            self.consecutive_failures = 0
            window = self._window
            if type(window) is Window and now < window.ends:
                window.fresh += 1
            elif window is not None:
                window.add(now, False)
        return True

    def give_back(self, permit: int) -> None:
        """The attempt says nothing about the provider (cancelled, refused further in)."""
        if permit == self.generation and self.name == "half_open":
            self.probes_in_flight -= 1

    def force(self, name: BreakerName, now: float, reason: str) -> None:
        """Put the circuit into *name*, whatever it was; late answers of before are ignored."""
        self._open_seconds = 0.0
        self._become(name, now, reason)

    def retry_in_seconds(self, now: float) -> float | None:
        """Until a refused caller may try again; None while forced open, 0 when not refusing."""
        if self.name == "open" and self.retry_at is not None:
            return max(self.retry_at - now, 0.0)
        if self.name == "half_open":
            return _PROBE_PATIENCE_SECONDS
        return None if self.name == "forced_open" else 0.0

    def _probes_wanted(self) -> int:
        return self.options.probes - self._probes_passed

    def _record_probe(self, succeeded: bool, is_slow: bool, now: float) -> None:
        self.probes_in_flight -= 1
        if not succeeded or is_slow:
            self._open(now, "a probe was slow" if succeeded else "a probe failed")
            return
        self._probes_passed += 1
        if self._probes_passed >= self.options.probes:
            self._open_seconds = 0.0
            self._become("closed", now, f"{self._probes_passed} probe(s) succeeded")

    def _witness(self, call_id: int, succeeded: bool, is_slow: bool) -> None:
        if not succeeded:
            self.consecutive_failures += 1
            is_same = call_id == self._last_failing_call
            self._same_call_failures = self._same_call_failures + 1 if is_same else 1
            self._last_failing_call = call_id
        if is_slow:
            is_same = call_id == self._last_slow_call
            self._same_call_slow = self._same_call_slow + 1 if is_same else 1
            self._last_slow_call = call_id

    def _why_open(self) -> str:
        """More failures than the latest call's own last ones means: another call failed too."""
        options, own = self.options, self._same_call_failures
        if self.consecutive_failures >= max(options.consecutive_failures, own + 1):
            return f"{self.consecutive_failures} failures in a row"
        if options.rates is None or self._window is None:
            return ""
        return options.rates.why_open(self._window, own, self._same_call_slow)

    def _open(self, now: float, reason: str) -> None:
        options = self.options
        grown = min(self._open_seconds * options.growth, options.max_open_seconds)
        self._open_seconds = max(grown, options.open_seconds)
        self.trips += 1
        self._become("open", now, reason)
        self.retry_at = now + self._open_seconds * (1 + options.jitter * self._random())

    def _become(self, name: BreakerName, now: float, reason: str) -> None:
        self.name, self.since, self.reason = name, now, reason
        self.generation += 1
        self.retry_at = None
        self._forget()

    def _forget(self) -> None:
        self.probes_in_flight = self._probes_passed = 0
        self.consecutive_failures = self._same_call_failures = self._same_call_slow = 0
        self._last_failing_call = self._last_slow_call = None
        if self._window is not None:
            self._window.clear()
