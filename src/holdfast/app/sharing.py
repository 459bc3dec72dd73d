"""What this process shares with its siblings and other hosts, when a Redis or Valkey is named."""

import asyncio

import structlog

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.events import Sink
from holdfast.resilience.shared import SharingOptions, SharingStatus
from holdfast.resilience.shared_loop import Sharing
from holdfast.settings.settings import Settings, variables_of
from holdfast.storage.redis import open_shared_state
from holdfast.telemetry.shared_state import SharedStateFigures

_FAREWELL_SECONDS = 0.5


class AppSharing:
    """*sharing* is what guards are built with: None when nothing is shared.

    Raises `SettingsError` at once when the URL is wrong or the driver is missing.
    """

    def __init__(self, settings: Settings, sink: Sink, clock: Clock = SYSTEM_CLOCK) -> None:
        self.sharing: Sharing | None = None
        self._url, self._prefix = "", settings.redis_prefix
        if settings.redis_url is not None and settings.enabled:
            self._url = settings.redis_url.get_secret_value()
            names = variables_of("redis_url")
            self._variable = next((one for one in names if one in settings.sources), names[0])
            options = SharingOptions(assumed_processes=settings.processes)
            self.sharing = Sharing(
                open_shared_state(self._url, prefix=self._prefix, variable=self._variable),
                options, sink=sink, clock=clock, on_change=_tell,
            )  # fmt: skip

    def status(self) -> SharingStatus | None:
        """How it goes; None when nothing is shared."""
        return None if self.sharing is None else self.sharing.status()

    def figures(self) -> SharedStateFigures | None:
        """The same as numbers."""
        status = self.status()
        if status is None:
            return None
        is_up = status.status == "ok"
        return SharedStateFigures(is_up, status.failures, status.joins, status.round_trip_ms)

    async def run(self) -> None:
        """Share until cancelled, then let others probe what we had leave to. After any fork."""
        sharing = self.sharing
        if sharing is None:
            return
        # A run may have another event loop than the last one: its connections are its own.
        state = open_shared_state(self._url, prefix=self._prefix)
        running = asyncio.create_task(sharing.run(state), name="holdfast-sharing")
        try:
            await asyncio.wait({running})
        finally:
            await sharing.stop(_FAREWELL_SECONDS)
            running.cancel()


def _tell(status: SharingStatus) -> None:
    log = structlog.get_logger("holdfast")
    if status.status == "ok":
        log.info("shared_state_joined", joins=status.joins, failures=status.failures)
    else:
        log.warning(
            "shared_state_away", reason=status.last_error,
            meanwhile="every process decides by itself, with its share of each rate",
        )  # fmt: skip
