"""A provider's client over its double, without a port and on a clock that jumps."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import httpx2

from holdfast.clock import Clock
from holdfast.events import CallFinished, Event
from holdfast.guard.controls import Controls
from holdfast.guard.options import GuardOptions
from holdfast.integrations.access import Access, Limits
from holdfast.integrations.guards import guards_of
from holdfast.integrations.integration import Integration
from holdfast.integrations.transport_httpx2 import GuardedTransport
from holdfast.simulator import create_simulator
from holdfast.simulator.provider import Provider
from tests.integrations.guarded import QUICK
from tests.jumping_time import jumping_clock

S = TypeVar("S")


@dataclass
class Simulated(Generic[S]):
    """The *service* under test, what the guards told, and the double's own switches."""

    service: S
    access: Access
    facts: list[Event]
    control: httpx2.AsyncClient
    name: str

    async def play(self, kind: str, **parameters: Any) -> None:
        """Start a scenario."""
        document = {"kind": kind, **parameters}
        answer = await self.control.put(f"/_scenarios/{self.name}", json=document)
        assert answer.status_code == 200, answer.text

    async def requests(self) -> list[tuple[str, int]]:
        """Operation and status of every request that reached the double, oldest first."""
        shown = (await self.control.get("/_requests", params={"provider": self.name})).json()
        return [(one["operation"], one["status"]) for one in reversed(shown["requests"])]

    @property
    def calls(self) -> list[tuple[str, str]]:
        """Operation and outcome of every guarded call."""
        finished = [fact for fact in self.facts if isinstance(fact, CallFinished)]
        return [(fact.origin.operation, fact.outcome) for fact in finished]


@asynccontextmanager
async def simulated(
    integration: Integration,
    double: Callable[[Clock], Provider],
    make: Callable[[Access], S],
    keys: Mapping[str, str],
    *,
    path: str = "",
    options: GuardOptions = QUICK,
) -> AsyncIterator[Simulated[S]]:
    """The service that *make* makes of an access to *double*, whose base URL ends in *path*."""
    clock = jumping_clock()
    application = create_simulator(7, providers=[double(clock)], clock=clock)
    inner, facts = httpx2.ASGITransport(app=application), list[Event]()
    guards = guards_of(
        integration, options, controls=Controls(sink=facts.append), sink=facts.append, clock=clock
    )
    base = f"http://simulator/{integration.name}{path}"
    transport = GuardedTransport(
        integration, guards.__getitem__, inner,
        base_url=base, raise_provider_errors=True, clock=clock,
    )  # fmt: skip
    async with (
        httpx2.AsyncClient(base_url=base, transport=transport, timeout=None) as http,
        httpx2.AsyncClient(base_url="http://simulator", transport=inner, timeout=None) as control,
    ):
        limits = Limits(max_text_length=40_000, max_audio_bytes=1, max_audio_seconds=1.0)
        access = Access(http=http, keys=keys, open_socket=_no_socket, limits=limits, clock=clock)
        yield Simulated(make(access), access, facts, control, integration.name)


def _no_socket(*_: Any) -> Any:
    raise AssertionError("nothing here speaks over a socket")
