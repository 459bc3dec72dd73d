"""An HTTP client whose every request goes through the guards of one integration."""

from collections.abc import Callable
from importlib import import_module
from typing import Any, Literal, overload

import httpx2

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.errors import ConfigurationError
from holdfast.events import Sink, discard
from holdfast.guard.guard import Guard
from holdfast.integrations.integration import Integration
from holdfast.integrations.transport import Wire

LIBRARIES = ("httpx2", "httpx")


@overload
def http_client(
    integration: Integration, guard_for: Callable[[str], Guard], *, base_url: str | None = None,
    library: Literal["httpx2"] = "httpx2", raise_provider_errors: bool = False,
    timeout_seconds: float | None = None, connect_seconds: float = 5.0,
    clock: Clock = SYSTEM_CLOCK, wire: Wire | None = None, sink: Sink = discard,
) -> httpx2.AsyncClient: ...  # fmt: skip


@overload
def http_client(
    integration: Integration, guard_for: Callable[[str], Guard], *, base_url: str | None = None,
    library: str, raise_provider_errors: bool = False,
    timeout_seconds: float | None = None, connect_seconds: float = 5.0,
    clock: Clock = SYSTEM_CLOCK, wire: Wire | None = None, sink: Sink = discard,
) -> Any: ...  # fmt: skip


def http_client(
    integration: Integration,
    guard_for: Callable[[str], Guard],
    *,
    base_url: str | None = None,
    library: str = "httpx2",
    raise_provider_errors: bool = False,
    timeout_seconds: float | None = None,
    connect_seconds: float = 5.0,
    clock: Clock = SYSTEM_CLOCK,
    wire: Wire | None = None,
    sink: Sink = discard,
) -> Any:
    """An ``AsyncClient`` of *library* for *integration* at *base_url* (default: the provider's).

    *guard_for* gives the guard of an operation by name (``guards_of(...).__getitem__``).
    *timeout_seconds* bounds each wait for bytes, the gaps of a stream included; it should not be
    shorter than the guard's own. *raise_provider_errors* is for clients that are ours: an SDK
    gets the provider's error answers as they came. Give SDKs ``max_retries=0``. *sink* is told of
    every request that goes out, as a `MetricTracked`.
    """
    if library not in LIBRARIES:
        raise ConfigurationError(f"no transport for library {library!r}; use httpx2 or httpx")
    return _transport_of(library).client(
        integration,
        guard_for,
        base_url=base_url or integration.base_url,
        timeout_seconds=timeout_seconds or integration.defaults.timeout,
        connect_seconds=connect_seconds,
        raise_provider_errors=raise_provider_errors,
        clock=clock,
        wire=wire,
        sink=sink,
    )


def _transport_of(library: str) -> Any:
    try:
        return import_module(f"holdfast.integrations.transport_{library}")
    except ModuleNotFoundError as error:
        if error.name != library:
            raise
        raise ConfigurationError(
            f"{library} is not installed; run: pip install 'holdfast[{library}]'"
        ) from None
