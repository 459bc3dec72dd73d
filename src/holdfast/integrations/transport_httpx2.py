"""The guarded transport for ``httpx2``."""

from collections.abc import AsyncIterator, Callable
from typing import Any, Unpack

import httpx2

from holdfast.guard.guard import Guard
from holdfast.integrations.delivery import Delivery
from holdfast.integrations.integration import Integration
from holdfast.integrations.library import library_of
from holdfast.integrations.transport import Carrier, CarrierOptions


class _PassingBody(httpx2.AsyncByteStream):
    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._delivery

    async def aclose(self) -> None:
        await self._delivery.aclose()


LIBRARY = library_of(httpx2, _PassingBody)


class GuardedTransport(httpx2.AsyncBaseTransport):
    """Sends through *inner* under the guards of *integration*; see `Carrier`."""

    def __init__(
        self,
        integration: Integration,
        guard_for: Callable[[str], Guard],
        inner: httpx2.AsyncBaseTransport,
        **options: Unpack[CarrierOptions],
    ) -> None:
        self._inner = inner
        self._carrier = Carrier(
            integration, guard_for, LIBRARY, inner.handle_async_request, **options
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The response of the last attempt; raises `HoldfastError`."""
        response: httpx2.Response = await self._carrier.carry(request)
        return response

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


def client(
    integration: Integration, guard_for: Callable[[str], Guard], *, timeout_seconds: float,
    connect_seconds: float, **options: Unpack[CarrierOptions],
) -> Any:  # fmt: skip
    """A `httpx2.AsyncClient` that trusts nothing around it: no proxy, no netrc, no redirects."""
    wire = httpx2.AsyncHTTPTransport(retries=0, trust_env=False)
    return httpx2.AsyncClient(
        base_url=options["base_url"],
        transport=GuardedTransport(integration, guard_for, wire, **options),
        timeout=httpx2.Timeout(timeout_seconds, connect=connect_seconds, pool=connect_seconds),
        follow_redirects=False,
        trust_env=False,
    )
