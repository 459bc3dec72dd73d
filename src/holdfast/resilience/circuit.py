"""The rules of a circuit breaker: a state machine that is told the time and awaits nothing.

closed --failures--> open --time--> half open --probes succeed--> closed
                       ^---------- a probe fails ----------'
After Nygard, "Release It!", with the generation number of sony/gobreaker: an answer to a
question asked in an earlier state changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from holdfast.events import BreakerName
from holdfast.resilience.window import Window

_PROBE_PATIENCE_SECONDS = 1.0
"""What a caller is told to wait while others probe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerOptions:
    """When a breaker opens, and how it comes back.

    It opens after *consecutive_failures* failed attempts in a row, or when at least
    *failure_rate* (0-1) of at least *minimum_attempts* in *window_seconds* failed - in both
    cases only if at least two calls failed, so that one user's retries cannot open it.
    It stays open for *open_seconds*, growing by *growth* each time a probe fails up to
    *max_open_seconds* (if that is more), plus up to *jitter* (0-1) of it; then *probes* calls
    are let out.
    """

    consecutive_failures: int = 5
    failure_rate: float = 0.5
    minimum_attempts: int = 20
    window_seconds: float = 60.0
    open_seconds: float = 60.0
    growth: float = 1.5
    max_open_seconds: float = 600.0
    jitter: float = 0.1
    probes: int = 1

    def __post_init__(self) -> None:
        counts = (self.consecutive_failures, self.minimum_attempts, self.probes)
        if min(counts) < 1 or not 0 < self.failure_rate <= 1:
            raise ValueError(f"breaker needs counts >= 1 and 0 < failure_rate <= 1, got {self}")
        times = (self.open_seconds, self.max_open_seconds, self.window_seconds)
        if min(times) <= 0 or self.growth < 1 or not 0 <= self.jitter <= 1:
            raise ValueError(f"breaker needs times > 0, growth >= 1, 0 <= jitter <= 1, got {self}")


class Refused(Exception):
    """The circuit lets nobody out for *retry_in_seconds* (None: until it is released)."""

    def __init__(self, retry_in_seconds: float | None) -> None:
        super().__init__(retry_in_seconds)
        self.retry_in_seconds = retry_in_seconds


class Circuit:
    """One breaker's state. Every method takes *now* in monotonic seconds."""

    def __init__(self, options: BreakerOptions, random: Callable[[], float]) -> None:
        self.options = options
        self.name: BreakerName = "closed"
        self.generation = 0
        self.since = 0.0
        self.retry_at: float | None = None
        self.reason = ""
        self.consecutive_failures = 0
        self.probes_in_flight = 0
        self.refused = 0
        self.trips = 0
        self._random = random
        self._probes_passed = 0
        self._open_seconds = 0.0
        self._same_call_failures = 0
        self._last_failing_call: int | None = None
        self._window = Window(options.window_seconds)

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

    def record(self, permit: int, call_id: int, succeeded: bool, now: float) -> None:
        """An attempt of the call *call_id* ended, for the provider well or badly."""
        if permit != self.generation or self.name in ("forced_open", "forced_closed", "disabled"):
            return
        if self.name == "half_open":
            self._record_probe(succeeded, now)
        elif succeeded:
            self.consecutive_failures = 0
            self._window.add(now, False)
        else:
            self._record_failure(call_id, now)

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

    def _record_probe(self, succeeded: bool, now: float) -> None:
        self.probes_in_flight -= 1
        if not succeeded:
            self._open(now, "a probe failed")
            return
        self._probes_passed += 1
        if self._probes_passed >= self.options.probes:
            self._open_seconds = 0.0
            self._become("closed", now, f"{self._probes_passed} probe(s) succeeded")

    def _record_failure(self, call_id: int, now: float) -> None:
        self.consecutive_failures += 1
        self._window.add(now, True)
        is_same = call_id == self._last_failing_call
        self._same_call_failures = self._same_call_failures + 1 if is_same else 1
        self._last_failing_call = call_id
        if why := self._why_open():
            self._open(now, why)

    def _why_open(self) -> str:
        """More failures than the latest call's own last ones means: another call failed too."""
        options, window, own = self.options, self._window, self._same_call_failures
        if self.consecutive_failures >= max(options.consecutive_failures, own + 1):
            return f"{self.consecutive_failures} failures in a row"
        enough = window.total >= options.minimum_attempts and window.bad > own
        if enough and window.bad >= options.failure_rate * window.total:
            return f"{window.bad} of {window.total} attempts failed in {options.window_seconds:g} s"
        return ""

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
        self.probes_in_flight = self._probes_passed = 0
        self.consecutive_failures = self._same_call_failures = 0
        self._last_failing_call = None
        self._window.clear()
