"""Events as a service makes them: calls with usage, a tenth of them within sessions."""

from holdfast.clock import Clock
from holdfast.events import CallFinished, Event, Origin, Scope, Usage
from holdfast.telemetry.event_log import Batch

START = 1_800_000_000.0
BATCH_EVENTS = 1_000

CLOCK = Clock(lambda: 0.0, lambda: START)


def batches(first: int, count: int, *, sessions: bool) -> list[Batch]:
    """*count* batches of a thousand calls, numbered from *first*."""
    starts = range(first, first + count * BATCH_EVENTS, BATCH_EVENTS)
    return [
        Batch(start, tuple(_call(start + n, sessions) for n in range(BATCH_EVENTS)))
        for start in starts
    ]


def _call(number: int, sessions: bool) -> Event:
    session_id = f"s-{number // 10}" if sessions and number % 10 == 0 else None
    scope = Scope(session_id, None, "guidance", f"r-{number}", f"{number:032x}")
    origin = Origin("openai", f"operation-{number % 5}", number, scope)
    usage = Usage("tokens", 812.0, 99_000.0)
    return CallFinished(
        origin, START + number / 100, "succeeded", 120.0, 5.0, 125.0, 1, usage=usage
    )
