"""Each policy alone."""

from dataclasses import replace

from benchmarks import breakers, bulkheads, limiters, ours, retries, timeouts
from benchmarks.alone import measure_alone
from benchmarks.stopwatch import Effort
from benchmarks.table import Table
from holdfast.resilience.circuit import BreakerOptions
from holdfast.resilience.retry import RetryOptions

ALONE = (
    ("breaker", replace(ours.NOTHING, breaker=BreakerOptions()), breakers.PEERS),
    ("limiter", replace(ours.NOTHING, limiter=ours.PLENTY), limiters.PEERS),
    ("retry", replace(ours.NOTHING, retry=RetryOptions()), retries.PEERS),
    ("timeout", replace(ours.NOTHING, timeout_seconds=30.0), timeouts.PEERS),
    ("bulkhead", replace(ours.NOTHING, bulkhead=ours.SEATS), bulkheads.PEERS),
)


async def measure(effort: Effort) -> list[Table]:
    """A table per policy."""
    return [await measure_alone(name, options, peers, effort) for name, options, peers in ALONE]
