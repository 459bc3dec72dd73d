"""The providers' clients of one process: made when they are asked for, closed together."""

import asyncio
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from holdfast.app.health_checks import HealthChecks
from holdfast.clock import Clock
from holdfast.errors import ConfigurationError
from holdfast.guard.guard import Guard
from holdfast.integrations.access import Access, OpenSocket, Service
from holdfast.integrations.integration import Integration, ServiceKind
from holdfast.integrations.token_files import FileTokens
from holdfast.integrations.token_store import MemoryTokens, TokenStore
from holdfast.integrations.websocket import GuardedSocket
from holdfast.integrations.websocket_request import SocketRequest
from holdfast.settings.settings import Settings
from holdfast.settings.simulated import MADE_UP_KEY, is_simulated

_EXTRAS = {"numpy": "rag"}
"""What an optional module is called in our extras, where that is not its own name."""


class Ways(Protocol):
    """The guarded ways out of a process, as `Monitoring` has them."""

    settings: Settings
    clock: Clock

    def guard(self, integration: str, operation: str) -> Guard:
        """The guard of one operation."""

    def http_client(self, integration: str, *, raise_provider_errors: bool) -> Any:
        """A guarded HTTP client."""

    def websocket(
        self, integration: str, url: str, operation: str, request: SocketRequest
    ) -> AbstractAsyncContextManager[GuardedSocket]:
        """A guarded socket."""


class ServiceDirectory:
    """``monitoring.services``: one client per provider and class, whoever asks."""

    def __init__(
        self, ways: Ways, catalog: Mapping[str, Integration], checks: HealthChecks
    ) -> None:
        self._ways, self._catalog, self._checks = ways, catalog, checks
        self._access: dict[str, Access] = {}
        self._made: dict[tuple[str, str], Service] = {}

    def get_service(self, provider: str, kind: str | None = None) -> Any:
        """The client of *kind* at *provider*: ``get_service("elevenlabs", "tts")``.

        *kind* may be left out where a provider has one client only. Raises `ConfigurationError`,
        which names what exists, the variable that is missing, or the extra to install.
        """
        known = self._known(provider)
        client = _kind(known, kind).client
        if (provider, client) not in self._made:
            self._made[provider, client] = _load(client).over(self._access_to(known))
        return self._made[provider, client]

    def available(self) -> dict[str, list[str]]:
        """The kinds of service of each provider, whether or not its keys are there."""
        found = {
            name: [one.name for one in known.services] for name, known in self._catalog.items()
        }
        return {name: kinds for name, kinds in found.items() if kinds}

    def missing_keys(self, provider: str) -> list[str]:
        """The variables that *provider* needs and nobody set; none when it is simulated."""
        known, settings = self._known(provider), self._ways.settings
        if is_simulated(settings, provider):
            return []
        return [name for name in known.key_names if name not in settings.keys]

    async def health_check_all(self, *, fresh: bool = False) -> dict[str, Any]:
        """How every service is; spends no money, and is over within seconds.

        ``{"overall_status", "checked_at", "services": {provider: {kind: {"status", "evidence",
        "detail", "latency_ms", "simulated"}}}}``. *status* is healthy, degraded, unhealthy,
        unknown, or not_configured when its keys are missing, which is no fault. Callers at the
        same time share one check; an answer younger than ``HEALTH_CHECK_INTERVAL`` is given
        again, unless it must be *fresh*.
        """
        return await self._checks.all(self._probes(), fresh=fresh)

    def get_metrics_summary(self) -> dict[str, Any]:
        """What was called, how well it went and what it cost: all together and by provider.

        The last five minutes, and usage and cost since the start. Nothing is asked of anybody.
        """
        return self._checks.summary(self._catalog)

    async def aclose(self) -> None:
        """Close every client; who asks later gets new ones."""
        self._checks.forget()
        made, self._made = self._made, {}
        opened, self._access = self._access, {}
        closing = [getattr(service, "aclose", None) for service in made.values()]
        closing += [access.http.aclose for access in opened.values()]
        await asyncio.gather(*(close() for close in closing if close), return_exceptions=True)

    def _known(self, provider: str) -> Integration:
        if provider not in self._catalog:
            there = ", ".join(sorted(self._catalog))
            raise ConfigurationError(f"no provider named {provider!r}; there are: {there}")
        return self._catalog[provider]

    def _access_to(self, known: Integration) -> Access:
        if known.name not in self._access:
            if missing := self.missing_keys(known.name):
                raise ConfigurationError(
                    f"{known.name} needs {' and '.join(missing)}: set it, or have "
                    "HOLDFAST_SIMULATOR_URL say where a simulator is"
                )
            self._access[known.name] = Access(
                http=self._ways.http_client(known.name, raise_provider_errors=True),
                keys=self._keys(known),
                open_socket=self._sockets(known.name),
                limits=self._ways.settings.services[known.name].limits,
                clock=self._ways.clock,
                tokens=self._tokens(known.name),
                guard_for=partial(self._ways.guard, known.name),
                data_dir=Path(self._ways.settings.data_dir),
            )
        return self._access[known.name]

    def _tokens(self, provider: str) -> TokenStore:
        """Renewed tokens outlive the process, unless they are the simulator's."""
        settings = self._ways.settings
        if is_simulated(settings, provider):
            return MemoryTokens(is_durable=True)
        return FileTokens(Path(settings.data_dir) / "tokens")

    def _keys(self, known: Integration) -> dict[str, str]:
        given = self._ways.settings.keys
        there = [name for name in (*known.key_names, *known.optional_key_names) if name in given]
        keys = {name: given[name].get_secret_value() for name in there}
        if is_simulated(self._ways.settings, known.name):
            return {**keys, **dict.fromkeys(known.key_names, MADE_UP_KEY)}
        return keys

    def _sockets(self, provider: str) -> OpenSocket:
        def open_socket(
            url: str, operation: str, request: SocketRequest
        ) -> AbstractAsyncContextManager[GuardedSocket]:
            return self._ways.websocket(provider, url, operation, request)

        return open_socket

    def _probes(self) -> dict[tuple[str, str], Any]:
        return {
            (name, kind): partial(self._probe, name, kind)
            for name, kinds in self.available().items()
            for kind in kinds
        }

    def _probe(self, provider: str, kind: str) -> Service | None:
        """The service to be asked for its health; None when it is not configured."""
        with suppress(ConfigurationError):
            service: Service = self.get_service(provider, kind)
            return service
        return None


def _kind(known: Integration, name: str | None) -> ServiceKind:
    found = {one.name: one for one in known.services}
    if name is None and len({one.client for one in known.services}) == 1:
        return known.services[0]
    if name not in found:
        there = ", ".join(sorted(found)) or "none"
        raise ConfigurationError(f"{known.name} has no service {name!r}; it has: {there}")
    return found[name]


def _load(client: str) -> type[Service]:
    module, _, name = client.partition(":")
    try:
        found: type[Service] = getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing in ("", "holdfast"):
            raise
        extra = _EXTRAS.get(missing, missing)
        raise ConfigurationError(
            f"{missing} is not installed; run: pip install 'holdfast[{extra}]'"
        ) from None
    return found
