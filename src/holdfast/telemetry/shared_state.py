"""How sharing with other processes goes, as figures."""

from holdfast.events import fact


@fact
class SharedStateFigures:
    """*is_up*: others are in reach now. *round_trip_ms* is the last answer's."""

    is_up: bool
    failures: int
    joins: int
    round_trip_ms: float | None
