"""Rate limiters that have a place at once."""

import limits
import pyrate_limiter
from aiolimiter import AsyncLimiter
from hyx.ratelimit import tokenbucket
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter
from pyrate_limiter.limiter_factory import create_token_bucket_limiter
from pyresilience import RateLimiterConfig, resilient
from throttled.asyncio import RateLimiterType, Throttled, per_sec

from benchmarks.contestant import Call, Contestant, answer

CALLS = 10**9
A_MINUTE = limits.RateLimitItemPerMinute(CALLS)


async def hyx() -> Call:
    """Token bucket."""
    call: Call = tokenbucket(CALLS, 1.0)(answer)
    return call


async def aiolimiter() -> Call:
    """Leaky bucket."""
    limiter = AsyncLimiter(CALLS, 1.0)

    async def call() -> object:
        async with limiter:
            return await answer()

    return call


async def pyresilience() -> Call:
    """Token bucket."""
    config = RateLimiterConfig(CALLS, 1.0, max_wait=5.0)
    call: Call = resilient(rate_limiter=config)(answer)
    return call


async def throttled() -> Call:
    """GCRA in memory."""
    limiter = Throttled(
        key="alone", using=RateLimiterType.GCRA.value, quota=per_sec(10**6, CALLS), timeout=5
    )

    async def call() -> object:
        async with limiter:
            return await answer()

    return call


async def pyrate() -> Call:
    """GCRA in memory."""
    limiter = create_token_bucket_limiter(CALLS, pyrate_limiter.Duration.SECOND)

    async def call() -> object:
        await limiter.try_acquire_async("alone")
        return await answer()

    return call


async def _limits(strategy: FixedWindowRateLimiter | MovingWindowRateLimiter) -> Call:
    async def call() -> object:
        if not await strategy.hit(A_MINUTE, "alone"):
            raise RuntimeError("the limit was meant to be out of reach")
        return await answer()

    return call


async def limits_fixed() -> Call:
    """A counter per window."""
    return await _limits(FixedWindowRateLimiter(MemoryStorage()))


PEERS = (
    Contestant("aiolimiter", aiolimiter, "leaky bucket, waits"),
    Contestant("pyresilience", pyresilience, "token bucket, waits"),
    Contestant("throttled-py", throttled, "GCRA, waits"),
    Contestant("pyrate-limiter", pyrate, "GCRA, waits"),
    Contestant("hyx", hyx, "token bucket, never waits", "lesser peer"),
    Contestant("limits, fixed window", limits_fixed, "never waits", "lesser peer"),
)
