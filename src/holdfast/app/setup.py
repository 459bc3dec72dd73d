"""`setup_monitoring`: one line that mounts everything on a FastAPI application."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import structlog
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from holdfast.api.application import create_api, taken_by_host
from holdfast.api.live import Broadcast
from holdfast.api.surface import Surface
from holdfast.app.current import mounted
from holdfast.app.identify import Identify, UserOf, user_of_scope
from holdfast.app.lifecycle import Lifecycle, StartLazily, around
from holdfast.app.monitoring import Monitoring
from holdfast.app.tracing import tracing_of
from holdfast.errors import LifecycleError
from holdfast.integrations import CATALOG
from holdfast.integrations.prices import Prices
from holdfast.middleware.identity import Identity
from holdfast.middleware.report import ReportRequests
from holdfast.sessions.snapshot import Privacy
from holdfast.settings.load import load
from holdfast.settings.settings import Settings


def load_settings(
    environ: Mapping[str, str] | None = None, dotenv: Path | None = Path(".env")
) -> Settings:
    """The settings of this process, with the catalog's defaults; raises `SettingsError`."""
    defaults = {
        name: {**asdict(known.defaults), "base_url": known.base_url}
        for name, known in CATALOG.items()
    }
    keys = {name: known.key_names for name, known in CATALOG.items()}
    optional = [name for known in CATALOG.values() for name in known.optional_key_names]
    older = {old: name for known in CATALOG.values() for old, name in known.older_key_names.items()}
    return load(
        defaults, keys=keys, optional_keys=optional, older_keys=older,
        environ=environ, dotenv=dotenv,
    )  # fmt: skip


def setup_monitoring(
    app: FastAPI,
    *,
    settings: Settings | None = None,
    prices: Prices | None = None,
    tracer_provider: Any = None,
    engine: AsyncEngine | None = None,
    identify: Identify | None = None,
    privacy: Privacy | None = None,
) -> Monitoring:
    """Guard, judge, follow and show what *app* does; call it once, before *app* starts.

    Raises `SettingsError` naming every wrong setting, and `LifecycleError` when *app* has
    started or is monitored already. *settings* defaults to the environment over ``.env``, *prices*
    to the built-in ones under the file that ``HOLDFAST_PRICES`` names. With an OpenTelemetry
    *tracer_provider*, or HOLDFAST_OTEL, calls are traced.
    *engine*, an ``AsyncEngine`` of the host's, is used for the record and never closed.
    *identify*, no ``async def``, takes a request that was answered and returns whose it was: an
    id, (id, type), or a user to take both from; default: ``request.state.user``. *privacy* names
    what nobody may read later in a session's context, beside what we know ourselves.
    """
    if app.middleware_stack is not None:
        raise LifecycleError(
            "setup_monitoring came too late: call it before the application starts"
        )
    if getattr(app.state, "holdfast", None) is not None:
        raise LifecycleError("setup_monitoring was called twice for the same application")
    user_of = user_of_scope(identify)
    settings = settings or load_settings()
    monitoring = Monitoring(
        settings, prices=prices, engine=engine, privacy=privacy,
        tracing=tracing_of(settings, tracer_provider),
    )  # fmt: skip
    app.state.holdfast = monitoring
    mounted(monitoring)
    if monitoring.settings.enabled:
        _mount(app, monitoring, user_of)
    else:
        structlog.get_logger("holdfast").info("holdfast_disabled", by="HOLDFAST_ENABLED")
    return monitoring


def _mount(app: FastAPI, monitoring: Monitoring, user_of: UserOf) -> None:
    services = monitoring.http_services()
    broadcast = Broadcast(services)
    monitoring.watch_slow_clients(lambda: broadcast.slow_clients)
    lifecycle = Lifecycle(monitoring, broadcast)
    api = create_api(replace(services, is_ready=lambda: lifecycle.is_running), broadcast)
    app.router.lifespan_context = around(app.router.lifespan_context, lifecycle)
    app.add_middleware(
        ReportRequests, sink=monitoring.emit, clock=monitoring.clock,
        connections=monitoring.connections, identify=user_of,
        identity=Identity(monitoring.settings.session_cookie),
    )  # fmt: skip
    app.add_middleware(
        Surface, own=api, settings=monitoring.settings,
        left_to_host=lambda: _left_to_host(api, app),
    )  # fmt: skip
    app.add_middleware(StartLazily, lifecycle=lifecycle)


def _left_to_host(api: FastAPI, app: FastAPI) -> list[str]:
    taken = taken_by_host(api.router.routes, app.router.routes)
    if taken:
        structlog.get_logger("holdfast").warning(
            "routes_left_to_host", paths=taken, reason="the application answers them itself"
        )
    return taken
