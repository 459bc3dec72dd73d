"""When too many of the recent attempts went wrong, or took too long."""

from dataclasses import dataclass

from holdfast.resilience.count_window import CountWindow
from holdfast.resilience.window import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class TripRates:
    """The shares of recent attempts that open a breaker, once there are *minimum_attempts*.

    *failure_rate* (0-1) of them failed, or *slow_rate* of them took *slow_seconds* or longer,
    waits not counted (a stream: to its first item); None switches one off. Recent are the
    attempts of *window_seconds*, or the last *window_attempts* when that is given.
    """

    failure_rate: float | None = 0.5
    slow_rate: float | None = None
    slow_seconds: float = 10.0
    minimum_attempts: int = 20
    window_seconds: float = 60.0
    window_attempts: int | None = None

    def __post_init__(self) -> None:
        if not all(rate is None or 0 < rate <= 1 for rate in (self.failure_rate, self.slow_rate)):
            raise ValueError(f"breaker needs rates > 0 and <= 1 (None: off), got {self}")
        size = self.window_attempts
        if self.minimum_attempts < 1 or (size is not None and size < self.minimum_attempts):
            raise ValueError(f"breaker needs 1 <= minimum <= window attempts, got {self}")
        if min(self.slow_seconds, self.window_seconds) <= 0:
            raise ValueError(f"breaker needs times > 0, got {self}")

    def window(self) -> Window | CountWindow:
        """An empty one of the kind asked for."""
        if self.window_attempts is not None:
            return CountWindow(self.window_attempts)
        return Window(self.window_seconds)

    def why_open(self, window: Window | CountWindow, own_failures: int, own_slow: int) -> str:
        """The reason to open, or "". *own_...* are the latest call's: others must be there too."""
        total = window.total
        if total < self.minimum_attempts:
            return ""
        if self.failure_rate is not None and window.bad >= max(
            self.failure_rate * total, own_failures + 1
        ):
            return f"{window.bad} of {total} attempts failed{self._span}"
        if self.slow_rate is not None and window.slow >= max(self.slow_rate * total, own_slow + 1):
            return f"{window.slow} of {total} attempts took {self.slow_seconds:g} s{self._span}"
        return ""

    @property
    def _span(self) -> str:
        return "" if self.window_attempts is not None else f" in {self.window_seconds:g} s"
