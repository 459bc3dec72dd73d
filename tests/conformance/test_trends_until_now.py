"""Trends until now, through the record: what is written and what is not yet, each call once."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from holdfast.clock import Clock
from holdfast.events import Outcome, Usage
from holdfast.storage.history import SqlHistory
from holdfast.storage.rollups import write_buckets
from holdfast.telemetry.calls import CallMetrics
from holdfast.trends.history import Between
from holdfast.trends.rollup import RESOLUTIONS, RollUp
from holdfast.trends.trend import trend_of
from tests.api.host import ended
from tests.conformance.record import NOW, opened

pytestmark = pytest.mark.real_time

USAGE = Usage("tokens", 10.0, 90.0, "large", cost_usd=0.5)


@dataclass
class Time:
    """Jumps when told."""

    now: float = NOW

    @property
    def clock(self) -> Clock:
        """To count by."""
        return Clock(lambda: self.now - NOW, lambda: self.now)


@dataclass
class Worker:
    """One life of one process that shares the record of *engine*."""

    name: str
    engine: AsyncEngine
    time: Time
    calls: CallMetrics = field(init=False)
    rollup: RollUp = field(init=False)

    def __post_init__(self) -> None:
        self.calls = CallMetrics(self.time.clock)
        self.rollup = RollUp(self.calls, self.name)

    def call(self, count: int = 1, outcome: Outcome = "succeeded", **more: Any) -> None:
        """Count calls of ``openai.chat``."""
        for _ in range(count):
            self.calls(ended(outcome, at=self.time.now, **more))

    async def write(self) -> None:
        """What happens every METRICS_INTERVAL."""
        self.rollup.sample(self.time.now)
        await write_buckets(self.engine, self.name, self.rollup.take())

    async def read(self, operation: str | None = None) -> dict[int, int]:
        """Calls by resolution, as this worker shows them."""
        return {
            resolution: sum(
                one.tally.total for one in await self.history.buckets(
                    "openai", operation, resolution, Between()
                )
            ) for resolution in RESOLUTIONS
        }  # fmt: skip

    @property
    def history(self) -> SqlHistory:
        """The past, as this worker knows it."""
        return SqlHistory(
            self.engine, lambda name, size: self.rollup.latest(name, size, self.time.now)
        )


def _all(count: int) -> dict[int, int]:
    return dict.fromkeys(RESOLUTIONS, count)


async def test_a_call_shows_before_it_is_written_and_once_when_it_is(database: URL) -> None:
    """At every resolution, across the moment of writing, and after it."""
    async with opened(database) as engine:
        time = Time()
        worker = Worker("a", engine, time)
        seen = [await worker.read()]
        worker.call()
        seen.append(await worker.read())
        await worker.write()
        seen.append(await worker.read())
        worker.call()
        seen.append(await worker.read("chat"))
        time.now += 3_700
        worker.call()
        seen.append(await worker.read())
        await worker.write()
        seen.append(await worker.read())
        none = await worker.read("embeddings")
    assert (seen, none) == ([_all(n) for n in (0, 1, 1, 2, 3, 3)], _all(0))


async def test_workers_who_share_it_show_their_own_at_once_and_others_as_written(
    database: URL,
) -> None:
    """Nobody counts twice, whoever reads when; a restarted worker goes on from the record."""
    async with opened(database) as engine:
        time = Time()
        first, second = (Worker(name, engine, time) for name in ("a", "b"))
        first.call(3)
        second.call(5)
        seen = [(await first.read(), await second.read())]
        time.now += 10
        await first.write()
        seen.append((await first.read(), await second.read()))
        await second.write()
        seen.append((await first.read(), await second.read()))
        restarted = Worker("a again", engine, time)
        restarted.call(2)
        seen.append((await restarted.read(), await second.read()))
        await restarted.write()
        seen.append((await restarted.read(), await second.read()))
    assert seen == [(_all(a), _all(b)) for a, b in ((3, 5), (3, 8), (8, 8), (10, 8), (10, 10))]


async def test_while_a_write_is_on_its_way_nothing_is_missing(database: URL) -> None:
    """Nor is anything there twice when it arrives, nor when an earlier one comes late."""
    async with opened(database) as engine:
        time = Time()
        worker = Worker("a", engine, time)
        worker.call(4)
        worker.rollup.sample(time.now)
        time.now += 120
        worker.rollup.sample(time.now)  # the small buckets are over
        early = worker.rollup.take()
        seen = [await worker.read()]
        worker.rollup.give_back(early)  # nobody knows whether they arrived
        worker.call(2)
        await worker.write()
        seen.append(await worker.read())
        await write_buckets(engine, "a", early)
        seen.append(await worker.read())
    assert seen == [_all(n) for n in (4, 6, 6)]


async def test_what_is_not_written_yet_reads_like_what_is(database: URL) -> None:
    """Rescued calls, errors, latencies, usage and cost: the same bucket, before and after."""
    async with opened(database) as engine:
        worker = Worker("a", engine, Time())
        worker.call(usage=USAGE)
        worker.call(2, "failed", latency_ms=900.0)
        worker.call(served_from="fallback:b", error="Unavailable", verdict=None)
        before = await _read(worker)
        await worker.write()
        worker.rollup.take()
        after = await _read(Worker("b", engine, worker.time))
    assert before == after
    assert (before["counts"][0][1], before["errors"], before["usage"]) == (
        3, {"Unavailable": 3}, {"tokens large": [1, 0, 10.0, 0.5]},
    )  # fmt: skip


async def _read(worker: Worker) -> dict[str, Any]:
    [found] = await worker.history.buckets("openai", "chat", 60, Between(NOW // 60 * 60))
    tally = found.tally
    return {
        "key": found.key,
        "counts": [(tally.succeeded, tally.failed, tally.rescued, tally.attempts)],
        "errors": tally.errors,
        "latency": (tally.latency.count, tally.latency.total, tally.latency.quantile(0.95)),
        "usage": {
            " ".join(key): [one.calls, one.unpriced, one.amount, one.cost_usd]
            for key, one in tally.usage.items()
        },
    }


async def test_a_trend_is_there_as_soon_as_there_are_two_buckets_of_calls(database: URL) -> None:
    """Ten seconds apart, nothing written; only the asked stretch of time counts."""
    async with opened(database) as engine:
        time = Time(NOW // 10 * 10)
        worker = Worker("a", engine, time)
        worker.call(15)
        first = await worker.history.buckets("openai", None, 10, Between())
        time.now += 10
        worker.call(15, "failed")
        both = await worker.history.buckets("openai", None, 10, Between())
        now = await worker.history.buckets("openai", None, 10, Between(time.now))
        before = await worker.history.buckets("openai", None, 10, Between(until=time.now))
    found = trend_of(both)
    assert (trend_of(first), found and found.success_rate) == (None, "declining")
    assert [one.tally.total for one in (*both, *now, *before)] == [15, 15, 15, 15]
