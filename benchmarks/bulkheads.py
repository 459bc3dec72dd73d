"""Bulkheads with free seats."""

import asyncio

import interlock
from hyx.bulkhead import bulkhead
from pyresilience import BulkheadConfig, resilient

from benchmarks.contestant import Call, Contestant, answer

SEATS = 2_000


async def semaphore() -> Call:
    """The standard library's."""
    seats = asyncio.Semaphore(SEATS)

    async def call() -> object:
        async with seats:
            return await answer()

    return call


async def hyx() -> Call:
    """Its decorator."""
    call: Call = bulkhead(SEATS, 2 * SEATS)(answer)
    return call


async def pyresilience() -> Call:
    """Its decorator."""
    call: Call = resilient(bulkhead=BulkheadConfig(SEATS, max_wait=5.0))(answer)
    return call


async def interlock_one() -> Call:
    """A pipeline of one strategy."""
    strategy = interlock.BulkheadStrategy(SEATS, max_wait=5.0)
    call: Call = interlock.Pipeline(strategy)(answer)
    return call


PEERS = (
    Contestant("hyx", hyx, "bounded line"),
    Contestant("pyresilience", pyresilience, "bounded wait"),
    Contestant("interlock", interlock_one, "bounded wait"),
    Contestant("asyncio.Semaphore", semaphore, "line without bound", "lesser peer"),
)
