"""Counting against a limit per window."""

from holdfast.clock import Clock
from holdfast.simulator.window import Window


def test_a_window_starts_with_its_first_unit_and_starts_anew() -> None:
    """What does not fit is refused and costs nothing; a new window has room again."""
    now = [100.0]
    window = Window(3, 60.0, Clock(lambda: now[0], lambda: 0.0))
    assert (window.remaining, window.resets_in_seconds) == (3, 0.0)
    assert window.take(2)
    assert not window.take(2)
    now[0] = 159.0
    assert (window.remaining, window.resets_in_seconds) == (1, 1.0)
    now[0] = 160.0
    assert window.remaining == 3
    assert window.take(3)
