"""The guarded transport for ``httpx2``."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.events import Sink, discard
from holdfast.guard.guard import Guard
from holdfast.integrations.delivery import Delivery
from holdfast.integrations.integration import Integration
from holdfast.integrations.library import Library
from holdfast.integrations.transport import Carrier, Wire


class _PassingBody(httpx2.AsyncByteStream):
    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._delivery

    async def aclose(self) -> None:
        await self._delivery.aclose()


LIBRARY = Library(
    url=httpx2.URL,
    response=httpx2.Response,
    whole_body=httpx2.ByteStream,
    passing_body=_PassingBody,
    no_connection_free=httpx2.PoolTimeout,
    not_connected=(httpx2.ConnectError, httpx2.ConnectTimeout),
    too_slow=httpx2.TimeoutException,
    malformed_request=httpx2.LocalProtocolError,
    any_failure=httpx2.RequestError,
)


class GuardedTransport(httpx2.AsyncBaseTransport):
    """Sends through *inner* under the guards of *integration*; see `Carrier`."""

    def __init__(
        self,
        integration: Integration,
        guard_for: Callable[[str], Guard],
        inner: httpx2.AsyncBaseTransport,
        *,
        base_url: str,
        raise_provider_errors: bool = False,
        clock: Clock = SYSTEM_CLOCK,
        wire: Wire | None = None,
        sink: Sink = discard,
    ) -> None:
        self._inner = inner
        self._carrier = Carrier(
            integration, guard_for, LIBRARY, inner.handle_async_request,
            base_url=base_url, raise_provider_errors=raise_provider_errors, clock=clock, wire=wire,
            sink=sink,
        )  # fmt: skip

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The response of the last attempt; raises `HoldfastError`."""
        response: httpx2.Response = await self._carrier.carry(request)
        return response

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


def client(
    integration: Integration, guard_for: Callable[[str], Guard], *, base_url: str,
    timeout_seconds: float, connect_seconds: float, raise_provider_errors: bool, clock: Clock,
    wire: Wire | None = None, sink: Sink = discard,
) -> Any:  # fmt: skip
    """A `httpx2.AsyncClient` that trusts nothing around it: no proxy, no netrc, no redirects."""
    return httpx2.AsyncClient(
        base_url=base_url,
        transport=GuardedTransport(
            integration, guard_for, httpx2.AsyncHTTPTransport(retries=0, trust_env=False),
            base_url=base_url, raise_provider_errors=raise_provider_errors, clock=clock,
            wire=wire, sink=sink,
        ),
        timeout=httpx2.Timeout(timeout_seconds, connect=connect_seconds, pool=connect_seconds),
        follow_redirects=False,
        trust_env=False,
    )  # fmt: skip
