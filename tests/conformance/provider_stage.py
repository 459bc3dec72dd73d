"""One provider under guards of its own, on the simulator's real port, and what its guards told."""

import contextlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, fields
from typing import Any

from holdfast.clock import SYSTEM_CLOCK
from holdfast.errors import CallFailed, HoldfastError
from holdfast.events import AttemptFailed, CallFinished, Event
from holdfast.guard.controls import Controls, circuit_of
from holdfast.guard.options import GuardOptions
from holdfast.health import Health, Thresholds, of_integration
from holdfast.integrations.access import Access, Limits
from holdfast.integrations.client import http_client
from holdfast.integrations.guards import guards_of
from holdfast.integrations.integration import Integration
from holdfast.integrations.websocket import GuardedSocket, websocket
from holdfast.integrations.websocket_request import SocketRequest
from holdfast.resilience.circuit import BreakerOptions
from holdfast.resilience.retry import RetryOptions
from holdfast.settings.settings import Settings
from holdfast.telemetry.calls import CallMetrics
from holdfast.testing import Simulation
from tests.conformance.provider_secrets import secrets_of

PATIENT, HASTY = 10.0, 0.15
"""Seconds for one attempt: enough on the busiest machine, and too few for a provider that hangs."""

LIMITS = Limits(max_text_length=50_000, max_audio_bytes=10_000_000, max_audio_seconds=300.0)


@dataclass(frozen=True)
class Seen:
    """What one call showed: the error raised, each failed attempt with whether another followed.

    *counted*: failures that the breaker holds against the provider.
    """

    error: str | None
    attempts: tuple[tuple[str, bool], ...]
    outcome: str
    told: str | None
    counted: int
    state: str
    is_ambiguous: bool = False


WELL = Seen(None, (), "succeeded", None, 0, "healthy")


class Stage:
    """Guards that are made anew for each case, under one HTTP client and one service."""

    def __init__(self, integration: Integration, simulator: Simulation, settings: Settings) -> None:
        self.integration, self.simulator = integration, simulator
        self.base_url = settings.services[integration.name].base_url
        self.facts: list[Event] = []
        self.raised: list[BaseException] = []
        self.hint_seconds = 0.0
        self.http: Any = http_client(
            integration, lambda operation: self.guards[operation], base_url=self.base_url,
            raise_provider_errors=True, timeout_seconds=PATIENT,
        )  # fmt: skip
        self.fresh()

    def fresh(self, seconds: float = PATIENT) -> None:
        """Guards without a past; an attempt may take so many *seconds*, and retries do not wait."""
        self.now: list[Event] = []
        options = GuardOptions(
            deadline_seconds=60.0, timeout_seconds=seconds, limiter=None,
            retry=RetryOptions(retries=1, first_wait_seconds=0.0, budget=None),
            breaker=BreakerOptions(consecutive_failures=100),
        )  # fmt: skip
        controls = Controls(sink=self._hear)
        self.guards = guards_of(self.integration, options, controls=controls, sink=self._hear)

    def access(self) -> Access:
        """What a client is made from, with secrets that must never be seen again."""
        given: dict[str, Any] = {
            "http": self.http, "keys": secrets_of(self.integration), "limits": LIMITS,
            "open_socket": self._open_socket, "guard_for": lambda name: self.guards[name],
        }  # fmt: skip
        known = {field.name for field in fields(Access)}
        return Access(**{name: value for name, value in given.items() if name in known})

    async def seen(self, operation: str, act: Any) -> Seen:
        """What *act* showed at *operation*; whatever else it called is left aside."""
        error: BaseException | None = None
        try:
            await act()
        except HoldfastError as no:
            error = no
            self.raised.append(no)
        self.hint_seconds = getattr(error, "retry_after_seconds", None) or 0.0
        mine = [one for one in self.now if _operation(one) == operation]
        finished = [one for one in mine if isinstance(one, CallFinished)]
        failed = [one for one in mine if isinstance(one, AttemptFailed)]
        last = finished[-1] if finished else None
        circuit = circuit_of(self.guards[operation])
        return Seen(
            type(error).__name__ if error else None,
            tuple((one.error, one.retry_in_seconds is not None) for one in failed),
            last.outcome if last else "nothing was called",
            last.error if last else None,
            circuit.consecutive_failures if circuit else 0,
            self._health(mine).state,
            isinstance(error, CallFailed) and error.is_ambiguous,
        )

    def _health(self, facts: list[Event]) -> Health:
        metrics = CallMetrics()
        for fact in facts:
            metrics(fact)
        window = metrics.window(self.integration.name)
        return of_integration(window, (), Thresholds(minimum_calls=1, latency_warning_ms=1e9))

    def _hear(self, event: Event) -> None:
        self.now.append(event)
        self.facts.append(event)

    def _open_socket(
        self, url: str, operation: str, request: SocketRequest
    ) -> AbstractAsyncContextManager[GuardedSocket]:
        given = {field.name: getattr(request, field.name) for field in fields(request)}
        given["read_error"] = request.read_error or self.integration.read_error
        guard = self.guards[operation]
        return websocket(guard, self.base_url, url, SocketRequest(**given), clock=SYSTEM_CLOCK)


def _operation(event: Event) -> str | None:
    return getattr(getattr(event, "origin", None), "operation", None)


@contextlib.asynccontextmanager
async def staged(integration: Integration, simulator: Simulation) -> AsyncIterator[Stage]:
    """The stage of *integration*, which behaves well when the block begins and when it ends."""
    simulator.behave(integration.name)
    stage = Stage(integration, simulator, simulator.settings())
    try:
        async with stage.http:
            yield stage
    finally:
        simulator.behave(integration.name)
