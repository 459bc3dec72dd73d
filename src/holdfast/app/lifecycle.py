"""Starting and stopping what runs beside the host: lazily, once per event loop, within 5 s."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

from starlette.types import ASGIApp

from holdfast.api.live import Broadcast
from holdfast.app.monitoring import Monitoring
from holdfast.app.upkeep import Upkeep
from holdfast.telemetry.fault import log_fault

_STOP_SECONDS = 5.0
_LAST_SECONDS = 0.5
_RESTART_SECONDS = 1.0


class Lifecycle:
    """One background task for all: cancelling it, even by the loop's end, flushes the record."""

    def __init__(self, monitoring: Monitoring, broadcast: Broadcast) -> None:
        self._monitoring, self._broadcast = monitoring, broadcast
        self._upkeep = Upkeep(monitoring)
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = False

    @property
    def is_running(self) -> bool:
        """Between start and stop."""
        return self._task is not None and not self._task.done() and not self._stopping

    async def start(self) -> None:
        """Begin, unless it is running on this loop already or about to stop."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop or self._task is None or self._task.done():
            self._loop, self._stopping = loop, False
            self._task = loop.create_task(self._run(), name="holdfast")
            # A task that is cancelled before its first step could not flush.
            await asyncio.sleep(0)

    async def stop(self) -> None:
        """End, and return within five seconds."""
        if self._task is not None and self._loop is asyncio.get_running_loop():
            self._stopping = True
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=_STOP_SECONDS)

    async def _run(self) -> None:
        vitals, upkeep = self._monitoring.vitals, self._upkeep
        parts = (
            self._broadcast.run, upkeep.end_idle_sessions, upkeep.judge_boundaries, upkeep.roll_up,
            self._monitoring.shared.run, vitals.check_components, vitals.alerting.run,
            self._monitoring.figures.lag.run, self._monitoring.cluster.run,
        )  # fmt: skip
        others = [asyncio.create_task(_kept_running(part)) for part in parts]
        record = asyncio.create_task(_kept_running(self._monitoring.record.run))
        try:
            await asyncio.wait({record, *others})
        finally:
            for task in others:
                task.cancel()
            # Before the record closes: the last roll-ups go into it.
            await asyncio.wait(others, timeout=_LAST_SECONDS)
            self._monitoring.catch_up(at_end=True)
            self._monitoring.cluster.leave()
            if not record.cancelling():  # else the loop ends, and it is flushing already
                record.cancel()
            await asyncio.wait({record, *others})
            await self._monitoring.services.aclose()
            if self._monitoring.tracing is not None:
                await asyncio.to_thread(self._monitoring.tracing.flush)


async def _kept_running(part: Callable[[], Awaitable[None]]) -> None:
    """A fault in one part must not take the others with it."""
    while True:
        try:
            await part()
        except Exception as error:  # noqa: BLE001 - the next try may do better
            log_fault("own_task_failed", error, task=part.__qualname__)
        else:
            return
        await asyncio.sleep(_RESTART_SECONDS)


Lifespan = Callable[[Any], contextlib.AbstractAsyncContextManager[Any]]


def around(lifespan: Lifespan, lifecycle: Lifecycle) -> Lifespan:
    """The host's own *lifespan*, with ours around it."""

    @contextlib.asynccontextmanager
    async def both(app: Any) -> AsyncIterator[Any]:
        await lifecycle.start()
        try:
            async with lifespan(app) as state:
                yield state
        finally:
            await lifecycle.stop()

    return both


class StartLazily:
    """Starts us with the first connection where no lifespan runs (a mounted sub-application)."""

    def __init__(self, app: ASGIApp, *, lifecycle: Lifecycle) -> None:
        self._app, self._lifecycle = app, lifecycle

    async def __call__(
        self, scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ) -> None:  # fmt: skip
        """Handle one ASGI connection."""
        if scope["type"] != "lifespan":
            await self._lifecycle.start()
        await self._app(scope, receive, send)
