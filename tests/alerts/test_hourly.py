"""How much counters grew in an hour."""

from holdfast.alerts.hourly import Hourly


def test_what_is_older_than_an_hour_is_out() -> None:
    """Lifetime totals would stay wrong for ever (contract fault 5)."""
    hourly = Hourly()
    assert hourly.grown(0.0, {"sun": (5, 1)}) == {"sun": (0, 0)}
    assert hourly.grown(60.0, {"sun": (17, 1), "moon": (2, 0)}) == {"sun": (12, 0), "moon": (2, 0)}
    assert hourly.grown(3_599.0, {"sun": (17, 3)}) == {"sun": (12, 2)}
    assert hourly.grown(3_660.0, {"sun": (17, 3)}) == {"sun": (0, 2)}
    assert hourly.grown(9_000.0, {"sun": (18, 3)}) == {"sun": (1, 0)}


def test_a_reset_counter_grew_by_what_it_shows() -> None:
    """It did not shrink."""
    hourly = Hourly()
    hourly.grown(0.0, {"sun": (10, 10)})
    assert hourly.grown(10.0, {"sun": (3, 12)}) == {"sun": (3, 2)}


def test_it_remembers_an_hour_and_no_more() -> None:
    """One look a minute."""
    hourly = Hourly()
    for second in range(0, 100_000, 5):
        hourly.grown(float(second), {"sun": (second, 0)})
    assert len(hourly._looks) <= 62
