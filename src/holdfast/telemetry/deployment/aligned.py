"""A clock whose slices begin when those of other machines begin."""

from holdfast.clock import Clock
from holdfast.telemetry.rolling import STEP_SECONDS


def aligned(clock: Clock) -> Clock:
    """*clock*, with its monotonic seconds moved so that steps begin at whole wall-clock steps."""
    monotonic = clock.monotonic
    moved = (clock.wall() - monotonic()) % STEP_SECONDS
    if min(moved, STEP_SECONDS - moved) < 1e-6:
        return clock
    return Clock(lambda: monotonic() + moved, clock.wall)


def wall_steps(clock: Clock) -> int:
    """What to add to the number of a slice by *clock* (an aligned one) to have the wall's.

    Asked each time: a wall clock that is set moves the slices along.
    """
    return round((clock.wall() - clock.monotonic()) / STEP_SECONDS)
