"""A guarded client for tests: quick retries, and every fact kept."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from holdfast.events import CallFinished, Event
from holdfast.guard.controls import Controls
from holdfast.guard.guard import Guard
from holdfast.guard.options import GuardOptions
from holdfast.integrations.client import http_client
from holdfast.integrations.guards import guards_of
from holdfast.integrations.integration import Integration
from holdfast.resilience.circuit import BreakerOptions
from holdfast.resilience.limiter import LimiterOptions
from holdfast.resilience.retry import RetryOptions
from tests.integrations.loopback import Received, Script, loopback

QUICK = GuardOptions(
    deadline_seconds=10.0,
    timeout_seconds=5.0,
    retry=RetryOptions(retries=1, first_wait_seconds=0.01),
    breaker=BreakerOptions(consecutive_failures=4, jitter=0.0),
    limiter=LimiterOptions(),
)


@dataclass
class Watched:
    """A guarded *http* client, its *guards*, the *facts* they told, what a server *received*."""

    http: Any
    guards: Mapping[str, Guard]
    facts: list[Event]
    received: list[Received] = field(default_factory=list)
    url: str = ""

    @property
    def calls(self) -> list[CallFinished]:
        """Every finished call, in order."""
        return [fact for fact in self.facts if isinstance(fact, CallFinished)]

    @property
    def call(self) -> CallFinished:
        """The only call that was finished."""
        (call,) = self.calls
        return call


@asynccontextmanager
async def guarded(
    integration: Integration,
    base_url: str,
    *,
    library: str = "httpx2",
    options: GuardOptions = QUICK,
    ours: bool = False,
    timeout_seconds: float = 5.0,
) -> AsyncIterator[Watched]:
    """A client of *library* for *integration* at *base_url*; *ours*: provider errors are raised."""
    facts: list[Event] = []
    controls = Controls(sink=facts.append)
    guards = guards_of(integration, options, controls=controls, sink=facts.append)
    http = http_client(
        integration, guards.__getitem__, base_url=base_url, library=library,
        raise_provider_errors=ours, timeout_seconds=timeout_seconds,
    )  # fmt: skip
    async with http:
        yield Watched(http, guards, facts)


@asynccontextmanager
async def served(
    integration: Integration, script: Script, *, path: str = "/v1", **options: Any
) -> AsyncIterator[Watched]:
    """A client as of `guarded`, and a server that answers it by *script* below *path*."""
    async with (
        loopback(script) as (url, received),
        guarded(integration, f"{url}{path}", **options) as client,
    ):
        client.received, client.url = received, url
        yield client
