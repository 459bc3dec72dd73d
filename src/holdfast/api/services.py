"""What the HTTP surface stands on, in one glance."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from holdfast.alerts.alert_log import AlertLog
from holdfast.api.elsewhere import Alerts, BreakerSeen, LimitSeen, LiveSessions
from holdfast.clock import Clock
from holdfast.events import Sink
from holdfast.guard.controls import Controls, Key
from holdfast.health.components import Component, Components
from holdfast.integrations.integration import Integration
from holdfast.resilience.shared import SharingStatus
from holdfast.sessions.session import SessionLog
from holdfast.settings.settings import Settings
from holdfast.telemetry.buffer import RecordStatus
from holdfast.telemetry.calls import CallMetrics
from holdfast.telemetry.deployment.deployment import DeploymentStatus
from holdfast.telemetry.live import Changes
from holdfast.telemetry.requests import RequestMetrics
from holdfast.trends.history import History


async def _nowhere() -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything a route may read, of all workers; each member is owned and changed by others.

    *told* is the one sink. What can be called is asked at each answer; *dropped* is by reason;
    *kept* waits until all that was told is on a disk, False when that took too long;
    *shared_state* answers None when nothing is shared with other processes. *breakers* are every
    worker's, this one's first. *refresh* comes before any of them is read; *reset* (None: all)
    reaches every worker.
    """

    settings: Settings
    clock: Clock
    started_at: float
    started_monotonic: float
    instance: str
    catalog: Mapping[str, Integration]
    controls: Controls
    calls: CallMetrics
    requests: RequestMetrics
    sessions: LiveSessions
    session_log: Callable[[], SessionLog | None]
    history: Callable[[], History | None]
    alert_log: Callable[[], AlertLog | None]
    changes: Changes
    requests_in_flight: Callable[[], int]
    open_websockets: Callable[[], int]
    record: Callable[[], RecordStatus]
    dropped: Callable[[], Mapping[str, int]]
    told: Sink
    components: Components
    known_components: Callable[[], list[Component]]
    watch: Alerts
    breakers: Callable[[], Mapping[Key, Sequence[BreakerSeen]]]
    limits: Callable[[], Mapping[str, LimitSeen]]
    deployment: Callable[[], DeploymentStatus]
    refresh: Callable[[], Awaitable[None]]
    reset: Callable[[str | None], None]
    prometheus: Callable[[], Iterable[bytes]] = field(default=tuple)
    kept: Callable[[], Awaitable[bool]] = field(default=lambda: _nowhere())  # noqa: PLW0108 - it is defined below
    shared_state: Callable[[], SharingStatus | None] = field(default=lambda: None)
    is_ready: Callable[[], bool] = field(default=lambda: True)

    @property
    def uptime_seconds(self) -> float:
        """Since the first of the workers mounted us."""
        earlier = max(self.started_at - self.calls.since, 0.0)
        return self.clock.monotonic() - self.started_monotonic + earlier

    def excuse(self) -> str | None:
        """Why the figures of integrations prove nothing about them: our own network is down."""
        network = self.components.get("network")
        away = network is not None and network.health.state == "unhealthy"
        return f"our own network: {network.health.reason}" if network and away else None

    def count_anew(self, integration: str | None) -> None:
        """Forget the counts of *integration*, or those of all and the alerts with them."""
        self.reset(integration)
        if integration is None:
            self.watch.forget()

    def integrations(self) -> list[str]:
        """The catalog's, then those the application guards by itself, each once."""
        guarded = (name for name, _ in self.controls)
        called = (name for name, _ in self.calls.operations_called())
        return list(dict.fromkeys((*self.catalog, *guarded, *called)))


async def _here(connection: HTTPConnection) -> Services:
    found: Services = connection.app.state.services
    return found


async def _everywhere(connection: HTTPConnection) -> Services:
    found = await _here(connection)
    await found.refresh()
    return found


Ask = Annotated[Services, Depends(_everywhere)]
"""A route's parameter of this type receives the services, up to date."""

AskHere = Annotated[Services, Depends(_here)]
"""The same for what is about this worker alone: others are not looked at, nor waited for."""
