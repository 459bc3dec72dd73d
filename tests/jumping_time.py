"""An event loop that never waits: when nothing is ready, its clock jumps to the next timer."""

import asyncio
import selectors
from typing import Any

from holdfast.clock import Clock

EPOCH = 1_800_000_000.0
"""The wall time at which every jumping loop starts."""


class _Jumping(selectors.SelectSelector):
    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise RuntimeError("every task waits for something that will never come")
            self.passed += max(timeout, 0.0)
        return ready


class JumpingLoop(asyncio.SelectorEventLoop):
    """Starts at 0 s and is as fast as its callbacks."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)
        self._clock_resolution = 1e-9

    def time(self) -> float:
        """Seconds since the loop was made, as its timers passed them."""
        return self._jumping.passed


def jumping_clock() -> Clock:
    """The clock of the running loop, to hand to what is tested."""
    loop = asyncio.get_running_loop()
    return Clock(loop.time, lambda: EPOCH + loop.time())
