"""Timeouts of 30 seconds around a call that answers at once."""

import asyncio

import interlock
from hyx.timeout import timeout
from pyresilience import TimeoutConfig, resilient

from benchmarks.contestant import Call, Contestant, answer

SECONDS = 30.0


async def wait_for() -> Call:
    """The standard library's function."""
    return lambda: asyncio.wait_for(answer(), SECONDS)


async def hyx_block() -> Call:
    """Its block."""

    async def call() -> object:
        async with timeout(SECONDS):
            return await answer()

    return call


async def hyx_decorator() -> Call:
    """Its decorator, which starts a task."""
    call: Call = timeout(SECONDS)(answer)
    return call


async def pyresilience() -> Call:
    """Its decorator."""
    call: Call = resilient(timeout=TimeoutConfig(SECONDS))(answer)
    return call


async def interlock_one() -> Call:
    """Its block."""

    async def call() -> object:
        async with interlock.timeout(SECONDS):
            return await answer()

    return call


PEERS = (
    Contestant("asyncio.wait_for", wait_for, "starts a task (Python 3.11)"),
    Contestant("hyx, block", hyx_block, "a timer each"),
    Contestant("hyx, decorator", hyx_decorator, "starts a task"),
    Contestant("pyresilience", pyresilience, "asyncio.wait_for"),
    Contestant("interlock", interlock_one, "asyncio.timeout"),
)
