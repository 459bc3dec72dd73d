"""This worker among those of its deployment: where they meet, and what one of them decides."""

import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog

from holdfast.app.present import Present
from holdfast.app.together import Together, counters
from holdfast.app.together_alerts import TogetherAlerts
from holdfast.app.together_sessions import TogetherSessions
from holdfast.clock import Clock
from holdfast.settings.settings import Settings
from holdfast.storage.directory_board import DirectoryBoard
from holdfast.storage.file_seat import FileSeat
from holdfast.storage.redis_board import open_board
from holdfast.telemetry.deployment.board import Board
from holdfast.telemetry.deployment.deployment import Deployment, DeploymentStatus
from holdfast.telemetry.deployment.publisher import Publisher


class Cluster:
    """*deployment* has everybody's counts, *together*, *sessions* and *alerts* the present."""

    def __init__(
        self, settings: Settings, publisher: Publisher, clock: Clock, present: Present
    ) -> None:
        self._settings, self._present = settings, present
        self.deployment = Deployment(publisher, clock, secrets.token_hex(3), on_change=_tell)
        self.together = Together(self.deployment, present)
        self.sessions = TogetherSessions(present.sessions, self.together)
        self.alerts = TogetherAlerts(present.watch, self.deployment, self.together)
        self._record_seat = FileSeat(Path(settings.data_dir) / "keeper.lock")

    def counters(self, dropped: Mapping[str, int]) -> dict[str, int]:
        """This worker's totals by name, for others to add to theirs."""
        present = self._present
        return counters(present.record(), dropped, self.deployment.status(), present.shared_state())

    def document(self) -> dict[str, Any]:
        """What the others are told of this worker's present: nothing while there are none."""
        return self._present.document() if self.deployment.status().workers > 1 else {}

    @property
    def keeps_record(self) -> bool:
        """Whether this worker forgets what is old in the record that it writes.

        Workers share a record when they share its database, whoever leads: with SQLite those of
        one data directory.
        """
        if self._settings.database_url is not None and not _is_sqlite(self._settings):
            return self.deployment.leads and not self.deployment.is_alone
        with suppress(OSError):
            return self._record_seat.take()
        return True

    async def decides(self) -> bool:
        """Whether alerts are this worker's to decide."""
        self.alerts.keep_up()
        return self.deployment.leads

    async def run(self) -> None:
        """Meet the others until cancelled."""
        if self._settings.enabled:
            await self.deployment.run(self._board())

    def leave(self) -> None:
        """Give up what others may want."""
        self._record_seat.leave()

    def _board(self) -> Board:
        settings = self._settings
        if settings.redis_url is not None:
            return open_board(settings.redis_url.get_secret_value(), prefix=settings.redis_prefix)
        return DirectoryBoard(Path(settings.data_dir) / "workers")


def _is_sqlite(settings: Settings) -> bool:
    url = settings.database_url
    return url is not None and url.get_secret_value().startswith("sqlite")


def _tell(status: DeploymentStatus) -> None:
    log = structlog.get_logger("holdfast")
    if status.status == "failing":
        log.warning(
            "board_away", reason=status.last_error,
            meanwhile="this worker shows its own figures, and the others' as last seen",
        )  # fmt: skip
    else:
        log.info("board_back", workers=status.workers)
