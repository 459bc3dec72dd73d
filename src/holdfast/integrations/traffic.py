"""Health of a provider that tells nothing for free: from the calls of the application itself."""

from collections.abc import Iterator
from contextlib import contextmanager

from holdfast.errors import (
    AuthenticationError,
    CallFailed,
    HoldfastError,
    PermissionDenied,
    QuotaExhausted,
)
from holdfast.integrations.access import ServiceHealth

_NOT_SERVED = (AuthenticationError, PermissionDenied, QuotaExhausted)


class Traffic:
    """Remembers how the newest call ended."""

    def __init__(self) -> None:
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

    def _failed(self, error: HoldfastError) -> None:
        if isinstance(error, _NOT_SERVED):
            self._health = ServiceHealth("unhealthy", "traffic", str(error))
        elif isinstance(error, CallFailed) and error.counts:
            self._health = ServiceHealth("degraded", "traffic", str(error))
