"""Tracing, when it is switched on: OpenTelemetry is loaded only then."""

from importlib import import_module
from typing import Any, Protocol

from holdfast.errors import ConfigurationError
from holdfast.integrations.transport import Wire
from holdfast.resilience.policy import Trace
from holdfast.settings.settings import Settings


class Tracing(Trace, Wire, Protocol):
    """What `holdfast.telemetry.otel.Tracing` does for guards and transports."""

    def flush(self) -> None:
        """Send what waits; blocks for a second at most."""


def tracing_of(settings: Settings, tracer_provider: Any = None) -> Tracing | None:
    """Tracing through *tracer_provider*, or as *settings* ask; None when nobody asks.

    Raises `ConfigurationError` when the extra is not installed.
    """
    if not settings.enabled or (tracer_provider is None and not settings.otel):
        return None
    try:
        module = import_module("holdfast.telemetry.otel")
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("opentelemetry"):
            raise
        raise ConfigurationError(
            "HOLDFAST_OTEL needs OpenTelemetry; run: pip install 'holdfast[otel]'"
        ) from None
    tracing: Tracing = module.open_tracing(tracer_provider)
    return tracing
