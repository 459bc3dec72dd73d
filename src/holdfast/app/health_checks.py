"""Asking every service how it is: at once, within a bounded time, and once for all who ask."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from holdfast.api.services import Services
from holdfast.api.shapes.card import card, health_of
from holdfast.api.shapes.usage import totals
from holdfast.clock import iso
from holdfast.errors import HoldfastError
from holdfast.health import Health, overall
from holdfast.integrations.access import Service, ServiceHealth
from holdfast.integrations.integration import Integration
from holdfast.settings.simulated import is_simulated
from holdfast.telemetry.redact import one_line, redact

PATIENCE_SECONDS = 5.0
"""How long one service is waited for; all are asked at the same time."""

_SHOWN = ("state", "reason", "window", "success_rate", "meaning_rate", "latency_ms", "usage")

Probe = Callable[[], Service | None]
Probes = Mapping[tuple[str, str], Probe]


class HealthChecks:
    """The last answer, and the check that is under way. *read* gives what the figures are."""

    def __init__(self, read: Callable[[], Services]) -> None:
        self._read = read
        self._under_way: asyncio.Task[dict[str, Any]] | None = None
        self._answer: dict[str, Any] | None = None
        self._answered_at = 0.0

    async def all(self, probes: Probes, *, fresh: bool) -> dict[str, Any]:
        """As `ServiceDirectory.health_check_all` promises."""
        services = self._read()
        age = services.clock.monotonic() - self._answered_at
        if self._answer and not fresh and age < services.settings.health_check_interval:
            return self._answer
        task = self._under_way
        if task is None or task.done() or task.get_loop() is not asyncio.get_running_loop():
            task = self._under_way = asyncio.create_task(self._ask(services, probes))
        # Shielded: who leaves early must not take the answer from the others.
        return await asyncio.shield(task)

    def summary(self, catalog: Mapping[str, Integration]) -> dict[str, Any]:
        """As `ServiceDirectory.get_metrics_summary` promises."""
        services = self._read()
        cards = {name: card(services, name) for name in catalog}
        return {
            "at": iso(services.clock.wall()),
            "overall_status": overall(health_of(services, name) for name in catalog).state,
            **totals(services, catalog),
            "services": {name: {key: one[key] for key in _SHOWN} for name, one in cards.items()},
        }

    def forget(self) -> None:
        """Give up what is under way; nothing is remembered."""
        if self._under_way is not None and not self._under_way.get_loop().is_closed():
            self._under_way.cancel()
        self._under_way = self._answer = None

    async def _ask(self, services: Services, probes: Probes) -> dict[str, Any]:
        asked = {key: asyncio.create_task(_one(services, key[0], probes[key])) for key in probes}
        try:
            if asked:
                await asyncio.wait(asked.values())
        finally:
            for task in asked.values():
                task.cancel()
        found: dict[str, dict[str, Any]] = {}
        for (provider, kind), task in asked.items():
            found.setdefault(provider, {})[kind] = task.result()
        states = [one["status"] for kinds in found.values() for one in kinds.values()]
        parts = [Health(state) for state in states if state != "not_configured"]
        self._answered_at = services.clock.monotonic()
        self._answer = {
            "overall_status": overall(parts).state,
            "checked_at": services.clock.wall(),
            "services": found,
        }
        return self._answer


async def _one(services: Services, provider: str, probe: Probe) -> dict[str, Any]:
    service = probe()
    simulated = is_simulated(services.settings, provider)
    if service is None:
        return _shown("not_configured", "settings", _why_not(services, provider), None, simulated)
    before = services.clock.monotonic()
    health = await _asked(service)
    if (health.state, health.evidence) == ("unknown", "traffic"):
        seen = health_of(services, provider)
        health = ServiceHealth(seen.state, "traffic", seen.reason or "")
    latency_ms = round(1000 * (services.clock.monotonic() - before), 1)
    return _shown(health.state, health.evidence, redact(health.detail), latency_ms, simulated)


async def _asked(service: Service) -> ServiceHealth:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await service.health()
    except TimeoutError:
        return ServiceHealth("unhealthy", "health", f"no answer within {PATIENCE_SECONDS:g} s")
    except HoldfastError as error:
        return ServiceHealth("unhealthy", "health", one_line(error))
    except Exception as error:  # noqa: BLE001 - one provider's fault must not hide the others
        return ServiceHealth("unknown", "health", type(error).__name__)


def _why_not(services: Services, provider: str) -> str:
    known, keys = services.catalog[provider], services.settings.keys
    missing = [name for name in known.key_names if name not in keys]
    return f"set {' and '.join(missing)}" if missing else "a part of it is not installed"


def _shown(
    status: str, evidence: str, detail: str, latency_ms: float | None, simulated: bool
) -> dict[str, Any]:
    return {
        "status": status, "evidence": evidence, "detail": detail, "latency_ms": latency_ms,
        "simulated": simulated,
    }  # fmt: skip
