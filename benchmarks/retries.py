"""Retries around a call that succeeds at once."""

from datetime import timedelta
from functools import partial

import backoff
import failsafe
import stamina
import tenacity
from hyx.retry import retry
from hyx.retry.backoffs import expo
from pyresilience import RetryConfig, resilient

from benchmarks.contestant import Call, Contestant, answer


async def hyx() -> Call:
    """Exponential."""
    call: Call = retry(on=OSError, attempts=3, backoff=expo(min_delay_secs=0.5, base=2))(answer)
    return call


async def backoff_one() -> Call:
    """Exponential, full jitter."""
    call: Call = backoff.on_exception(backoff.expo, OSError, max_tries=3)(answer)
    return call


async def tenacity_one() -> Call:
    """Exponential, full jitter."""
    call: Call = tenacity.retry(
        retry=tenacity.retry_if_exception_type(OSError),
        stop=tenacity.stop_after_attempt(3),
        wait=tenacity.wait_random_exponential(0.5, 20.0),
    )(answer)
    return call


async def stamina_one() -> Call:
    """Exponential, jittered."""
    call: Call = stamina.retry(on=OSError, attempts=3)(answer)
    return call


async def pyfailsafe() -> Call:
    """Exponential, full jitter."""
    waits = failsafe.Backoff(timedelta(seconds=0.5), timedelta(seconds=20), jitter=True)
    policy = failsafe.RetryPolicy(2, retriable_exceptions=[OSError], backoff=waits)
    return partial(failsafe.Failsafe(retry_policy=policy).run, answer)


async def pyresilience() -> Call:
    """Exponential, jittered."""
    call: Call = resilient(retry=RetryConfig(3, 0.5, retry_on=(OSError,)))(answer)
    return call


JITTERED = "exponential, jittered"
PEERS = (
    Contestant("backoff", backoff_one, JITTERED),
    Contestant("tenacity", tenacity_one, JITTERED),
    Contestant("stamina", stamina_one, JITTERED),
    Contestant("pyfailsafe", pyfailsafe, f"{JITTERED}, with a breaker that is always closed"),
    Contestant("pyresilience", pyresilience, JITTERED),
    Contestant("hyx", hyx, "exponential, not jittered", "lesser peer"),
)
