"""The guarded transport for ``httpx`` (the optional extra; loaded only when it is asked for)."""

from collections.abc import AsyncIterator, Callable
from typing import Any, Unpack

import httpx

from holdfast.guard.guard import Guard
from holdfast.integrations.delivery import Delivery
from holdfast.integrations.integration import Integration
from holdfast.integrations.library import library_of
from holdfast.integrations.transport import Carrier, CarrierOptions


class _PassingBody(httpx.AsyncByteStream):
    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._delivery

    async def aclose(self) -> None:
        await self._delivery.aclose()


LIBRARY = library_of(httpx, _PassingBody)


class GuardedTransport(httpx.AsyncBaseTransport):
    """Sends through *inner* under the guards of *integration*; see `Carrier`."""

    def __init__(
        self,
        integration: Integration,
        guard_for: Callable[[str], Guard],
        inner: httpx.AsyncBaseTransport,
        **options: Unpack[CarrierOptions],
    ) -> None:
        self._inner = inner
        self._carrier = Carrier(
            integration, guard_for, LIBRARY, inner.handle_async_request, **options
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The response of the last attempt; raises `HoldfastError`."""
        response: httpx.Response = await self._carrier.carry(request)
        return response

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


def client(
    integration: Integration, guard_for: Callable[[str], Guard], *, timeout_seconds: float,
    connect_seconds: float, **options: Unpack[CarrierOptions],
) -> Any:  # fmt: skip
    """A `httpx.AsyncClient` that trusts nothing around it: no proxy, no netrc, no redirects."""
    wire = httpx.AsyncHTTPTransport(retries=0, trust_env=False)
    return httpx.AsyncClient(
        base_url=options["base_url"],
        transport=GuardedTransport(integration, guard_for, wire, **options),
        timeout=httpx.Timeout(timeout_seconds, connect=connect_seconds, pool=connect_seconds),
        follow_redirects=False,
        trust_env=False,
    )
