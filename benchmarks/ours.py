"""Holdfast as a user would set it up, with limits wide enough that nothing waits."""

from holdfast.app.monitoring import Monitoring
from holdfast.app.setup import load_settings
from holdfast.events import Verdict
from holdfast.guard.guard import Guard
from holdfast.guard.options import GuardOptions, build
from holdfast.resilience.bulkhead import BulkheadOptions
from holdfast.resilience.limiter import LimiterOptions
from holdfast.telemetry.calls import CallMetrics
from holdfast.telemetry.fanout import Fanout

PLENTY = LimiterOptions(calls=10**9, per_seconds=1.0, burst=10**9)
SEATS = BulkheadOptions(seats=2_000)
EVERYTHING = GuardOptions(limiter=PLENTY, bulkhead=SEATS)
NOTHING = GuardOptions(
    deadline_seconds=None, retry=None, breaker=None, limiter=None, timeout_seconds=None
)


def accept(_: object) -> Verdict:
    """The validator: content with everything."""
    return Verdict("pass")


def counted(options: GuardOptions) -> Guard:
    """A guard whose calls are counted as ``/metrics`` and the dashboard show them."""
    return build("bench", "call", options, validators=(accept,), sink=Fanout((CallMetrics(),)))


def watched(options: GuardOptions) -> Guard:
    """A guard as `setup_monitoring` wires it, the record's buffer included."""
    monitoring = Monitoring(load_settings({}, None))
    return monitoring.guard("bench", "call", options, validators=(accept,))


def unwatched(options: GuardOptions) -> Guard:
    """A guard to whose events nobody listens."""
    return build("bench", "call", options)
