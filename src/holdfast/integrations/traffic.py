"""Health of a provider that tells nothing for free: from the calls of the application itself."""

from collections.abc import AsyncIterator, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
)
from typing import TypeVar

from holdfast.errors import (
    AuthenticationError,
    CallFailed,
    HoldfastError,
    PermissionDenied,
    QuotaExhausted,
)
from holdfast.integrations.access import ServiceHealth

Opened = TypeVar("Opened")

_NOT_SERVED = (AuthenticationError, PermissionDenied, QuotaExhausted)


class Traffic:
    """Remembers how the newest call to the provider *name* ended."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._health = ServiceHealth("unknown", "traffic", "no call was made yet")

    @property
    def health(self) -> ServiceHealth:
        """Healthy after a success, degraded after a failure, unhealthy when we are not served."""
        return self._health

    @contextmanager
    def watched(self) -> Iterator[None]:
        """What happens inside is a call. What is refused or cancelled says nothing."""
        try:
            yield
        except HoldfastError as error:
            self._failed(error)
            raise
        self._health = ServiceHealth("healthy", "traffic", "the last call succeeded")

    @asynccontextmanager
    async def opened(self, opening: AbstractAsyncContextManager[Opened]) -> AsyncIterator[Opened]:
        """*opening* is a call that lasts as long as its block.

        Of what the block itself raises only errors of this provider count: they begin with its
        name.
        """
        async with AsyncExitStack() as stack:
            with self.watched():
                inside = await stack.enter_async_context(opening)
            try:
                yield inside
            except HoldfastError as error:
                if str(error).startswith(self._name):
                    self._failed(error)
                raise
            with self.watched():
                await stack.aclose()

    def _failed(self, error: HoldfastError) -> None:
        if isinstance(error, _NOT_SERVED):
            self._health = ServiceHealth("unhealthy", "traffic", str(error))
        elif isinstance(error, CallFailed) and error.counts:
            self._health = ServiceHealth("degraded", "traffic", str(error))
