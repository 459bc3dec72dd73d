"""The guarded transport for ``httpx`` (the optional extra; loaded only when it is asked for)."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.events import Sink, discard
from holdfast.guard.guard import Guard
from holdfast.integrations.delivery import Delivery
from holdfast.integrations.integration import Integration
from holdfast.integrations.library import Library
from holdfast.integrations.transport import Carrier, Wire


class _PassingBody(httpx.AsyncByteStream):
    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._delivery

    async def aclose(self) -> None:
        await self._delivery.aclose()


LIBRARY = Library(
    url=httpx.URL,
    response=httpx.Response,
    whole_body=httpx.ByteStream,
    passing_body=_PassingBody,
    no_connection_free=httpx.PoolTimeout,
    not_connected=(httpx.ConnectError, httpx.ConnectTimeout),
    too_slow=httpx.TimeoutException,
    malformed_request=httpx.LocalProtocolError,
    any_failure=httpx.RequestError,
)


class GuardedTransport(httpx.AsyncBaseTransport):
    """Sends through *inner* under the guards of *integration*; see `Carrier`."""

    def __init__(
        self,
        integration: Integration,
        guard_for: Callable[[str], Guard],
        inner: httpx.AsyncBaseTransport,
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

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The response of the last attempt; raises `HoldfastError`."""
        response: httpx.Response = await self._carrier.carry(request)
        return response

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


def client(
    integration: Integration, guard_for: Callable[[str], Guard], *, base_url: str,
    timeout_seconds: float, connect_seconds: float, raise_provider_errors: bool, clock: Clock,
    wire: Wire | None = None, sink: Sink = discard,
) -> Any:  # fmt: skip
    """A `httpx.AsyncClient` that trusts nothing around it: no proxy, no netrc, no redirects."""
    return httpx.AsyncClient(
        base_url=base_url,
        transport=GuardedTransport(
            integration, guard_for, httpx.AsyncHTTPTransport(retries=0, trust_env=False),
            base_url=base_url, raise_provider_errors=raise_provider_errors, clock=clock,
            wire=wire, sink=sink,
        ),
        timeout=httpx.Timeout(timeout_seconds, connect=connect_seconds, pool=connect_seconds),
        follow_redirects=False,
        trust_env=False,
    )  # fmt: skip
