"""What runs beside the application for its sessions and trends: ends, boundaries, roll-ups."""

import asyncio
import os

from holdfast.app.monitoring import Monitoring
from holdfast.events import SessionEnded
from holdfast.storage.writer import instance_name
from holdfast.telemetry.fault import log_fault
from holdfast.trends.rollup import SAMPLE_SECONDS, Bucket

_SESSION_CHECK_SECONDS = 10.0
_BOUNDARY_CHECK_SECONDS = 1.0
_SUM_UP_SECONDS = 3_600.0


class Upkeep:
    """Endless tasks; each waits by itself while the record is away."""

    def __init__(self, monitoring: Monitoring) -> None:
        self._monitoring, self._process = monitoring, os.getpid()

    async def end_idle_sessions(self) -> None:
        """Sessions that nobody comes back to have timed out; the record decides which, once."""
        monitoring = self._monitoring
        while True:
            await asyncio.sleep(_SESSION_CHECK_SECONDS)
            for ended in await self._idle():
                monitoring.emit(ended)

    async def judge_boundaries(self) -> None:
        """What was lost between two requests of a session is found once both are recorded."""
        monitoring = self._monitoring
        while True:
            await asyncio.sleep(_BOUNDARY_CHECK_SECONDS)
            log = monitoring.record.sessions
            if log is None or monitoring.record.status().status == "failing":
                continue
            try:
                found = await monitoring.boundaries.judge(monitoring.clock.wall(), log.steps)
            except Exception as error:  # noqa: BLE001 - away in any way: judged the next time
                log_fault("boundaries_not_judged", error)
            else:
                for lost in found:
                    monitoring.emit(lost)

    async def roll_up(self) -> None:
        """Sample every ten seconds; write every METRICS_INTERVAL, or each when others may read it.

        The record has the last word.
        """
        monitoring, clock = self._monitoring, self._monitoring.clock
        self._be_nobody_else()
        written_at = summed_at = clock.monotonic() - _SUM_UP_SECONDS
        try:
            while True:
                now = clock.wall()
                await asyncio.sleep(SAMPLE_SECONDS - now % SAMPLE_SECONDS)
                monitoring.rollup.sample(now)
                if clock.monotonic() - written_at >= self._interval() - SAMPLE_SECONDS / 2:
                    written_at = clock.monotonic()
                    await self._write()
                is_due = clock.monotonic() - summed_at >= _SUM_UP_SECONDS
                if is_due and not monitoring.record.is_opening:
                    summed_at = clock.monotonic()
                    await monitoring.record.sum_up_days(clock.wall())
        finally:
            monitoring.record.keep_at_end(monitoring.rollup.instance, self._last_buckets)

    async def _idle(self) -> list[SessionEnded]:
        monitoring = self._monitoring
        now, idle_seconds = monitoring.clock.wall(), monitoring.settings.session_idle_seconds
        log = monitoring.record.sessions
        if log is not None and monitoring.record.status().status in ("ok", "behind"):
            try:
                ended = await log.end_idle(now - idle_seconds)
            except Exception as error:  # noqa: BLE001 - away in any way: memory decides
                log_fault("idle_sessions_not_ended", error)
            else:
                monitoring.sessions.forget(now - 2 * idle_seconds)
                return ended
        return monitoring.sessions.timed_out(now, idle_seconds)

    def _interval(self) -> float:
        """Who reads here sees what is not written too, but not what another worker has not."""
        is_alone = self._monitoring.cluster.deployment.status().workers <= 1
        return self._monitoring.settings.metrics_interval if is_alone else SAMPLE_SECONDS

    def _be_nobody_else(self) -> None:
        if os.getpid() != self._process:  # forked: what was counted before is the parent's
            self._monitoring.rollup.begin_anew(instance_name())
            self._process = os.getpid()

    def _last_buckets(self) -> list[Bucket]:
        self._monitoring.rollup.sample(self._monitoring.clock.wall())
        return self._monitoring.rollup.take()

    async def _write(self) -> None:
        rollup, record = self._monitoring.rollup, self._monitoring.record
        if record.history is None or record.is_opening:  # nothing is wrong: they wait in memory
            return
        buckets = rollup.take()
        if not buckets:
            return
        try:
            await record.write_buckets(rollup.instance, buckets)
        except asyncio.CancelledError:
            rollup.give_back(buckets)
            raise
        except Exception as error:  # noqa: BLE001 - away in any way: written the next time
            rollup.give_back(buckets)
            log_fault("rollups_not_written", error)
